import { createHash } from "node:crypto";
import type { XmlElement } from "@rgrove/parse-xml";
import { LocalError } from "../request.ts";
import type { LocalAnswer } from "../request.ts";
import { joinBodies } from "./bodies.ts";
import type { Body } from "./bodies.ts";
import { checksumHeader, createChecksum } from "./checksum.ts";
import type { ChecksumAlgorithm, StoredChecksum } from "./checksum.ts";
import { combineCrc } from "./crc-combine.ts";
import { checkWriteConditions } from "./conditions.ts";
import { checksumNodes } from "./copy-object.ts";
import { findUpload } from "./multipart-uploads.ts";
import { wholeSeconds } from "./put-object.ts";
import { receiveDocument } from "./receive.ts";
import { invalidRequest, malformedXml } from "./refusals.ts";
import type { S3Context, S3Payload, S3Request } from "./request.ts";
import type { Bucket, Part, StoredObject, Upload } from "./store.ts";
import { childrenOf, readXml, textOf, xmlAnswer } from "./xml.ts";

/** A part as the client lists it. */
interface ListedPart {
  readonly number: number;
  readonly etag: string;
  readonly checksumOf: (algorithm: ChecksumAlgorithm) => string | undefined;
}

/** A part as it was uploaded. */
interface UploadedPart {
  readonly part: Part;
  readonly body: Body;
}

const MIN_PART_BYTES = 5 * 1024 * 1024;

/** CompleteMultipartUpload. */
export async function completeMultipartUpload(
  context: S3Context,
  request: S3Request,
  payload: S3Payload,
): Promise<LocalAnswer> {
  const bucket = context.store.bucket(request.bucket);
  findUpload(bucket, request);
  // The checksum headers of this call speak of the object, not of this document.
  const listed = readListedParts(await readDocument(request, payload));
  const upload = findUpload(bucket, request);
  const parts = chooseParts(upload, listed);
  // From here on nobody else may add a part, abort or complete; a refusal opens the upload again.
  bucket.uploads.delete(upload.id);
  try {
    const object = await assemble(context, request, { upload, parts });
    checkWriteConditions(request.headers, bucket, upload.key);
    bucket.put(object);
    discardUnlisted(upload, parts);
    return completedAnswer(bucket, object, request.headers.get("host"));
  } catch (error) {
    bucket.uploads.set(upload.id, upload);
    throw error;
  }
}

async function readDocument(request: S3Request, payload: S3Payload): Promise<XmlElement> {
  const headers = new Map([...request.headers].filter(([name]) => !name.startsWith("x-amz-checksum-")));
  return readXml(
    await receiveDocument({ ...request, headers }, payload, "nothing"),
    "CompleteMultipartUpload",
  );
}

function readListedParts(root: XmlElement): readonly ListedPart[] {
  const listed = childrenOf(root, "Part").map((element): ListedPart => {
    const number = Number(textOf(element, "PartNumber"));
    const etag = textOf(element, "ETag")?.replaceAll('"', "");
    if (!Number.isInteger(number) || etag === undefined) throw malformedXml();
    return { number, etag, checksumOf: (algorithm) => textOf(element, `Checksum${algorithm}`) };
  });
  if (listed.length === 0) throw malformedXml();
  return listed;
}

function chooseParts(upload: Upload, listed: readonly ListedPart[]): readonly UploadedPart[] {
  let before = 0;
  for (const { number } of listed) {
    if (number <= before) {
      const message = "The list of parts was not in ascending order. Parts must be ordered by part number.";
      throw new LocalError("InvalidPartOrder", message, 400, { UploadId: upload.id });
    }
    before = number;
  }
  const parts = listed.map((entry) => matchPart(upload, entry));
  for (const { part } of parts.slice(0, -1)) if (part.size < MIN_PART_BYTES) throw entityTooSmall(part);
  return parts;
}

function matchPart(upload: Upload, listed: ListedPart): UploadedPart {
  const uploaded = upload.parts.get(listed.number);
  if (uploaded === undefined || uploaded.part.etag !== listed.etag) throw invalidPart(upload, listed);
  const { algorithm, value } = uploaded.part.checksum;
  const told = listed.checksumOf(algorithm);
  if (told !== undefined && told !== value) throw invalidPart(upload, listed);
  if (told === undefined && upload.algorithm !== undefined && upload.type === "COMPOSITE") {
    const name = upload.algorithm.toLowerCase();
    throw invalidRequest(
      `The upload was created using a ${name} checksum. The complete request must include the checksum for each part. It was missing for part ${listed.number} in the request.`,
    );
  }
  return uploaded;
}

