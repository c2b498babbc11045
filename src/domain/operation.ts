/** One thing that a request needs to be allowed, in IAM's words. */
export interface Requirement {
  /** The IAM action, such as `s3:GetObject`. */
  readonly action: string;
  /** The ARN that it touches; `*` where IAM knows no resource for the action. */
  readonly resource: string;
  /** Actions with the same effect: an allow must name `action`, a deny that names one of these counts too. */
  readonly covers?: readonly string[];
  /** Resources that this one is a part of, such as the table of an index: a deny on one of these counts too. */
  readonly within?: readonly string[];
  /**
   * Patterns, with `*` and `?`, of all that the request may touch where it does not tell exactly, such as the parameters
   * below a path: a deny that could mean any of it counts.
   */
  readonly mayReach?: readonly string[];
  /**
   * Whether nobody can tell from the request what it touches: `resource` is `*` then. An allow must be about everything,
   * and a deny of the action counts whatever it is about.
   */
  readonly unknownResource?: true;
  /** Whether the service may take two resources that differ in case alone for one: to a deny they are the same. */
  readonly anyCase?: true;
  /** IAM's condition keys of the request, as far as they belong to this requirement. Without it they are all absent. */
  readonly keys?: RequestKeys;
  /**
   * Condition keys, in lower case, whose values tell less than the request reaches, such as the leading keys of an index
   * that has another key than its table: an allow means what they tell, to a deny they are unknown.
   */
  readonly partial?: readonly string[];
  /**
   * Condition keys, in lower case, that the `when` of an allow must name: what they stand for may do harm where the
   * author of the rule did not think of it.
   */
  readonly guarded?: readonly string[];
}

/**
 * IAM's condition keys of a request by name in lower case, such as `s3:prefix`. What is not here is known to be absent;
 * `unknown` stands for what cannot be told from the request.
 */
export type RequestKeys = ReadonlyMap<string, readonly string[] | "unknown">;

/** A header: its name in lower case, its value as it goes on the wire. */
export type HeaderLine = readonly [name: string, value: string];

/** Where the body that goes upstream comes from. */
export type Payload =
  /** Streamed, in the form that the client's own headers state; the signer's `planPayload` reads them. */
  | { readonly kind: "streamed" }
  /** Read already: exactly these bytes are hashed, signed and sent. */
  | {
      readonly kind: "buffered";
      readonly bytes: Buffer;
      /** The codings that the bytes are in; absent where there are none, as in every body that decides. */
      readonly contentEncoding?: string;
    };

/**
 * What a request asks, parsed once. Policy decides on it, the signer signs it, the forwarder sends it and the
 * log names it; nothing of the client's request reaches AWS but through this value.
 */
export interface Operation {
  /** The configured name of the upstream. */
  readonly upstream: string;
  /** The service's signing name, such as `s3`. */
  readonly service: string;
  readonly region: string;
  /** The API operation, such as `GetObject`. */
  readonly name: string;
  readonly requirements: readonly Requirement[];
  /** Of S3, where it is about one: it is in one region, whatever region was asked. */
  readonly bucket?: string | undefined;
  readonly method: string;
  /** What goes before the upstream's host where a bucket is named there, such as `reports.` (Smithy, host prefix). */
  readonly hostPrefix?: string | undefined;
  /** The path as it is signed and sent. */
  readonly path: string;
  /** The query as it is sent, without `?`: in canonical order, but for the values of one name to an application. */
  readonly query: string;
  /** Headers that belong to the operation, names in lower case; all of them are signed. */
  readonly headers: readonly HeaderLine[];
  readonly payload: Payload;
}
