import { hash } from "node:crypto";
import { framedLength } from "./chunk-framer.ts";
import type { ReframedBody } from "./chunked.ts";
import { parseTrailerNames } from "./trailer.ts";

/** SHA-256 of nothing. */
export const EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
/** Signs a request without its body. S3 only, and only over TLS or to loopback. */
export const UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD";
/** As {@link UNSIGNED_PAYLOAD}, for an aws-chunked body with trailers. */
export const UNSIGNED_PAYLOAD_TRAILER = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";

/** The headers by which an S3 request says what its body is, as they came. */
export interface PayloadHeaders {
  /** `x-amz-content-sha256`. */
  readonly contentSha256?: string | undefined;
  readonly contentEncoding?: string | undefined;
  /** `x-amz-decoded-content-length`. */
  readonly decodedLength?: string | undefined;
  /** `x-amz-trailer`. */
  readonly trailer?: string | undefined;
  readonly contentLength?: string | undefined;
  readonly transferEncoding?: string | undefined;
}

interface SentAs {
  /** What is signed, and sent as `x-amz-content-sha256`. */
  readonly payloadHash: string;
  /** Of the body that goes upstream; undefined means no body, or `transfer-encoding: chunked` where there is one. */
  readonly contentLength: number | undefined;
  /** The `content-encoding` to send, if any. */
  readonly contentEncoding: string | undefined;
}

/** How the body of an S3 request goes upstream: not at all, as it came, or through `reframe`. */
export type PayloadPlan = (SentAs & { readonly kind: "empty" | "plain" }) | (SentAs & ReframedBody);

/** Why a body cannot be sent on. */
export interface PayloadFault {
  readonly kind: "fault";
  readonly code: "length-required" | "body-malformed" | "payload-mismatch";
  readonly detail: string;
}

/** What `x-amz-content-sha256` says of the body. */
interface Claim {
  readonly digest?: string;
  readonly framed: boolean;
  readonly trailer: "none" | "optional" | "required";
}

/** S3 takes unsigned chunks with or without a trailer, and signed ones only as their name says. */
const CLAIMS: ReadonlyMap<string, Claim> = new Map<string, Claim>([
  [UNSIGNED_PAYLOAD, { framed: false, trailer: "optional" }],
  [UNSIGNED_PAYLOAD_TRAILER, { framed: true, trailer: "optional" }],
  ["STREAMING-AWS4-HMAC-SHA256-PAYLOAD", { framed: true, trailer: "none" }],
  ["STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", { framed: true, trailer: "required" }],
  ["STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD", { framed: true, trailer: "none" }],
  ["STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER", { framed: true, trailer: "required" }],
]);
const SHA256_HEX = /^[0-9a-f]{64}$/i;
const AWS_CHUNKED = "aws-chunked";
/** The terminal chunk with its line end, and the empty line. */
const LEAST_FRAMING_BYTES = "0\r\n\r\n".length;

/** Hashes a body that is held whole; 64 hex digits. */
export function hashPayload(body: Uint8Array): string {
  return hash("sha256", body, "hex");
}

/**
 * Decides from its headers how the body of an S3 request goes upstream.
 *
 * A digest that the client gave is kept and signed, so that S3 itself compares it with what arrives. Framing is seen by
 * any of its three marks, since no client sets all of them; marks that contradict each other are a fault.
 */
export function planPayload(headers: PayloadHeaders): PayloadPlan | PayloadFault {
  const claim = readClaim(headers.contentSha256);
  if (!claim) return malformed("x-amz-content-sha256 is no digest and no form known here");
  const length = bodyLength(headers);
  if (length === undefined) return malformed("content-length and transfer-encoding cannot be read");
  const framed = claim.framed || headers.decodedLength !== undefined || codings(headers).some(isAwsChunked);
  return framed ? planFramed(headers, claim, length) : planWhole(headers, claim, length);
}