async function assemble(
  context: S3Context,
  { headers }: S3Request,
  { upload, parts }: { readonly upload: Upload; readonly parts: readonly UploadedPart[] },
): Promise<StoredObject> {
  const body = joinBodies(parts.map((uploaded) => uploaded.body));
  const expectedSize = headers.get("x-amz-mp-object-size");
  if (expectedSize !== undefined && Number(expectedSize) !== body.size) {
    const message = `The provided 'x-amz-mp-object-size' header value ${expectedSize} does not match what was computed: ${body.size}`;
    throw invalidRequest(message);
  }
  const checksum = await checksumOfWhole(upload, parts, body);
  const claimed = headers.get(checksumHeader(checksum.algorithm));
  if (claimed !== undefined && claimed !== checksum.value) {
    const message = `The ${checksum.algorithm} you specified did not match the calculated checksum.`;
    throw new LocalError("BadDigest", message, 400);
  }
  const digests = Buffer.concat(parts.map(({ part }) => Buffer.from(part.etag, "hex")));
  return {
    key: upload.key,
    body,
    etag: `${createHash("md5").update(digests).digest("hex")}-${parts.length}`,
    lastModifiedMs: wholeSeconds(context.now()),
    checksum,
    description: upload.description,
    parts: parts.map(({ part }) => part),
  };
}

async function checksumOfWhole(
  { algorithm = "CRC64NVME", type }: Upload,
  parts: readonly UploadedPart[],
  body: Body,
): Promise<StoredChecksum> {
  const checksum = createChecksum(algorithm);
  if (type === "COMPOSITE") {
    for (const { part } of parts) checksum.update(Buffer.from(part.checksum.value, "base64"));
    return { algorithm, type, value: `${checksum.digest().toString("base64")}-${parts.length}` };
  }
  const value = combinedChecksum(algorithm, parts);
  if (value !== undefined) return { algorithm, type, value };
  for await (const chunk of body.read()) checksum.update(chunk);
  return { algorithm, type, value: checksum.digest().toString("base64") };
}

/** The check of the whole from those of its parts; undefined when a part was checked in another way. */
function combinedChecksum(algorithm: ChecksumAlgorithm, parts: readonly UploadedPart[]): string | undefined {
  let whole: string | undefined;
  for (const { part } of parts) {
    const { checksum, size } = part;
    if (checksum.algorithm !== algorithm) return undefined;
    whole =
      whole === undefined ? checksum.value : combineCrc(algorithm, whole, { value: checksum.value, size });
  }
  return whole;
}

function discardUnlisted(upload: Upload, kept: readonly UploadedPart[]): void {
  for (const uploaded of upload.parts.values()) if (!kept.includes(uploaded)) uploaded.body.discard();
}

function completedAnswer(
  bucket: Bucket,
  { key, etag, checksum }: StoredObject,
  host = "s3.amazonaws.com",
): LocalAnswer {
  // S3 escapes the slashes of the key here, and nowhere else.
  const path = encodeURIComponent(key);
  const place = host.startsWith(`${bucket.name}.`) ? host : `${host}/${bucket.name}`;
  return xmlAnswer(
    [
      "CompleteMultipartUploadResult",
      [
        ["Location", `http://${place}/${path}`],
        ["Bucket", bucket.name],
        ["Key", key],
        ["ETag", `"${etag}"`],
        ...checksumNodes(checksum),
        ["ChecksumType", checksum.type],
      ],
    ],
    { "x-amz-server-side-encryption": "AES256" },
  );
}

function invalidPart(upload: Upload, { number, etag }: ListedPart): LocalError {
  const message =
    "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.";
  return new LocalError("InvalidPart", message, 400, {
    UploadId: upload.id,
    PartNumber: String(number),
    ETag: etag,
  });
}

function entityTooSmall({ size, number, etag }: Part): LocalError {
  const message = "Your proposed upload is smaller than the minimum allowed size";
  return new LocalError("EntityTooSmall", message, 400, {
    ProposedSize: String(size),
    MinSizeAllowed: String(MIN_PART_BYTES),
    PartNumber: String(number),
    ETag: etag,
  });
}
