/** One thing that a request needs to be allowed, in IAM's words. */
export interface Requirement {
  /** The IAM action, such as `s3:GetObject`. */
  readonly action: string;
  /** The ARN that it touches; `*` where IAM knows no resource for the action. */
  readonly resource: string;
  /** Actions with the same effect: an allow must name `action`, a deny that names one of these counts too. */
  readonly covers?: readonly string[];
}

/** How the body goes upstream. */
export type Payload =
  /** There is none. */
  | { readonly kind: "none"; readonly hash: string }
  /** Streamed as it comes; `length` in bytes. */
  | { readonly kind: "stream"; readonly hash: string; readonly length: number }
  /** Read already, since it decided the operation; exactly these bytes are sent. */
  | { readonly kind: "buffer"; readonly hash: string; readonly bytes: Buffer }
  /** Streamed through the aws-chunked decoder, and framed anew where `trailers` go with it. */
  | {
      readonly kind: "aws-chunked";
      readonly hash: string;
      readonly decodedLength: number;
      /** Names that `x-amz-trailer` announced; undefined when the body goes up without framing. */
      readonly trailers: readonly string[] | undefined;
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
  readonly method: string;
  /** The path as it is signed and sent. */
  readonly path: string;
  /** The query as it is signed and sent, in canonical order, without `?`. */
  readonly query: string;
  /** Headers that belong to the operation and are signed: lower-case name, value, name, value … */
  readonly headers: readonly string[];
  readonly payload: Payload;
}
