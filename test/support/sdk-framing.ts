import { createHash, createHmac } from "node:crypto";
import { type ChecksumAlgorithm, createChecksum } from "../../src/local/s3/checksum.ts";
import type { SdkRequest } from "./sdk-send.ts";

/** How a client says what its body is, and in which form it sends it. */
export interface UploadForm {
  /** `x-amz-content-sha256`: a sentinel, the digest of the body, or not at all. */
  readonly payload:
    | "hex"
    | "UNSIGNED-PAYLOAD"
    | "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
    | "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
    | "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";
  /** Of all chunks but the last; the whole body by default. */
  readonly chunkBytes?: number;
  readonly upperCaseSizes?: boolean;
  /** Carries the encoded body by HTTP's chunks of this size, and not by a length. */
  readonly httpChunkBytes?: number;
  readonly checksum?: ChecksumAlgorithm;
  /** Whether `content-encoding: aws-chunked` is left out. */
  readonly untold?: boolean;
}

/** What is uploaded, where, and by whom. */
export interface Upload {
  readonly host: string;
  readonly target: string;
  readonly token: string;
  readonly content: Buffer;
}

const KEY = { id: "any", secret: "any" };
const EMPTY = sha256("");
const REGION = "us-east-1";

/** The upload as a client of this form sends it, signed from its head to its last chunk (S3 API reference, sigv4-streaming). */
export function frameUpload({ host, target, token, content }: Upload, form: UploadForm): SdkRequest {
  const { payload, checksum } = form;
  const isFramed = payload.startsWith("STREAMING-");
  const hasTrailer = payload.endsWith("-TRAILER");
  const sum =
    checksum === undefined
      ? undefined
      : ([`x-amz-checksum-${checksum.toLowerCase()}`, base64(content, checksum)] as const);
  const stamp = new Date().toISOString().replace(/[-:]|\.\d{3}/g, "");
  const headers: Record<string, string> = {
    host,
    "x-amz-content-sha256": payload === "hex" ? sha256(content) : payload,
    "x-amz-date": stamp,
    "x-amz-security-token": token,
  };
  if (sum !== undefined && hasTrailer) headers["x-amz-trailer"] = sum[0];
  else if (sum !== undefined) headers[sum[0]] = sum[1];
  if (isFramed) headers["x-amz-decoded-content-length"] = String(content.length);
  if (isFramed && form.untold !== true) headers["content-encoding"] = "aws-chunked";
  const signer = signerOf(stamp);
  const seed = signer.seed(target, headers);
  const body = isFramed
    ? encode(content, form, hasTrailer ? sum : undefined, signer.chunksAfter(seed))
    : content;
  const lines = Object.entries({ ...headers, authorization: signer.authorization(headers, seed) });
  const { httpChunkBytes } = form;
  lines.push(
    httpChunkBytes === undefined ? ["content-length", String(body.length)] : ["transfer-encoding", "chunked"],
  );
  return { method: "PUT", target, headers: lines.flat(), pieces: cut(body, httpChunkBytes) };
}

/** A checksum in the form of its header. */
export function base64(content: Buffer, algorithm: ChecksumAlgorithm): string {
  const checksum = createChecksum(algorithm);
  checksum.update(content);
  return checksum.digest().toString("base64");
}

/** Pieces of this size, the last perhaps shorter; one by default, none of nothing. */
export function cut(bytes: Buffer, size = Math.max(bytes.length, 1)): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
  return pieces;
}

function encode(
  content: Buffer,
  { payload, chunkBytes, upperCaseSizes = false }: UploadForm,
  trailer: readonly [string, string] | undefined,
  sign: ChunkSigner,
): Buffer {
  const isSigned = payload.startsWith("STREAMING-AWS4-");
  const parts: (Buffer | string)[] = [];
  for (const chunk of [...cut(content, chunkBytes), Buffer.alloc(0)]) {
    const size = upperCaseSizes ? chunk.length.toString(16).toUpperCase() : chunk.length.toString(16);
    parts.push(size, isSigned ? `;chunk-signature=${sign.chunk(chunk)}\r\n` : "\r\n");
    if (chunk.length > 0) parts.push(chunk, "\r\n");
  }
  if (trailer !== undefined) {
    parts.push(`${trailer.join(":")}\r\n`);
    if (isSigned) parts.push(`x-amz-trailer-signature:${sign.trailer(trailer)}\r\n`);
  }
  parts.push("\r\n");
  return Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : part)));
}

/** Each signature is made of the one before. */
interface ChunkSigner {
  readonly chunk: (chunk: Buffer) => string;
  readonly trailer: (trailer: readonly [string, string]) => string;
}

function signerOf(stamp: string) {
  const scope = `${stamp.slice(0, 8)}/${REGION}/s3/aws4_request`;
  const key = scope.split("/").reduce<Buffer | string>((key, part) => hmac(key, part), `AWS4${KEY.secret}`);
  const sign = (...lines: readonly string[]): string => hmac(key, lines.join("\n")).toString("hex");
  return {
    seed: (target: string, headers: Readonly<Record<string, string>>): string => {
      const names = Object.keys(headers).sort();
      const lines = names.map((name) => `${name}:${headers[name]}\n`).join("");
      const canonical = ["PUT", target, "", lines, names.join(";"), headers["x-amz-content-sha256"]].join(
        "\n",
      );
      return sign("AWS4-HMAC-SHA256", stamp, scope, sha256(canonical));
    },
    authorization: (headers: Readonly<Record<string, string>>, seed: string): string =>
      `AWS4-HMAC-SHA256 Credential=${KEY.id}/${scope}, SignedHeaders=${Object.keys(headers).sort().join(";")}, Signature=${seed}`,
    chunksAfter: (seed: string): ChunkSigner => {
      let last = seed;
      const next = (kind: string, ...hashes: readonly string[]): string =>
        (last = sign(`AWS4-HMAC-SHA256-${kind}`, stamp, scope, last, ...hashes));
      return {
        chunk: (chunk) => next("PAYLOAD", EMPTY, sha256(chunk)),
        trailer: (trailer) => next("TRAILER", sha256(`${trailer.join(":")}\n`)),
      };
    },
  };
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

function sha256(bytes: Buffer | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}
