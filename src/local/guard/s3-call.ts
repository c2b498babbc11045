import type { LocalError } from "../request.ts";
import type { Requirement } from "./requirement.ts";
import type { CopySource } from "./s3-copy-source.ts";

/** An S3 call as its signed bytes say it. */
export interface S3Call {
  /** The API's own name, such as `GetObject`. */
  readonly operation: string;
  /** From the path or the host; of an access point that of its bucket. */
  readonly bucket?: string;
  /** Decoded; a path that ends after the bucket's slash has none. */
  readonly key?: string;
  readonly versionId?: string;
  /** The ARN of the access point that was named in place of the bucket. */
  readonly accessPoint?: string;
  /** Of copies. Their `x-amz-copy-source` names the bucket, whatever the request did. */
  readonly source?: CopySource;
  /** The host names the bucket. */
  readonly virtual?: true;
  /** The region that the host names. */
  readonly endpointRegion?: string;
  /** Decoded; without the parameters of a presigned request, and without those that stand for headers. */
  readonly query: ReadonlyMap<string, string>;
  /** Lower-case names; repeated headers joined by commas, `x-amz-*` parameters of the query among them. */
  readonly headers: ReadonlyMap<string, string>;
  /** What IAM must allow; for DeleteObjects and a few others only the body tells all of it. */
  readonly requirements: readonly Requirement[];
  /** Of a DeleteObjects call: why IAM refuses the object at a position of its list. */
  readonly refused?: ReadonlyMap<number, LocalError>;
}
