import type { LocalAnswer } from "../request.ts";
import { checksumHeaders } from "./checksum.ts";
import { checkWriteConditions } from "./conditions.ts";
import { readDescription } from "./description.ts";
import { receive } from "./receive.ts";
import type { Received } from "./receive.ts";
import type { S3Context, S3Payload, S3Request } from "./request.ts";
import type { Bucket, ObjectDescription, StoredObject } from "./store.ts";

/** PutObject. */
export async function putObject(
  context: S3Context,
  request: S3Request,
  payload: S3Payload,
): Promise<LocalAnswer> {
  const { bucket: name, key = "", headers } = request;
  checkWriteConditions(headers, context.store.bucket(name), key);
  const description = readDescription(headers, context.store.bucket(name));
  const received = await receive(context, request, payload);
  const object = placeReceived(received, () => {
    // The content may have taken its time: the bucket can be gone and the key taken by now.
    const bucket = context.store.bucket(name);
    checkWriteConditions(headers, bucket, key);
    return storeReceived(context, bucket, key, { received, description });
  });
  return { status: 200, headers: { ...writtenHeaders(object), etag: `"${object.etag}"` } };
}

/** Puts content in place, or gives it up when that turns out to be refused. */
export function placeReceived<T>(received: Pick<Received, "body">, place: () => T): T {
  try {
    return place();
  } catch (error) {
    received.body.discard();
    throw error;
  }
}

/** Makes an object of content that arrived in one piece. */
export function storeReceived(
  context: S3Context,
  bucket: Bucket,
  key: string,
  { received, description }: { readonly received: Received; readonly description: ObjectDescription },
): StoredObject {
  const { body, measured } = received;
  const object: StoredObject = {
    key,
    body,
    etag: measured.md5,
    lastModifiedMs: wholeSeconds(context.now()),
    checksum: { algorithm: measured.algorithm, type: "FULL_OBJECT", value: measured.checksum },
    description,
  };
  bucket.put(object);
  return object;
}

/** The headers by which S3 confirms a write, without the ETag, which some operations tell in XML. */
export function writtenHeaders(object: StoredObject): Record<string, string> {
  return { ...checksumHeaders(object.checksum), "x-amz-server-side-encryption": "AES256" };
}

/** A time as S3 keeps it. */
export function wholeSeconds(timeMs: number): number {
  return Math.floor(timeMs / 1000) * 1000;
}
