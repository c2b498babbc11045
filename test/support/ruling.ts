import type { Caller } from "../../src/domain/caller.ts";
import type { Decision } from "../../src/domain/decision.ts";
import type { Operation, Requirement } from "../../src/domain/operation.ts";
import type { RequestContext } from "../../src/domain/request-context.ts";
import { compilePolicy, type Policy } from "../../src/policy/compile.ts";
import { decide } from "../../src/policy/decide.ts";
import type { PolicyNames, RuleDocument, SessionPlan } from "../../src/policy/document.ts";
import type { PolicyOptions } from "../../src/policy/grant.ts";
import { problemsOf } from "../../src/policy/problems/problems.ts";

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

/** A machine: an app client with a token of its own. */
export function aMachine(changes: Partial<Caller> = {}): Caller {
  return aCaller(
    { sub: "service" },
    { kind: "machine", subject: "service", clientId: "service", login: undefined, ...changes },
  );
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
export function anOperation(requirements: readonly Requirement[], upstream = "up"): Operation {
  return {
    upstream,
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

/** When requests are made. */
export const NOW_MS = Date.UTC(2026, 0, 15, 12);

/** A request from this machine at a fixed time, with what a test says otherwise. */
export function aContext(changes: Partial<RequestContext> = {}): RequestContext {
  return { sourceIp: "127.0.0.1", nowMs: NOW_MS, ...changes };
}

/** A policy in which every rule uses the enhanced flow of one source, with what a test says otherwise. */
export function aPolicy(rules: readonly RuleDocument[], changes: Partial<PolicyOptions> = {}): Policy {
  return compilePolicy(rules, {
    defaultSource: "default",
    upstreamSources: new Map(),
    sessions: new Map(),
    ...changes,
  });
}

/** How an assume-role source makes sessions where it says nothing, with what a test says otherwise. */
export function aPlan(changes: Partial<SessionPlan> = {}): SessionPlan {
  return {
    sessionName: "${claim:sub}",
    durationSeconds: 3600,
    tags: {},
    sourceIdentity: true,
    downscope: true,
    ...changes,
  };
}

/** Decides requirements by rules as they are written. */
export function ruling(
  rules: readonly RuleDocument[],
  caller: Caller,
  ...asked: readonly Requirement[]
): Decision {
  return decide(aPolicy(rules), caller, anOperation(asked), aContext());
}

/** One user pool, and a source of every kind, the enhanced flow being the default. */
export const NAMES: PolicyNames = {
  issuers: ["staff"],
  sources: new Map([
    ["pool", { kind: "identity-pool" }],
    ["basic", { kind: "identity-pool-basic", plan: aPlan({ sourceIdentity: false }) }],
    ["direct", { kind: "web-identity", plan: aPlan({ sourceIdentity: false }) }],
    ["service", { kind: "assume-role", plan: aPlan() }],
  ]),
  upstreamSources: new Map(),
  defaultSource: "pool",
  actions: [],
};

/** What is wrong with one rule, each as `path: message`. */
export function problemsIn(rule: object, changes: Partial<PolicyNames> = {}): readonly string[] {
  return problemsOf([rule as RuleDocument], { ...NAMES, ...changes }).map(
    ({ path, message }) => `${path.join(".")}: ${message}`,
  );
}
