import type { LocalAnswer, LocalError } from "../request.ts";
import type { Bodies } from "./bodies.ts";
import type { Store } from "./store.ts";

/** An S3 call that was already recognised and admitted. */
export interface S3Request {
  /** The API's own name, such as `PutObject`. */
  readonly operation: string;
  readonly bucket?: string | undefined;
  /** Decoded. */
  readonly key?: string | undefined;
  readonly versionId?: string | undefined;
  readonly query: ReadonlyMap<string, string>;
  /** Lower-case names. */
  readonly headers: ReadonlyMap<string, string>;
  /** The region that the call is signed for; by default the stand-in's own. */
  readonly region?: string | undefined;
  /** Of a DeleteObjects call: why IAM refuses the object at a position of its list. By default it refuses none. */
  readonly refused?: ReadonlyMap<number, LocalError> | undefined;
}

/** The content of a call with aws-chunked framing removed; `trailers` is filled once `body` has ended. */
export interface S3Payload {
  readonly body: AsyncIterable<Buffer>;
  readonly trailers: () => ReadonlyMap<string, string>;
}

/** What every operation works on. */
export interface S3Context {
  readonly store: Store;
  readonly bodies: Bodies;
  readonly now: () => number;
  readonly account: string;
  readonly region: string;
  /** Whether the bytes that are put under a key are let go. */
  readonly drops: (bucket: string, key: string) => boolean;
  /** The canonical user id of the account. */
  readonly ownerId: string;
}

/** One operation of the API. */
export type S3Operation = (
  context: S3Context,
  request: S3Request,
  payload: S3Payload,
) => LocalAnswer | Promise<LocalAnswer>;
