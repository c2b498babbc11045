import { Refusal } from "../domain/refusal.ts";

/** What a token says of itself, before anything is proved: good for choosing whom to ask, and for nothing else. */
export interface UnverifiedToken {
  readonly kid: string;
  readonly issuer: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** Strict: no padding, no white space, no characters of the other base64 alphabet. */
const BASE64URL = /^[A-Za-z0-9_-]+$/;
const MAX_KID_LENGTH = 128;

/** Header members that bring keys or meanings from outside (RFC 7515 sections 4.1.2, 4.1.5, 4.1.11; RFC 7797). */
const FORBIDDEN = ["crit", "b64", "jku", "x5u"] as const;

/**
 * Takes a compact JWS apart and refuses what no token of a user pool has.
 *
 * @throws Refusal token-malformed, token-signature
 */
export function readUnverified(token: string): UnverifiedToken {
  const segments = token.split(".");
  const [head, body] = segments;
  if (segments.length !== 3 || head === undefined || body === undefined)
    throw malformed("not three segments");
  if (!segments.every((segment) => BASE64URL.test(segment))) throw malformed("a segment is not base64url");
  const header = parse(head);
  const payload = parse(body);
  const forbidden = FORBIDDEN.find((member) => member in header);
  if (forbidden !== undefined) throw malformed(`the header has ${forbidden}`);
  if (header["alg"] !== "RS256")
    throw new Refusal("token-signature", { detail: "the algorithm is not RS256" });
  const { kid } = header;
  const { iss, exp } = payload;
  if (typeof kid !== "string" || kid.length > MAX_KID_LENGTH) throw malformed("no usable kid");
  if (typeof iss !== "string") throw malformed("no iss");
  if (typeof exp !== "number" || !Number.isFinite(exp)) throw malformed("no exp");
  return { kid, issuer: iss, payload };
}

function parse(segment: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(UTF8.decode(Buffer.from(segment, "base64url")));
    if (typeof value === "object" && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch (cause) {
    throw new Refusal("token-malformed", { cause, detail: "a segment is not JSON" });
  }
  throw malformed("a segment is not a JSON object");
}

const UTF8 = new TextDecoder("utf-8", { fatal: true });

function malformed(detail: string): Refusal {
  return new Refusal("token-malformed", { detail });
}
