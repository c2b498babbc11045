import { createHash } from "node:crypto";
import { LocalError } from "../request.ts";
import { decodeChunks } from "./chunked.ts";
import type { ChunkSeed } from "./chunk-chain.ts";
import type { ChunkOptions } from "./chunked.ts";
import { singleHeader } from "./request-head.ts";
import type { RequestHead } from "./request-head.ts";
import { scopeText } from "./signing-key.ts";
import type { Verified } from "./sigv4.ts";

/** The content of an S3 request; it counts only once `body` has ended well, and only then are there trailers. */
export interface Payload {
  /** Without framing; throws a LocalError where something does not verify. */
  readonly body: AsyncIterable<Buffer>;
  /** Lower-case names. */
  readonly trailers: () => ReadonlyMap<string, string>;
}

const CONTENT_SHA256 = "x-amz-content-sha256";
const UNSIGNED = "UNSIGNED-PAYLOAD";

/** Which of the streaming forms are decoded, and what is signed in them. */
const STREAMING: ReadonlyMap<string, { readonly signed: boolean; readonly trailer: boolean }> = new Map(
  Object.entries({
    "STREAMING-UNSIGNED-PAYLOAD-TRAILER": { signed: false, trailer: true },
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD": { signed: true, trailer: false },
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER": { signed: true, trailer: true },
  }),
);

/**
 * What an S3 request says of its content, which is also what its canonical request ends with.
 *
 * @throws LocalError `InvalidRequest` where a signed request says nothing, `InvalidArgument` for an unknown word.
 */
export function readPayloadHash(head: RequestHead, form: "header" | "query"): string {
  const value = singleHeader(head, CONTENT_SHA256) ?? (form === "query" ? presignedHash(head) : undefined);
  if (value === undefined) {
    throw new LocalError(
      "InvalidRequest",
      "Missing required header for this request: x-amz-content-sha256",
      400,
    );
  }
  if (value === UNSIGNED || STREAMING.has(value) || /^[0-9a-f]{64}$/.test(value)) return value;
  if (value.startsWith("STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD")) {
    throw new LocalError("NotImplemented", "Signature Version 4A is not implemented by the stand-in", 501);
  }
  const message =
    "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.";
  const fields = { ArgumentName: "x-amz-content-sha256", ArgumentValue: value };
  throw new LocalError("InvalidArgument", message, 400, fields);
}

/** A presigned request leaves its content open, unless its query says otherwise. */
function presignedHash(head: RequestHead): string {
  const found = head.query.find(([name]) => name.toLowerCase() === CONTENT_SHA256);
  return found?.[1] ?? UNSIGNED;
}

/**
 * Opens the content of a verified S3 request; nothing is read before the first byte is asked for.
 *
 * @throws LocalError `MissingContentLength` 411 when no header tells how long the content is.
 */
export function openPayload(
  head: RequestHead,
  verified: Verified,
  payloadHash: string,
  source: AsyncIterable<Buffer>,
): Payload {
  const trailers = new Map<string, string>();
  const framing = readFraming(head, verified, payloadHash);
  const body =
    framing === undefined
      ? plain(source, plainLength(head), payloadHash)
      : decodeChunks(source, framing, trailers);
  return { body, trailers: () => trailers };
}

/** Undefined for plain content. Some clients pair aws-chunked with UNSIGNED-PAYLOAD: chunks without trailers. */
function readFraming(head: RequestHead, verified: Verified, payloadHash: string): ChunkOptions | undefined {
  const streaming = STREAMING.get(payloadHash);
  const decoded = singleHeader(head, "x-amz-decoded-content-length");
  if (streaming === undefined && !(payloadHash === UNSIGNED && isAwsChunked(head))) return undefined;
  if (decoded === undefined || !/^\d{1,15}$/.test(decoded)) throw missingLength();
  return {
    decodedBytes: Number(decoded),
    announced: streaming?.trailer === true ? announcedTrailers(head) : undefined,
    seed: streaming?.signed === true ? seedOf(verified) : undefined,
  };
}

function isAwsChunked(head: RequestHead): boolean {
  const codings = (head.headers.get("content-encoding") ?? []).join(",").split(",");
  return codings.some((coding) => coding.trim().toLowerCase() === "aws-chunked");
}

function announcedTrailers(head: RequestHead): ReadonlySet<string> {
  const names = (head.headers.get("x-amz-trailer") ?? []).join(",").split(",");
  return new Set(names.map((name) => name.trim().toLowerCase()).filter((name) => name !== ""));
}

function seedOf({ authorization, signingKey }: Verified): ChunkSeed {
  const { timestamp, scope, signature } = authorization;
  return { signingKey, timestamp, scope: scopeText(scope), signature };
}

/** Content without `Content-Length` and without `Transfer-Encoding` is no content. */
function plainLength(head: RequestHead): number {
  const length = singleHeader(head, "content-length");
  if (length !== undefined && /^\d{1,15}$/.test(length)) return Number(length);
  if (length !== undefined || head.headers.has("transfer-encoding")) throw missingLength();
  return 0;
}

async function* plain(
  source: AsyncIterable<Buffer>,
  contentLength: number,
  payloadHash: string,
): AsyncGenerator<Buffer, void> {
  const hash = payloadHash === UNSIGNED ? undefined : createHash("sha256");
  let length = 0;
  for await (const bytes of source) {
    hash?.update(bytes);
    length += bytes.length;
    yield bytes;
  }
  if (length !== contentLength) {
    const message = "You did not provide the number of bytes specified by the Content-Length HTTP header.";
    throw new LocalError("IncompleteBody", message, 400);
  }
  const computed = hash?.digest("hex") ?? payloadHash;
  if (computed !== payloadHash) throw payloadMismatch(payloadHash, computed);
}

function payloadMismatch(claimed: string, computed: string): LocalError {
  const message = "The provided 'x-amz-content-sha256' header does not match what was computed.";
  const fields = { ClientComputedContentSHA256: claimed, S3ComputedContentSHA256: computed };
  return new LocalError("XAmzContentSHA256Mismatch", message, 400, fields);
}

function missingLength(): LocalError {
  return new LocalError("MissingContentLength", "You must provide the Content-Length HTTP header.", 411);
}
