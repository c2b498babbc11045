import type { Caller } from "../../src/domain/caller.ts";
import type { Decision } from "../../src/domain/decision.ts";
import type { Operation, Requirement } from "../../src/domain/operation.ts";
import { compilePolicy } from "../../src/policy/compile.ts";
import { decide } from "../../src/policy/decide.ts";
import type { RuleDocument } from "../../src/policy/document.ts";

/** A caller with these claims, and with groups where `cognito:groups` says so. */
export function aCaller(
  claims: Readonly<Record<string, unknown>> = {},
  changes: Partial<Caller> = {},
): Caller {
  return {
    kind: "user",
    issuer: "staff",
    subject: "sub-1",
    clientId: "web",
    groups: (claims["cognito:groups"] ?? []) as readonly string[],
    roles: [],
    preferredRole: undefined,
    claims: { sub: "sub-1", ...claims },
    expiresAtMs: 0,
    login: { provider: "p", token: "t" },
    ambient: false,
    digest: "d",
    tokenDigest: "t",
    handles: [],
    ...changes,
  };
}

/** An allow for every signed-in user, with what a test says otherwise. */
export function anAllow(name: string, changes: Partial<RuleDocument> = {}): RuleDocument {
  return { name, who: { authenticated: true }, allow: ["*"], on: ["*"], role: "pool", ...changes };
}

/** The ARN of a role. */
export function roleArn(name: string): string {
  return `arn:aws:iam::123456789012:role/${name}`;
}

/** An operation of which policy reads nothing but what it needs. */
export function anOperation(requirements: readonly Requirement[]): Operation {
  return {
    upstream: "up",
    service: "s3",
    region: "us-east-1",
    name: "Test",
    requirements,
    method: "GET",
    path: "/",
    query: "",
    headers: [],
    payload: { kind: "streamed" },
  };
}

/** Decides requirements by rules as they are written. */
export function ruling(
  rules: readonly RuleDocument[],
  caller: Caller,
  ...asked: readonly Requirement[]
): Decision {
  return decide(compilePolicy(rules, "default"), caller, anOperation(asked));
}
