import type { KeyEntry } from "../dynamodb/key-entry.ts";
import type { Parameters } from "../parameters.ts";
import type { S3Address } from "./address.ts";
import type { S3Headers } from "./headers.ts";
import type { S3Row } from "./row.ts";
import type { S3Target } from "./target.ts";
import type { Upstream } from "../service.ts";

/** All that the head of an S3 request says; the operation is built from it, with or without a body. */
export interface S3Request {
  readonly row: S3Row;
  readonly method: string;
  readonly target: S3Target;
  readonly address: S3Address;
  readonly query: Parameters;
  readonly headers: S3Headers;
  /** Condition keys of the operation's own action that its body tells. */
  readonly told?: readonly KeyEntry[];
  readonly upstream: Upstream;
}
