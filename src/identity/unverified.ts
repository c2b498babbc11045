import { parseStrictJson } from "../aws/strict-json.ts";
import { Refusal } from "../domain/refusal.ts";

/** What a token says of itself, before anything is proved: good for choosing whom to ask, and for nothing else. */
export interface UnverifiedToken {
  readonly kid: string;
  readonly issuer: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

const MAX_KID_LENGTH = 128;

/** Header members that bring keys or meanings from outside (RFC 7515 sections 4.1.2, 4.1.5, 4.1.11; RFC 7797). */
const FORBIDDEN = ["crit", "b64", "jku", "x5u"] as const;

/**
 * Takes a compact JWS apart and refuses what no token of a user pool has. The bytes have one reading: base64url without
 * padding or stray bits, UTF-8, and JSON in which no member stands twice.
 *
 * @throws Refusal token-malformed, token-signature
 */
export function readUnverified(token: string): UnverifiedToken {
  const [head, body, signature, more] = token.split(".");
  if (head === undefined || body === undefined || signature === undefined || more !== undefined)
    throw malformed("not three segments");
  const kid = readHeader(head);
  if (signature === "") throw new Refusal("token-signature", { detail: "no signature" });
  decode(signature);
  const payload = readJson(body);
  const { iss, exp } = payload;
  if (typeof iss !== "string") throw malformed("no iss");
  if (typeof exp !== "number" || !Number.isFinite(exp)) throw malformed("no exp");
  return { kid, issuer: iss, payload };
}

/** Checks the header, and gives the id of the key that is said to have signed. */
function readHeader(segment: string): string {
  const header = readJson(segment);
  const forbidden = FORBIDDEN.find((member) => Object.hasOwn(header, member));
  if (forbidden !== undefined) throw malformed(`the header has ${forbidden}`);
  const { alg, kid } = header;
  if (alg !== "RS256") throw new Refusal("token-signature", { detail: "the algorithm is not RS256" });
  if (typeof kid !== "string" || kid === "" || kid.length > MAX_KID_LENGTH) throw malformed("no usable kid");
  return kid;
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
