import { validateCognitoJwtFields } from "aws-jwt-verify/cognito-verifier";
import type { JwtPayload } from "aws-jwt-verify/jwt-model";
import { dnsSuffixOf } from "../aws/endpoint.ts";
import { claimStrings } from "../domain/caller.ts";
import { Refusal } from "../domain/refusal.ts";
import { type ProvenToken, subjectOf, type TokenPlace } from "./proven-token.ts";
import { createSignatureProof, refusing, type SignatureProof } from "./signature-proof.ts";

/** A user pool whose tokens are accepted. */
export interface UserPool {
  /** The configured name. */
  readonly name: string;
  /** Such as `us-east-1_AbCdEfGhI`. */
  readonly id: string;
  /** App clients whose tokens are accepted; `any` where that is not checked. */
  readonly clientIds: readonly string[] | "any";
  /** What may stand where policy reads a token. An ID token beside an access token serves the exchange alone. */
  readonly tokenUse: readonly ("id" | "access")[];
  /** Scopes that an access token must have, all of them. */
  readonly requiredScopes: readonly string[];
  /** Resources to which an access token may be bound (RFC 8707); one that is bound to another is not accepted. */
  readonly resources: readonly string[];
  /** Regions of its replicas, where it is a multi-Region pool. */
  readonly regions: readonly string[];
  /** The key of the `Logins` map. Default `cognito-idp.<region>.amazonaws.com/<id>`, or that of its partition. */
  readonly loginProvider?: string | undefined;
  /** A file with its key set, in place of the address that its id gives. */
  readonly jwksFile?: string | undefined;
}

/** Proves the tokens of one user pool, by keys that it is handed. */
export interface UserPoolVerifier {
  readonly useKeys: SignatureProof["useKeys"];
  /**
   * Proves signature, issuer, use, app client, resource and scopes. The times it leaves alone.
   *
   * @throws Refusal token-malformed, token-signature, token-issuer, token-use, token-client, token-scope
   */
  readonly verify: (token: string, place: TokenPlace) => ProvenToken;
}

/** The region that a user pool id begins with. */
export function regionOf(userPoolId: string): string {
  return userPoolId.slice(0, userPoolId.indexOf("_"));
}

/**
 * Every region that issues tokens of a pool, with its issuers: the original form, which in a replica names the replica's
 * region, and that of multi-Region pools. All of them are the one configured name.
 */
export function issuersOf({
  id,
  regions,
}: Pick<UserPool, "id" | "regions">): ReadonlyMap<string, readonly string[]> {
  return new Map(
    [regionOf(id), ...regions].map((region) => [
      region,
      [`https://${hostIn(region)}/${id}`, `https://issuer-${hostIn(region)}/${id}`],
    ]),
  );
}

function hostIn(region: string): string {
  return `cognito-idp.${region}.${dnsSuffixOf(region)}`;
}

/**
 * Makes the verifier of a pool.
 *
 * `CognitoJwtVerifier` makes the same checks, but knows neither replicas nor any partition other than that of
 * amazonaws.com.
 */
export function createUserPoolVerifier(pool: UserPool): UserPoolVerifier {
  const proof = createSignatureProof([...issuersOf(pool).values()].flat());
  return {
    useKeys: proof.useKeys,
    verify: (token, place) => readPoolClaims(pool, proof.prove(token), { token, place }),
  };
}

/**
 * Says what the claims of one of the pool's tokens mean, once somebody vouches for them.
 *
 * @throws Refusal token-malformed, token-use, token-client, token-scope
 */
export function readPoolClaims(
  pool: UserPool,
  claims: JwtPayload,
  { token, place }: { readonly token: string; readonly place: TokenPlace },
): ProvenToken {
  checkUse(pool, claims, place);
  if (claims["token_use"] !== "id") return provenAccess(pool, claims);
  const provider = pool.loginProvider ?? `${hostIn(regionOf(pool.id))}/${pool.id}`;
  return provenId(pool, claims, { provider, token });
}

/** Which token stands beside which is for the whole of them to say, so the second place takes either. */
function checkUse({ tokenUse, clientIds }: UserPool, claims: JwtPayload, place: TokenPlace): void {
  if (place === "bearer" && !tokenUse.some((use) => use === claims["token_use"]))
    throw new Refusal("token-use");
  const clientId = clientIds === "any" ? null : [...clientIds];
  refusing(() => validateCognitoJwtFields(claims, { tokenUse: null, clientId }));
}

function provenId(
  { name, id }: UserPool,
  claims: JwtPayload,
  login: NonNullable<ProvenToken["login"]>,
): ProvenToken {
  const preferredRole = claims["cognito:preferred_role"];
  return {
    use: "id",
    kind: "user",
    issuer: name,
    issuerId: id,
    subject: subjectOf(claims),
    clientId: clientOf(claims.aud),
    groups: claimStrings(claims["cognito:groups"]),
    roles: rolesOf(claims["cognito:roles"]),
    preferredRole: typeof preferredRole === "string" ? preferredRole : undefined,
    login,
    claims,
  };
}

function provenAccess(pool: UserPool, claims: JwtPayload): ProvenToken {
  const { aud, scope = "", username } = claims;
  const subject = subjectOf(claims);
  const clientId = clientOf(claims["client_id"]);
  if (aud !== undefined && !isBoundTo(aud, pool.resources))
    throw new Refusal("token-client", { detail: "an access token for another resource" });
  const scopes = new Set(scope.split(" "));
  const missing = pool.requiredScopes.filter((required) => !scopes.has(required));
  if (missing.length > 0) throw new Refusal("token-scope", { detail: `it lacks ${missing.join(" ")}` });
  const isUser = typeof username === "string" && username !== "" && subject !== clientId;
  return {
    use: "access",
    kind: isUser ? "user" : "machine",
    issuer: pool.name,
    issuerId: pool.id,
    subject,
    clientId,
    groups: claimStrings(claims["cognito:groups"]),
    roles: [],
    preferredRole: undefined,
    login: undefined,
    claims,
  };
}

function clientOf(claim: unknown): string {
  if (typeof claim === "string" && claim !== "") return claim;
  throw new Refusal("token-client", { detail: "no app client" });
}

function isBoundTo(aud: string | readonly string[], resources: readonly string[]): boolean {
  const bound = typeof aud === "string" ? [aud] : aud;
  return bound.length > 0 && bound.every((resource) => resources.includes(resource));
}

/** An array in every token seen, "a comma-separated string" in the developer guide; a role's name may hold a comma. */
function rolesOf(claim: unknown): readonly string[] {
  return claimStrings(claim).flatMap((roles) => roles.split(/, *(?=arn:)/));
}
