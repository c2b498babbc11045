import {
  CompactSign,
  calculateJwkThumbprint,
  compactVerify,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
} from "jose";
import type { CryptoKey, JWK } from "jose";
import type { Claims } from "./claim-values.ts";

/** An RSA-2048 key pair that signs tokens. */
export interface SigningKey {
  readonly kid: string;
  readonly alg: "RS256" | "RS512";
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  /** As a JWKS publishes it: kid, alg, kty, e, n, use. */
  readonly publicJwk: JWK;
}

/** Makes a signing key; a test may hand in one that reuses keys, since each costs a tenth of a second. */
export type NewSigningKey = (alg: SigningKey["alg"], kid?: string) => Promise<SigningKey>;

/**
 * Makes a key pair that nobody else has.
 *
 * @param kid Default: the thumbprint of the public key.
 */
export async function newSigningKey(alg: SigningKey["alg"], kid?: string): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { modulusLength: 2048, extractable: true });
  const { e, n } = await exportJWK(publicKey);
  const jwk = { kty: "RSA", ...(e === undefined ? {} : { e }), ...(n === undefined ? {} : { n }) };
  const id = kid ?? (await calculateJwkThumbprint(jwk));
  return { kid: id, alg, privateKey, publicKey, publicJwk: { kid: id, alg, ...jwk, use: "sig" } };
}

/**
 * Signs exactly these claims: nothing is added, so a token without `exp` or with a foreign `iss` can be made too.
 *
 * @param header Joins `kid` and `alg`, or takes their place.
 */
export function signClaims(
  key: SigningKey,
  claims: Claims,
  header: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  return new CompactSign(new TextEncoder().encode(JSON.stringify(claims)))
    .setProtectedHeader({ kid: key.kid, alg: key.alg, ...header })
    .sign(key.privateKey);
}

/** The claims of a token that one of these keys signed; undefined when none did. Time is not looked at. */
export async function verifiedClaims(
  token: string,
  keys: readonly SigningKey[],
): Promise<Claims | undefined> {
  try {
    const { kid } = decodeProtectedHeader(token);
    const key = keys.find((each) => each.kid === kid);
    if (key === undefined) return undefined;
    const { payload } = await compactVerify(token, key.publicKey, { algorithms: [key.alg] });
    return JSON.parse(new TextDecoder().decode(payload)) as Claims;
  } catch {
    return undefined;
  }
}

/** The claims of a token, believed without proof; undefined when it is not a JWT. */
export function unverifiedClaims(token: string): Claims | undefined {
  const parts = token.split(".");
  if (parts.length !== 3) return undefined;
  try {
    decodeProtectedHeader(token);
    const claims: unknown = JSON.parse(Buffer.from(parts[1] ?? "", "base64url").toString("utf8"));
    return typeof claims === "object" && claims !== null && !Array.isArray(claims)
      ? (claims as Claims)
      : undefined;
  } catch {
    return undefined;
  }
}
