import {
  CognitoJwtInvalidClientIdError,
  CognitoJwtInvalidTokenUseError,
  JwtInvalidIssuerError,
  JwtParseError,
} from "aws-jwt-verify/error";
import type { JwtPayload } from "aws-jwt-verify/jwt-model";
import { JwtVerifier } from "aws-jwt-verify/jwt-verifier";
import { Refusal, type RefusalCode } from "../domain/refusal.ts";
import type { KeySet } from "./jwks.ts";

/** Proves who signed a token, by keys that it is handed. */
export interface SignatureProof {
  /** Takes the keys of one form of `iss`, in place of those it had. */
  readonly useKeys: (iss: string, keys: KeySet) => void;
  /**
   * Claims of a token whose signature and issuer are proved. The times it leaves alone: they have to hold at every use of
   * the token, not just at the first.
   *
   * @throws Refusal token-malformed, token-signature, token-issuer
   */
  readonly prove: (token: string) => JwtPayload;
}

/** Makes the proof for an issuer, given every form of its `iss`. */
export function createSignatureProof(issuers: readonly string[]): SignatureProof {
  const verifier = JwtVerifier.create(
    issuers.map((issuer) => ({
      issuer,
      jwksUri: issuer, // the name of a place in its cache: nothing is fetched by the library
      audience: null, // where the app client stands depends on the token, so it is checked next
      graceSeconds: Number.POSITIVE_INFINITY, // the library has a clock of its own
    })),
  );
  return {
    useKeys: (iss, { keys }) => verifier.cacheJwks({ keys: keys.map(({ jwk }) => ({ ...jwk })) }, iss),
    prove: (token) => refusing(() => verifier.verifySync(token)),
  };
}

/** Runs a check of aws-jwt-verify, and gives its errors their codes. */
export function refusing<T>(check: () => T): T {
  try {
    return check();
  } catch (cause) {
    throw new Refusal(codeOf(cause), { cause });
  }
}

/** The library's errors all have the name "Error", so their classes tell them apart. */
function codeOf(error: unknown): RefusalCode {
  if (error instanceof JwtParseError) return "token-malformed";
  if (error instanceof JwtInvalidIssuerError) return "token-issuer";
  if (error instanceof CognitoJwtInvalidTokenUseError) return "token-use";
  if (error instanceof CognitoJwtInvalidClientIdError) return "token-client";
  return "token-signature";
}
