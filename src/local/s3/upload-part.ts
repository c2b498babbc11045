import type { LocalAnswer } from "../request.ts";
import { checksumHeaders } from "./checksum.ts";
import { checksumNodes, copyBytes, copyNodes, findUnchangedSource } from "./copy-object.ts";
import { storageClassOf } from "./description.ts";
import { readClaim } from "./integrity.ts";
import { findUpload, uploadChecksumNodes } from "./multipart-uploads.ts";
import { readPageSize } from "./paging.ts";
import { placeReceived, wholeSeconds } from "./put-object.ts";
import { readCopyRange } from "./range.ts";
import { receive } from "./receive.ts";
import type { Received } from "./receive.ts";
import { invalidArgument, invalidRequest } from "./refusals.ts";
import type { S3Context, S3Payload, S3Request } from "./request.ts";
import type { Part, Upload } from "./store.ts";
import { xmlAnswer } from "./xml.ts";
import type { XmlNode } from "./xml.ts";

const MAX_PART_NUMBER = 10_000;

/** UploadPart. */
export async function uploadPart(
  context: S3Context,
  request: S3Request,
  payload: S3Payload,
): Promise<LocalAnswer> {
  const number = readPartNumber(request.query);
  const upload = findUpload(context.store.bucket(request.bucket), request);
  const sent = readClaim(request).algorithm;
  const isLeftToS3 = sent === undefined && upload.type === "FULL_OBJECT";
  if (upload.algorithm !== undefined && sent !== upload.algorithm && !isLeftToS3) {
    const actual = sent?.toLowerCase() ?? "null";
    const message = `Checksum Type mismatch occurred, expected checksum Type: ${upload.algorithm.toLowerCase()}, actual checksum Type: ${actual}`;
    throw invalidRequest(message);
  }
  const received = await receive(context, request, payload, upload.algorithm);
  const part = placePart(context, request, { received, number });
  return {
    status: 200,
    headers: {
      etag: `"${part.etag}"`,
      "x-amz-server-side-encryption": "AES256",
      ...withoutType(checksumHeaders(part.checksum)),
    },
  };
}

/** UploadPartCopy. */
export async function uploadPartCopy(context: S3Context, request: S3Request): Promise<LocalAnswer> {
  const number = readPartNumber(request.query);
  const { algorithm = "CRC64NVME" } = findUpload(context.store.bucket(request.bucket), request);
  const source = findUnchangedSource(context, request);
  const range = readCopyRange(request.headers.get("x-amz-copy-source-range"), source.body.size);
  const received = await copyBytes(context, request, { source, range, algorithm });
  const part = placePart(context, request, { received, number });
  const nodes = copyNodes(part).filter(([name]) => name !== "ChecksumType");
  return xmlAnswer(["CopyPartResult", nodes], { "x-amz-server-side-encryption": "AES256" });
}

/** ListParts. */
export function listParts({ store, ownerId }: S3Context, request: S3Request): LocalAnswer {
  const { query } = request;
  const upload = findUpload(store.bucket(request.bucket), request);
  const marker = Number(query.get("part-number-marker") ?? "0");
  if (!Number.isInteger(marker) || marker < 0) {
    throw invalidArgument(
      "Provided part-number-marker not an integer or within integer range",
      "part-number-marker",
      query.get("part-number-marker") ?? "",
    );
  }
  const max = readPageSize(query, "max-parts");
  const rest = partsOf(upload).filter(({ number }) => number > marker);
  const page = rest.slice(0, max);
  return xmlAnswer([
    "ListPartsResult",
    [
      ["Bucket", request.bucket ?? ""],
      ["Key", upload.key],
      ["UploadId", upload.id],
      ["Initiator", [["ID", ownerId]]],
      ["Owner", [["ID", ownerId]]],
      ["StorageClass", storageClassOf(upload.description)],
      ["PartNumberMarker", marker],
      page.length > 0 ? ["NextPartNumberMarker", page.at(-1)?.number ?? 0] : undefined,
      ["MaxParts", max],
      ["IsTruncated", rest.length > page.length],
      ...uploadChecksumNodes(upload),
      ...page.map(partNode),
    ],
  ]);
}

function partsOf(upload: Upload): readonly Part[] {
  const parts = [...upload.parts.values()].map(({ part }) => part);
  return parts.toSorted((left, right) => left.number - right.number);
}

function placePart(
  context: S3Context,
  request: S3Request,
  { received, number }: { readonly received: Received; readonly number: number },
): Part {
  const { body, measured } = received;
  const part: Part = {
    number,
    size: body.size,
    etag: measured.md5,
    checksum: { algorithm: measured.algorithm, type: "FULL_OBJECT", value: measured.checksum },
    lastModifiedMs: wholeSeconds(context.now()),
  };
  placeReceived(received, () => {
    // The upload may have been aborted or completed while the part was on its way.
    const { parts } = findUpload(context.store.bucket(request.bucket), request);
    parts.get(number)?.body.discard();
    parts.set(number, { part, body });
  });
  return part;
}

function partNode(part: Part): XmlNode {
  return [
    "Part",
    [
      ["PartNumber", part.number],
      ["LastModified", new Date(part.lastModifiedMs).toISOString()],
      ["ETag", `"${part.etag}"`],
      ["Size", part.size],
      ...checksumNodes(part.checksum),
    ],
  ];
}

function readPartNumber(query: ReadonlyMap<string, string>): number {
  const value = query.get("partNumber") ?? "";
  const number = /^\d{1,5}$/.test(value) ? Number(value) : 0;
  if (number < 1 || number > MAX_PART_NUMBER) {
    throw invalidArgument(
      "Part number must be an integer between 1 and 10000, inclusive",
      "partNumber",
      value,
    );
  }
  return number;
}

/** A part has no type of checksum: that is a matter of the whole. */
function withoutType(told: Readonly<Record<string, string>>): Record<string, string> {
  const { "x-amz-checksum-type": _, ...headers } = told;
  return headers;
}