function planWhole(
  headers: PayloadHeaders,
  { digest }: Claim,
  length: number | "chunked",
): PayloadPlan | PayloadFault {
  if (headers.trailer !== undefined) return malformed("x-amz-trailer without aws-chunked framing");
  if (length === "chunked")
    return fault("length-required", "a body of unknown length that is not aws-chunked");
  const { contentEncoding } = headers;
  if (length > 0)
    return { kind: "plain", payloadHash: digest ?? UNSIGNED_PAYLOAD, contentLength: length, contentEncoding };
  if (digest !== undefined && digest !== EMPTY_SHA256)
    return fault("payload-mismatch", "a digest but no body");
  const contentLength = headers.contentLength === undefined ? undefined : 0;
  return { kind: "empty", payloadHash: EMPTY_SHA256, contentLength, contentEncoding };
}

function planFramed(
  headers: PayloadHeaders,
  claim: Claim,
  length: number | "chunked",
): PayloadPlan | PayloadFault {
  if (headers.decodedLength === undefined)
    return fault("length-required", "aws-chunked without a decoded length");
  const decodedLength = parseLength(headers.decodedLength);
  const trailerNames = parseTrailerNames(headers.trailer);
  if (decodedLength === undefined) return malformed("x-amz-decoded-content-length is not a length");
  if (trailerNames === undefined) return malformed("x-amz-trailer names something other than checksums");
  if (length !== "chunked" && length < decodedLength + LEAST_FRAMING_BYTES) {
    return malformed("content-length leaves no room for the framing");
  }
  const contradiction = findContradiction(headers, claim, trailerNames);
  if (contradiction !== undefined) return malformed(contradiction);

  const stored = codings(headers).filter((coding) => !isAwsChunked(coding));
  const promised = { decodedLength, trailerNames };
  if (trailerNames.length === 0) {
    const contentEncoding = stored.length > 0 ? stored.join(",") : undefined;
    return {
      kind: "decode",
      payloadHash: UNSIGNED_PAYLOAD,
      contentLength: decodedLength,
      contentEncoding,
      ...promised,
    };
  }
  return {
    kind: "reframe-trailer",
    payloadHash: UNSIGNED_PAYLOAD_TRAILER,
    contentLength: framedLength(decodedLength, trailerNames),
    contentEncoding: [...stored, AWS_CHUNKED].join(","),
    ...promised,
  };
}

function findContradiction(
  headers: PayloadHeaders,
  claim: Claim,
  trailers: readonly string[],
): string | undefined {
  if (claim.digest !== undefined) return "a digest of the whole body beside aws-chunked framing";
  if (claim.trailer === "none" && trailers.length > 0) return "x-amz-trailer beside a form without trailers";
  if (claim.trailer === "required" && trailers.length === 0)
    return "a form with trailers but no x-amz-trailer";
  const marks = codings(headers).filter(isAwsChunked);
  return marks.length > 1 ? "aws-chunked stands twice" : undefined;
}

function readClaim(contentSha256: string = UNSIGNED_PAYLOAD): Claim | undefined {
  if (!SHA256_HEX.test(contentSha256)) return CLAIMS.get(contentSha256);
  return { digest: contentSha256.toLowerCase(), framed: false, trailer: "none" };
}

/** Length of the body as sent, 0 for none; undefined where the headers leave two readings. */
function bodyLength({ contentLength, transferEncoding }: PayloadHeaders): number | "chunked" | undefined {
  if (transferEncoding === undefined) return contentLength === undefined ? 0 : parseLength(contentLength);
  return contentLength === undefined && transferEncoding.toLowerCase() === "chunked" ? "chunked" : undefined;
}

function parseLength(text: string): number | undefined {
  return /^[0-9]{1,15}$/.test(text) ? Number(text) : undefined;
}

function codings({ contentEncoding }: PayloadHeaders): string[] {
  return (contentEncoding ?? "")
    .split(",")
    .map((coding) => coding.trim())
    .filter(Boolean);
}

function isAwsChunked(coding: string): boolean {
  return coding.toLowerCase() === AWS_CHUNKED;
}

function fault(code: PayloadFault["code"], detail: string): PayloadFault {
  return { kind: "fault", code, detail };
}

function malformed(detail: string): PayloadFault {
  return fault("body-malformed", detail);
}
