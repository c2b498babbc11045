import { createPublicKey, hash, type JsonWebKey } from "node:crypto";
import { isObject, type JsonObject } from "../aws/strict-json.ts";
import { Refusal } from "../domain/refusal.ts";
import { type Algorithm, fitsKey } from "./algorithm.ts";

/** The public part of a key and what it says of itself, without anything else that was published with it. */
interface PublicJwk {
  readonly kid: string;
  readonly kty: string;
  readonly [member: string]: string;
}

/** A key that may prove tokens, checked. */
export interface SigningKey {
  readonly kid: string;
  /** What the key is for: one algorithm where it says so itself. */
  readonly algorithms: readonly Algorithm[];
  readonly jwk: PublicJwk;
  /** Digest of `jwk`: a `kid` that is used again for another key differs in it. */
  readonly thumbprint: string;
}

/** The keys that an issuer publishes now. */
export interface KeySet {
  readonly keys: readonly SigningKey[];
  readonly find: (kid: string) => SigningKey | undefined;
}

/** Which keys of a key set are taken. */
export interface KeyTerms {
  readonly algorithms: readonly Algorithm[];
  /** Whether a key must say itself for which algorithm it is, and that it is for signatures. */
  readonly isExplicit: boolean;
}

/** Of a user pool: its keys are all for RS256 and say so. */
export const USER_POOL_KEYS: KeyTerms = { algorithms: ["RS256"], isExplicit: true };

/** Of a key set document, in bytes. */
export const MAX_KEY_SET_BYTES = 64 * 1024;

const MAX_KEYS = 20;
const MAX_KID_LENGTH = 128;
const MIN_MODULUS_BITS = 2048;

/**
 * Reads a JWK Set (RFC 7517 section 5), keeping what can verify a signature on these terms.
 *
 * @throws Refusal keys-unavailable
 */
export function readKeySet(text: string, terms: KeyTerms = USER_POOL_KEYS): KeySet {
  if (Buffer.byteLength(text) > MAX_KEY_SET_BYTES) throw unusable("the key set is too large");
  const found = readKeys(text);
  if (!Array.isArray(found) || found.length > MAX_KEYS) throw unusable(`no list of at most ${MAX_KEYS} keys`);
  const keys = found.map((value) => toSigningKey(value, terms)).filter((key) => key !== undefined);
  if (keys.length === 0) throw unusable(`no key that can verify ${terms.algorithms.join(" or ")}`);
  const byId = new Map(keys.map((key) => [key.kid, key]));
  if (byId.size !== keys.length) throw unusable("a key id stands twice");
  return { keys, find: (kid) => byId.get(kid) };
}

function readKeys(text: string): unknown {
  try {
    const document: unknown = JSON.parse(text);
    return isObject(document) ? document["keys"] : undefined;
  } catch (cause) {
    throw unusable("the key set is not JSON", cause);
  }
}

function toSigningKey(value: unknown, terms: KeyTerms): SigningKey | undefined {
  if (!isObject(value)) return undefined;
  const algorithms = algorithmsOf(value, terms);
  const jwk = publicPartOf(value);
  if (algorithms.length === 0 || jwk === undefined || !isStrong(jwk)) return undefined;
  return { kid: jwk.kid, algorithms, jwk, thumbprint: hash("sha256", JSON.stringify(jwk)) };
}

/** What a key may be used for: what it says, and where it says nothing, whatever its type and curve fit. */
function algorithmsOf({ kty, crv, alg, use }: JsonObject, terms: KeyTerms): readonly Algorithm[] {
  if (use !== "sig" && (terms.isExplicit || use !== undefined)) return [];
  if (alg === undefined && terms.isExplicit) return [];
  return terms.algorithms.filter(
    (algorithm) => fitsKey(algorithm, kty, crv) && (alg === undefined || alg === algorithm),
  );
}

const PUBLIC_PARTS: Readonly<Record<string, readonly string[]>> = { RSA: ["n", "e"], EC: ["crv", "x", "y"] };

/** Only what is known of a key goes on: members such as `x5c` or `key_ops` are for others. */
function publicPartOf(key: JsonObject): PublicJwk | undefined {
  const { kid, kty } = key;
  if (typeof kid !== "string" || kid === "" || kid.length > MAX_KID_LENGTH) return undefined;
  if (typeof kty !== "string") return undefined;
  const members = [...(PUBLIC_PARTS[kty] ?? []), "alg", "use"].flatMap((name) => {
    const value = key[name];
    return typeof value === "string" ? [[name, value] as const] : [];
  });
  return { kid, kty, ...Object.fromEntries(members) };
}

/** Whether it is a key at all, and an RSA key long enough; the curves of the accepted algorithms all are. */
function isStrong(publicJwk: PublicJwk): boolean {
  const jwk: JsonWebKey = { ...publicJwk };
  try {
    const { modulusLength = 0 } = createPublicKey({ key: jwk, format: "jwk" }).asymmetricKeyDetails ?? {};
    return jwk.kty !== "RSA" || modulusLength >= MIN_MODULUS_BITS;
  } catch {
    return false;
  }
}

function unusable(detail: string, cause?: unknown): Refusal {
  return new Refusal("keys-unavailable", { detail, cause });
}
