import { createHash } from "node:crypto";
import { LocalError } from "../request.ts";
import type { LocalAnswer } from "../request.ts";
import type { World } from "../world.ts";
import { createBodies } from "./bodies.ts";
import { newSettings } from "./bucket-settings.ts";
import { OPERATIONS } from "./operations.ts";
import { putObject, wholeSeconds } from "./put-object.ts";
import { invalidArgument, notImplemented } from "./refusals.ts";
import type { S3Context, S3Payload, S3Request } from "./request.ts";
import { sparseBody, sparseChecksum } from "./sparse-body.ts";
import { createStore } from "./store.ts";

/** The stand-in's S3. */
export interface S3 {
  /** @throws LocalError with a code of S3 */
  readonly handle: (request: S3Request, payload: S3Payload) => Promise<LocalAnswer>;
  /** Makes buckets with text objects in them. */
  readonly seed: (buckets: World["buckets"]) => Promise<void>;
  /** Where a bucket is; undefined when there is none. */
  readonly regionOf: (bucket: string) => string | undefined;
  /**
   * Puts an object in a bucket whose bytes are made while they are read, so that it may be of any size. Its ETag is not
   * of its bytes, as with objects that were uploaded in parts; its CRC32 is.
   *
   * @param seed Bytes of the same seed are the same; by default the key.
   */
  readonly declare: (
    bucket: string,
    key: string,
    object: { readonly size: number; readonly seed?: string },
  ) => void;
  /** Gives up everything that is stored. */
  readonly close: () => Promise<void>;
}

/** What an S3 is made of; `directory` takes bodies beyond 1 MiB, by default the system's temporary one. */
export interface S3Options {
  readonly now: () => number;
  readonly directory?: string;
  /** Default `123456789012`. */
  readonly account?: string;
  /** Default `us-east-1`. */
  readonly region?: string;
  /** Of which keys the bytes that are put are checked, counted and let go; by default of none. */
  readonly drops?: (bucket: string, key: string) => boolean;
}

const MAX_KEY_BYTES = 1024;

/** Makes an S3 without buckets. */
export function createS3(options: S3Options): S3 {
  const { now, directory, account = "123456789012", region = "us-east-1", drops = () => false } = options;
  const context: S3Context = {
    store: createStore(),
    bodies: createBodies(directory),
    now,
    account,
    region,
    drops,
    ownerId: createHash("sha256").update(account).digest("hex"),
  };
  return {
    handle: (request, payload) => handle(context, request, payload),
    seed: (seeds) => seed(context, seeds),
    regionOf: (bucket) => context.store.find(bucket)?.region,
    declare: (bucket, key, { size, seed = key }) =>
      context.store.bucket(bucket).put({
        key,
        body: sparseBody(size, seed),
        etag: `${createHash("md5").update(seed).digest("hex")}-1`,
        lastModifiedMs: wholeSeconds(now()),
        checksum: sparseChecksum(size, seed),
        description: { system: {}, user: {}, tags: [], acl: "private" },
      }),
    close: context.bodies.close,
  };
}

async function handle(context: S3Context, request: S3Request, payload: S3Payload): Promise<LocalAnswer> {
  const operation = OPERATIONS.get(request.operation);
  if (operation === undefined) throw notImplemented(request.operation);
  checkCall(context, request);
  return await operation(context, request, payload);
}

/** What holds for every operation alike. */
function checkCall({ account }: S3Context, { key = "", versionId, headers }: S3Request): void {
  const size = Buffer.byteLength(key);
  if (size > MAX_KEY_BYTES) {
    throw new LocalError("KeyTooLongError", "Your key is too long", 400, {
      Size: String(size),
      MaxSizeAllowed: String(MAX_KEY_BYTES),
    });
  }
  if (versionId !== undefined && versionId !== "null") {
    throw invalidArgument("Invalid version id specified", "versionId", versionId);
  }
  if ((headers.get("x-amz-expected-bucket-owner") ?? account) !== account) {
    throw new LocalError("AccessDenied", "Access Denied", 403);
  }
}

async function seed(context: S3Context, seeds: World["buckets"]): Promise<void> {
  for (const [bucket, { objects, region = context.region }] of Object.entries(seeds)) {
    context.store.create(bucket, { createdAtMs: context.now(), region, settings: newSettings(false) });
    for (const [key, content] of Object.entries(objects)) {
      const headers = new Map([["content-type", "text/plain; charset=utf-8"]]);
      const request = { operation: "PutObject", bucket, key, query: new Map<string, string>(), headers };
      await putObject(context, request, { body: once(Buffer.from(content)), trailers: () => new Map() });
    }
  }
}

// oxlint-disable-next-line require-await -- content is asynchronous wherever it comes from
async function* once(content: Buffer): AsyncGenerator<Buffer, void> {
  yield content;
}
