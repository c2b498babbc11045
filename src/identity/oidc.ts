import type { JwtPayload } from "aws-jwt-verify/jwt-model";
import { isKeptElsewhere } from "../domain/caller.ts";
import { Refusal } from "../domain/refusal.ts";
import type { Algorithm } from "./algorithm.ts";
import { type ProvenToken, subjectOf } from "./proven-token.ts";
import { createSignatureProof, type SignatureProof } from "./signature-proof.ts";
import type { UnverifiedToken } from "./unverified.ts";

/** An OpenID Connect provider, other than a user pool, whose ID tokens are accepted. */
export interface OidcIssuer {
  /** The configured name. */
  readonly name: string;
  /** `iss`, to the letter. */
  readonly issuer: string;
  /** Clients whose tokens are accepted. */
  readonly audience: readonly string[];
  /** Where its key set is, by URL or by path: exactly one of them. */
  readonly jwksUri?: string | undefined;
  readonly jwksFile?: string | undefined;
  /** The key of the `Logins` map, such as `accounts.google.com`. */
  readonly loginKey: string;
  /** The claim that names the caller's groups; nobody has any where it is left out. */
  readonly groupsClaim?: string | undefined;
  /** Signatures that are accepted. */
  readonly algorithms: readonly Algorithm[];
}

/** Proves the ID tokens of one provider, by keys that it is handed. */
export interface OidcVerifier {
  readonly useKeys: SignatureProof["useKeys"];
  /**
   * Proves signature, issuer, use and audience. The times it leaves alone.
   *
   * @throws Refusal token-malformed, token-signature, token-issuer, token-use, token-client
   */
  readonly verify: (token: UnverifiedToken) => ProvenToken;
}

/** Makes the verifier of a provider. */
export function createOidcVerifier(settings: OidcIssuer): OidcVerifier {
  const proof = createSignatureProof([settings.issuer]);
  return {
    useKeys: proof.useKeys,
    verify: (token) => readOidcClaims(settings, proof.prove(token.text), token),
  };
}

/**
 * Says what the claims of one of the provider's ID tokens mean, once somebody vouches for them.
 *
 * @throws Refusal token-malformed, token-use, token-client
 */
export function readOidcClaims(
  { name, issuer, audience, loginKey, groupsClaim }: OidcIssuer,
  claims: JwtPayload,
  { text, type }: Pick<UnverifiedToken, "text" | "type">,
): ProvenToken {
  if (!isIdToken(type, claims)) throw new Refusal("token-use");
  return {
    use: "id",
    kind: "user",
    issuer: name,
    issuerId: issuer,
    subject: subjectOf(claims),
    clientId: clientOf(claims, audience),
    groups: groupsClaim === undefined ? [] : groupsOf(claims, groupsClaim),
    roles: [],
    preferredRole: undefined,
    login: { provider: loginKey, token: text },
    claims,
  };
}

/**
 * The groups of a claim: a text or a list of texts, and none without it. A token that keeps them elsewhere, as of a caller
 * of very many groups (OpenID Connect Core section 5.6.2; Microsoft Entra, `hasgroups`), or says them in another way is
 * refused: without its groups it would pass by every deny of one.
 */
function groupsOf(claims: JwtPayload, name: string): readonly string[] {
  const { [name]: groups = [] } = claims;
  const list: readonly unknown[] = Array.isArray(groups) ? groups : [groups];
  if (isKeptElsewhere(claims, name) || !list.every((group) => typeof group === "string")) {
    throw new Refusal("token-malformed", { detail: `its groups cannot be read from the claim ${name}` });
  }
  return list;
}

/**
 * Tells an ID token from the other JSON Web Tokens of its issuer: access tokens (RFC 9068 section 2.1: `at+jwt`), logout
 * tokens (OpenID Connect Back-Channel Logout section 2.4: `logout+jwt`, and always `events`), and whatever has a type to
 * come. A user pool that is configured as a provider says so itself.
 *
 * Access tokens from before RFC 9068 have no type of their own, may be for the same client, and are shown to others: one
 * that is replayed here is no sign-in. Keycloak's say so in the claim `typ`; scopes are in no ID token.
 */
function isIdToken(type: string | undefined, claims: JwtPayload): boolean {
  const { token_use: use = "id", typ = "ID", events, scope, scp } = claims;
  const isOther = [events, scope, scp].some((claim) => claim !== undefined);
  return /^(?:application\/)?jwt$/i.test(type ?? "JWT") && use === "id" && typ === "ID" && !isOther;
}

/**
 * The client that a token was issued to (OpenID Connect Core section 3.1.3.7): one of several audiences is told by
 * `azp`, and where that stands at all it must be accepted.
 */
function clientOf({ aud = [], azp }: JwtPayload, audience: readonly string[]): string {
  const audiences = typeof aud === "string" ? [aud] : aud;
  const client = azp === undefined && audiences.length === 1 ? audiences[0] : azp;
  const isForUs = audiences.some((one) => audience.includes(one));
  if (isForUs && typeof client === "string" && audience.includes(client)) return client;
  throw new Refusal("token-client");
}
