import { parseStrictJson } from "../aws/strict-json.ts";
import { Refusal } from "../domain/refusal.ts";
import { type Algorithm, isAlgorithm } from "./algorithm.ts";

/** What a token says of itself, before anything is proved: good for choosing whom to ask, and for nothing else. */
export interface UnverifiedToken {
  /** The token itself. */
  readonly text: string;
  readonly kid: string;
  /** One that is accepted somewhere; whether the issuer uses it is for the issuer to say. */
  readonly algorithm: Algorithm;
  /** The media type that the header states (RFC 7515 section 4.1.9). */
  readonly type: string | undefined;
  readonly issuer: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

const MAX_KID_LENGTH = 128;

/** Header members that bring keys or meanings from outside (RFC 7515 sections 4.1.2, 4.1.5, 4.1.11; RFC 7797). */
const FORBIDDEN = ["crit", "b64", "jku", "x5u"] as const;

/**
 * Takes a compact JWS apart and refuses what no token of an issuer has. The bytes have one reading: base64url without
 * padding or stray bits, UTF-8, and JSON in which no member stands twice.
 *
 * @throws Refusal token-malformed, token-signature
 */
export function readUnverified(text: string): UnverifiedToken {
  const [head, body, signature, more] = text.split(".");
  if (head === undefined || body === undefined || signature === undefined || more !== undefined)
    throw malformed("not three segments");
  const header = readHeader(head);
  if (signature === "") throw new Refusal("token-signature", { detail: "no signature" });
  decode(signature);
  const payload = readJson(body);
  const { iss, exp } = payload;
  if (typeof iss !== "string") throw malformed("no iss");
  if (typeof exp !== "number" || !Number.isFinite(exp)) throw malformed("no exp");
  return { text, ...header, issuer: iss, payload };
}

/** Checks the header, and says which key is said to have signed, and how. */
function readHeader(segment: string): Pick<UnverifiedToken, "kid" | "algorithm" | "type"> {
  const header = readJson(segment);
  const forbidden = FORBIDDEN.find((member) => Object.hasOwn(header, member));
  if (forbidden !== undefined) throw malformed(`the header has ${forbidden}`);
  const { alg, kid, typ } = header;
  if (!isAlgorithm(alg)) throw new Refusal("token-signature", { detail: "the algorithm is not accepted" });
  if (typeof kid !== "string" || kid === "" || kid.length > MAX_KID_LENGTH) throw malformed("no usable kid");
  if (typ !== undefined && typeof typ !== "string") throw malformed("a typ that is no text");
  return { kid, algorithm: alg, type: typ };
}

function readJson(segment: string): Readonly<Record<string, unknown>> {
  const bytes = decode(segment);
  try {
    return parseStrictJson(UTF8.decode(bytes));
  } catch (cause) {
    throw malformed("a segment is not a JSON object that can be read in one way", cause);
  }
}

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Node decodes leniently, so what it decoded must be written as it stood. */
function decode(segment: string): Buffer {
  const bytes = Buffer.from(segment, "base64url");
  if (segment === "" || bytes.toString("base64url") !== segment)
    throw malformed("a segment is not base64url");
  return bytes;
}

function malformed(detail: string, cause?: unknown): Refusal {
  return new Refusal("token-malformed", { detail, cause });
}
