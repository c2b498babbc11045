import type { Caller } from "../../src/domain/caller.ts";
import type { Permit } from "../../src/domain/decision.ts";
import { NOW } from "./signed-tokens.ts";

export const ANALYST = "arn:aws:iam::123456789012:role/analyst";
export const ADMIN = "arn:aws:iam::123456789012:role/admin";

export function permitOf(role: string = ANALYST, source = "pool"): Permit {
  return { verdict: "permit", rule: "analysts read reports", role, source };
}

/** A caller; who is another person, or holds another kind of token, says so. */
export function callerOf({
  digest = "anna",
  token = "anna's token",
  subject = "anna",
  ...more
}: Partial<Caller> & { readonly token?: string } = {}): Caller {
  return {
    kind: "user",
    issuer: "staff",
    subject,
    clientId: "web",
    groups: [],
    roles: [],
    preferredRole: undefined,
    claims: {},
    expiresAtMs: NOW + 3_600_000,
    login: { provider: "cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI", token },
    ambient: false,
    digest,
    tokenDigest: token,
    handles: [],
    ...more,
  };
}
