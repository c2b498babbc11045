import { numberClaim, textClaim } from "../identity/claim-values.ts";
import type { Claims } from "../identity/claim-values.ts";
import type { Tokens } from "../identity/tokens.ts";
import { LocalError } from "../request.ts";
import type { Api } from "../world.ts";

/** What tokens are checked against. */
export interface AuthorizerOptions {
  readonly tokens: Pick<Tokens, "verify" | "isIssuer">;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/**
 * Checks the token of a request as the Cognito authorizer of an API does: one of the user pool, in `Authorization`, with
 * `Bearer` before it or without. An API with scopes takes access tokens only.
 *
 * Source: API Gateway Developer Guide, "Control access to REST APIs using Amazon Cognito user pools as an authorizer",
 * and "JWT authorizers" for what is told of a scope that is missing.
 *
 * @throws LocalError `UnauthorizedException` 401, `ForbiddenException` 403.
 */
export async function authorizeToken(
  { scopes = [] }: Api,
  authorization: string | undefined,
  { tokens, now }: AuthorizerOptions,
): Promise<Claims> {
  const claims = await ofPool(authorization ?? "", tokens);
  if (claims === undefined) throw unauthorized("Unauthorized");
  if ((numberClaim(claims, "exp") ?? 0) * 1000 <= now()) throw unauthorized("The incoming token has expired");
  if (scopes.length === 0) return claims;
  if (claims["token_use"] !== "access") throw unauthorized("Unauthorized");
  const given = (textClaim(claims, "scope") ?? "").split(" ");
  if (scopes.some((scope) => given.includes(scope))) return claims;
  throw new LocalError("ForbiddenException", "Forbidden", 403);
}

async function ofPool(
  authorization: string,
  tokens: AuthorizerOptions["tokens"],
): Promise<Claims | undefined> {
  const [, token] = /^(?:Bearer +)?([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization) ?? [];
  const claims = token === undefined ? undefined : await tokens.verify(token);
  return claims !== undefined && tokens.isIssuer(textClaim(claims, "iss") ?? "") ? claims : undefined;
}

function unauthorized(message: string): LocalError {
  return new LocalError("UnauthorizedException", message, 401);
}
