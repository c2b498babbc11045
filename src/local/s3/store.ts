import { LocalError } from "../request.ts";
import type { Acl } from "./canned-acl.ts";
import type { Body } from "./bodies.ts";
import type { ChecksumAlgorithm, ChecksumType, StoredChecksum } from "./checksum.ts";
import { compareUtf8 } from "./key-order.ts";
import { noSuchBucket, noSuchKey, noSuchUpload } from "./refusals.ts";
import type { Tag } from "./tags.ts";

/** What a writer may say of an object besides its bytes. */
export interface ObjectDescription {
  /** Headers that S3 gives back as they came: `content-type`, `cache-control` … */
  readonly system: Readonly<Record<string, string>>;
  /** `x-amz-meta-*`, whole names. */
  readonly user: Readonly<Record<string, string>>;
  readonly tags: readonly Tag[];
  readonly acl: Acl;
  readonly lock?: ObjectLock;
}

/** How long an object shall stay as it is; kept and told, and nothing more. */
export interface ObjectLock {
  /** `GOVERNANCE` or `COMPLIANCE`. */
  readonly mode?: string;
  /** ISO 8601. */
  readonly retainUntil?: string;
  readonly legalHold?: "ON" | "OFF";
}

/** A part of a multipart upload; finished objects remember theirs without the bytes. */
export interface Part {
  readonly number: number;
  readonly size: number;
  /** Without quotes. */
  readonly etag: string;
  readonly checksum: StoredChecksum;
  readonly lastModifiedMs: number;
}

/** An object as it is kept. */
export interface StoredObject {
  readonly key: string;
  readonly body: Body;
  /** Without quotes. */
  readonly etag: string;
  /** Whole seconds, as S3 keeps them. */
  readonly lastModifiedMs: number;
  readonly checksum: StoredChecksum;
  readonly description: ObjectDescription;
  /** Only of an object that was uploaded in parts. */
  readonly parts?: readonly Part[];
}

/** A multipart upload under way. */
export interface Upload {
  readonly id: string;
  readonly key: string;
  readonly initiatedMs: number;
  readonly description: ObjectDescription;
  /** Undefined when the upload did not say: then S3 computes CRC64NVME. */
  readonly algorithm: ChecksumAlgorithm | undefined;
  readonly type: ChecksumType;
  readonly parts: Map<number, { readonly part: Part; readonly body: Body }>;
}

/** A bucket with its objects and uploads. */
export interface Bucket {
  readonly name: string;
  readonly region: string;
  readonly createdAtMs: number;
  acl: Acl;
  /** Documents by the name of their setting. */
  readonly settings: Map<string, Buffer>;
  /** All keys in the order of their UTF-8 bytes. */
  readonly keys: () => readonly string[];
  readonly find: (key: string) => StoredObject | undefined;
  /** @throws LocalError NoSuchKey */
  readonly object: (key: string) => StoredObject;
  /** Puts an object in, in place of any before it. */
  readonly put: (object: StoredObject) => void;
  /** Changes what is said of an object, not its bytes. */
  readonly describe: (key: string, change: Partial<ObjectDescription>) => void;
  readonly remove: (key: string) => void;
  readonly uploads: Map<string, Upload>;
  /** @throws LocalError NoSuchUpload */
  readonly upload: (key: string, id: string) => Upload;
}

/** What is said of a bucket when it is made. */
export type MadeBucket = Pick<Bucket, "createdAtMs" | "region" | "settings">;

/** All buckets of the stand-in. */
export interface Store {
  /** In order of name. */
  readonly buckets: () => readonly Bucket[];
  readonly find: (name: string) => Bucket | undefined;
  /** @throws LocalError NoSuchBucket */
  readonly bucket: (name: string | undefined) => Bucket;
  readonly create: (name: string, made: MadeBucket) => Bucket;
  /** @throws LocalError NoSuchBucket or BucketNotEmpty */
  readonly remove: (name: string) => void;
}

/** Makes a store without buckets. */
export function createStore(): Store {
  const buckets = new Map<string, Bucket>();
  const bucket = (name = ""): Bucket => {
    const found = buckets.get(name);
    if (found === undefined) throw noSuchBucket(name);
    return found;
  };
  return {
    buckets: () => [...buckets.values()].toSorted((left, right) => compareUtf8(left.name, right.name)),
    find: (name) => buckets.get(name),
    bucket,
    create: (name, made) => {
      const bucket = createBucket(name, made);
      buckets.set(name, bucket);
      return bucket;
    },
    remove: (name) => {
      const { keys, uploads } = bucket(name);
      if (keys().length > 0 || uploads.size > 0) throw bucketNotEmpty(name);
      buckets.delete(name);
    },
  };
}

function createBucket(name: string, made: MadeBucket): Bucket {
  const objects = new Map<string, StoredObject>();
  const uploads = new Map<string, Upload>();
  let sorted: readonly string[] | undefined;
  const object = (key: string): StoredObject => {
    const found = objects.get(key);
    if (found === undefined) throw noSuchKey(key);
    return found;
  };
  return {
    name,
    ...made,
    acl: "private",
    keys: () => (sorted ??= [...objects.keys()].toSorted(compareUtf8)),
    find: (key) => objects.get(key),
    object,
    put: (next) => {
      const before = objects.get(next.key);
      if (before === undefined) sorted = undefined;
      before?.body.discard();
      objects.set(next.key, next);
    },
    describe: (key, change) => {
      const before = object(key);
      objects.set(key, { ...before, description: { ...before.description, ...change } });
    },
    remove: (key) => {
      objects.get(key)?.body.discard();
      if (objects.delete(key)) sorted = undefined;
    },
    uploads,
    upload: (key, id) => {
      const found = uploads.get(id);
      if (found?.key !== key) throw noSuchUpload(id);
      return found;
    },
  };
}

function bucketNotEmpty(name: string): LocalError {
  return new LocalError("BucketNotEmpty", "The bucket you tried to delete is not empty", 409, {
    BucketName: name,
  });
}
