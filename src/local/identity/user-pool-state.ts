import { randomUUID } from "node:crypto";
import type { AppClient, World } from "../world.ts";
import type { CallCounter } from "./call-counts.ts";
import { numberClaim, textClaim } from "./claim-values.ts";
import type { Claims } from "./claim-values.ts";
import type { Lifetimes } from "./lifetimes.ts";
import type { SignIn, SignIns } from "./sign-ins.ts";
import type { Tokens } from "./tokens.ts";

/** What the user pool's API and its web endpoints share. */
export interface UserPoolState {
  readonly world: World;
  readonly tokens: Tokens;
  readonly signIns: SignIns;
  readonly lifetimes: Lifetimes;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly calls: CallCounter;
}

/** The app client of an id. */
export function findClient(state: UserPoolState, clientId: string | undefined): AppClient | undefined {
  return state.world.userPool.clients.find((client) => client.id === clientId);
}

/** The two JWTs of one answer. An ID token is part of it unless the web sign-in left `openid` out. */
export async function issueTokens(
  { tokens }: UserPoolState,
  signIn: SignIn,
): Promise<{ readonly accessToken: string; readonly idToken?: string }> {
  const request = { ...signIn, eventId: randomUUID() };
  const accessToken = await tokens.issueAccessToken(request);
  if (signIn.hosted && !signIn.scopes.includes("openid")) return { accessToken };
  return { accessToken, idToken: await tokens.issueIdToken({ ...request, accessToken }) };
}

/** The claims of an access token of a user that may be used now, or why it may not. */
export async function readAccessToken(
  { tokens, signIns, now }: UserPoolState,
  token: string,
): Promise<Claims | "invalid" | "expired" | "revoked"> {
  const claims = await tokens.verify(token);
  const isOfUser = claims !== undefined && textClaim(claims, "origin_jti") !== undefined;
  if (!isOfUser || claims["token_use"] !== "access") return "invalid";
  if ((numberClaim(claims, "exp") ?? 0) * 1000 <= now()) return "expired";
  return signIns.isRevoked(claims) ? "revoked" : claims;
}
