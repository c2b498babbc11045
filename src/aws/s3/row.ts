import type { ToldBody } from "./told-keys.ts";

/** An IAM action, and the one in its place where the request names a version. */
export interface S3Action {
  /** As the Service Authorization Reference names it (Amazon S3). */
  readonly action: string;
  readonly versioned?: string;
}

/** One S3 operation: what it is in IAM's words, and all that a request for it may carry. */
export interface S3Row extends S3Action {
  /** The name in the S3 API reference. */
  readonly name: string;
  /** What it needs besides, on the same resource. */
  readonly also?: S3Action;
  /** Actions with the same effect on the same resource, for denies. */
  readonly covers?: readonly string[];
  /** Of a bucket: actions that S3 then does by itself to any of its objects, for denies that mean all of them. */
  readonly reaches?: readonly string[];
  /** Query names that it accepts besides its selector. */
  readonly query?: readonly string[];
  /** The one of them without which it is refused. */
  readonly needsQuery?: string;
  /**
   * It may be made to depend on the object's ETag by `If-Match`, which is a read of its own: of a delete but for `*`, which
   * only asks whether there is an object.
   */
  readonly ifMatch?: "etag" | "etag or any";
  /** `x-amz-` headers that it accepts: exact names, or prefixes that end in `-`. */
  readonly headers?: readonly string[];
  /**
   * Default: it has none.
   *
   * - `stream`: one goes with it, and decides nothing;
   * - `objects`, `bucket`, `restore`: it says what else is asked;
   * - `website`, and otherwise: it tells condition keys.
   */
  readonly body?: "stream" | "objects" | "bucket" | "restore" | "website" | ToldBody;
}
