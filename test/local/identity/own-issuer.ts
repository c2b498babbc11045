import { SignJWT, UnsecuredJWT, exportJWK, generateKeyPair } from "jose";
import type { JWK } from "jose";
import type { ForeignIssuer } from "../../../src/local/identity/foreign-issuers.ts";

/** An OIDC issuer of a test's own. */
export interface OwnIssuer extends ForeignIssuer {
  readonly jwks: { keys: JWK[] };
  /** An ID token of its user `u-1` for the app `app-1`; undefined takes a claim away. */
  readonly idToken: (claims?: Readonly<Record<string, unknown>>) => Promise<string>;
  /** The same without a signature. */
  readonly unsigned: (claims?: Readonly<Record<string, unknown>>) => string;
}

/** Makes an issuer with one key. */
export async function createOwnIssuer(issuer: string, alg = "RS256"): Promise<OwnIssuer> {
  const { privateKey, publicKey } = await generateKeyPair(alg);
  const kid = `${alg}-1`;
  const payloadOf = (claims: Readonly<Record<string, unknown>>) => ({
    iss: issuer,
    aud: "app-1",
    sub: "u-1",
    exp: Math.floor(Date.now() / 1000) + 3600,
    ...claims,
  });
  return {
    issuer,
    jwks: { keys: [{ ...(await exportJWK(publicKey)), kid, alg, use: "sig" }] },
    idToken: (claims = {}) =>
      new SignJWT(payloadOf(claims)).setProtectedHeader({ alg, kid }).sign(privateKey),
    unsigned: (claims = {}) => new UnsecuredJWT(payloadOf(claims)).encode(),
  };
}
