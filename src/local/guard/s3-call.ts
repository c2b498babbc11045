import type { Requirement } from "./requirement.ts";

/** An S3 call as its signed bytes say it. */
export interface S3Call {
  /** The API's own name, such as `GetObject`. */
  readonly operation: string;
  readonly bucket?: string;
  /** Decoded; a path that ends after the bucket's slash has none. */
  readonly key?: string;
  readonly versionId?: string;
  /** Decoded; without the parameters of a presigned request, and without those that stand for headers. */
  readonly query: ReadonlyMap<string, string>;
  /** Lower-case names; repeated headers joined by commas, `x-amz-*` parameters of the query among them. */
  readonly headers: ReadonlyMap<string, string>;
  /** What IAM must allow; for DeleteObjects only the body can tell. */
  readonly requirements: readonly Requirement[];
}
