import type { JWK } from "jose";
import type { Claims } from "./claim-values.ts";
import { newSigningKey, signClaims, verifiedClaims } from "./signing-keys.ts";
import type { NewSigningKey } from "./signing-keys.ts";

/** The issuer of the tokens of every identity pool. */
export const OPEN_ID_ISSUER = "https://cognito-identity.amazonaws.com";

const LIFETIME_SECONDS = 600;

/** What an identity pool vouches for. */
export interface OpenIdTokenRequest {
  readonly identityPoolId: string;
  readonly identityId: string;
  /** `authenticated`, the provider and `<provider>:CognitoSignIn:<sub>`; or `unauthenticated`. */
  readonly amr: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
}

/** The tokens that GetOpenIdToken gives out and STS takes. */
export interface OpenIdTokens {
  readonly issue: (request: OpenIdTokenRequest) => Promise<string>;
  /** The claims of a token signed here; undefined otherwise. Time is not looked at. */
  readonly verify: (token: string) => Promise<Claims | undefined>;
  readonly jwks: () => { readonly keys: readonly JWK[] };
}

/** Makes the key of the region's identity pools. */
export async function createOpenIdTokens(options: {
  readonly account: string;
  readonly region: string;
  readonly now: () => number;
  /** Default: a key that nobody else has. */
  readonly newKey?: NewSigningKey;
}): Promise<OpenIdTokens> {
  const { account, region, now, newKey = newSigningKey } = options;
  const key = await newKey("RS512", `${region}-1`);
  return {
    issue: ({ identityPoolId, identityId, amr, tags }) => {
      const iat = Math.floor(now() / 1000);
      const claims = {
        sub: identityId,
        aud: identityPoolId,
        amr,
        iss: OPEN_ID_ISSUER,
        "https://cognito-identity.amazonaws.com/identity-pool-arn": `arn:aws:cognito-identity:${region}:${account}:identitypool/${identityPoolId}`,
        ...(Object.keys(tags).length === 0
          ? {}
          : { "https://aws.amazon.com/tags": { principal_tags: listed(tags) } }),
        exp: iat + LIFETIME_SECONDS,
        iat,
      };
      return signClaims(key, claims, { typ: "JWS" });
    },
    verify: (token) => verifiedClaims(token, [key]),
    jwks: () => ({ keys: [key.publicJwk] }),
  };
}

/** In a token every tag is a list of one. Source: IAM user guide, "passing session tags in STS". */
function listed(tags: Readonly<Record<string, string>>): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [key, [value]]));
}
