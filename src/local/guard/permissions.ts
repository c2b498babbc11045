import { decideIam } from "../iam/decide.ts";
import type { IamDecision, IamRequest } from "../iam/decide.ts";
import { compilePolicy } from "../iam/policy.ts";
import type { CompiledPolicy } from "../iam/policy.ts";
import type { IamContext } from "../iam/context.ts";
import { LocalError } from "../request.ts";
import type { Session } from "../session.ts";
import type { World } from "../world.ts";
import type { Dialect } from "./fault.ts";
import type { Requirement } from "./requirement.ts";

/** Which policies had the last word, and what it was. */
export interface Verdict {
  readonly decision: IamDecision;
  readonly source: "identity-based" | "session";
  /** Whether the session's own policies leave room for it, whoever may allow it. */
  readonly withinSession: boolean;
}

/** Asks IAM about one requirement of a session; `context` is what is true of the request whatever it asks. */
export type Permissions = (session: Session, requirement: Requirement, context: IamContext) => Verdict;

/** Compiles the policies of a world's roles and users; those of a session are compiled when it is first seen. */
export function createPermissions({ account, roles, iamUsers = [] }: World): Permissions {
  const ofPrincipal = new Map<string, readonly CompiledPolicy[]>();
  for (const { name, policies } of roles) {
    ofPrincipal.set(`arn:aws:iam::${account}:role/${name}`, compiled(policies));
  }
  for (const { name, policies } of iamUsers) {
    ofPrincipal.set(`arn:aws:iam::${account}:user/${name}`, compiled(policies));
  }
  const ofSession = new WeakMap<Session, readonly CompiledPolicy[]>();
  return (session, requirement, context) => {
    const identityPolicies = ofPrincipal.get(session.roleArn) ?? [];
    const sessionPolicies = ofSession.get(session) ?? compiled(session.sessionPolicies);
    ofSession.set(session, sessionPolicies);
    const { action, resource } = requirement;
    const request = { action, resource, context: { ...context, ...requirement.context } };
    const withinSession = sessionPolicies.every((policy) => isAllowedBy(policy, request));
    const byRole = decideIam({ identityPolicies, sessionPolicies: [] }, request);
    const decision = decideIam({ identityPolicies, sessionPolicies }, request);
    const isTheRoles = byRole === decision && decision !== "allow";
    return { decision, source: isTheRoles ? "identity-based" : "session", withinSession };
  };
}

function isAllowedBy(policy: CompiledPolicy, request: IamRequest): boolean {
  return decideIam({ identityPolicies: [policy], sessionPolicies: [] }, request) === "allow";
}

function compiled(policies: readonly unknown[]): readonly CompiledPolicy[] {
  return policies.map(compilePolicy);
}

/** What is true of a session whatever it asks, in the words of IAM's global condition keys. */
export function sessionContext(session: Session, nowMs: number): IamContext {
  const [, , , , account = ""] = session.roleArn.split(":");
  const tags = Object.entries(session.tags).map(([name, value]) => [`aws:PrincipalTag/${name}`, value]);
  return {
    ...session.context,
    ...(Object.fromEntries(tags) as Record<string, string>),
    "aws:userid": session.userId,
    "aws:PrincipalArn": session.roleArn,
    "aws:PrincipalAccount": account,
    "aws:PrincipalType": session.roleArn.includes(":user/") ? "User" : "AssumedRole",
    "aws:CurrentTime": new Date(nowMs).toISOString(),
    "aws:EpochTime": String(Math.floor(nowMs / 1000)),
    "aws:ViaAWSService": "false",
  };
}

/** How AWS tells a caller that IAM said no. */
export function accessDenied(
  session: Session,
  requirement: Requirement,
  verdict: Verdict,
  dialect: Dialect,
): LocalError {
  const { action, resource } = requirement;
  const place = dialect === "s3" ? `"${resource}"` : resource;
  const article = verdict.source === "session" ? "a" : "an";
  const reason =
    verdict.decision === "explicit-deny"
      ? `with an explicit deny in ${article} ${verdict.source} policy`
      : `because no ${verdict.source} policy allows the ${action} action`;
  const message = `User: ${session.assumedRoleArn} is not authorized to perform: ${action} on resource: ${place} ${reason}`;
  if (dialect === "json") return new LocalError("AccessDeniedException", message, 400);
  if (dialect === "rest") return new LocalError("AccessDeniedException", message, 403);
  return new LocalError("AccessDenied", message, 403);
}
