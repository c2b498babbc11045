import { indexContext } from "./context.ts";
import type { IamContext } from "./context.ts";
import type { CompiledPolicy, IamQuestion } from "./policy.ts";

/** IAM's answer; a deny that some statement speaks out is told from the absence of an allow. */
export type IamDecision = "allow" | "explicit-deny" | "implicit-deny";

/** The policies that bear on one session. */
export interface IamPolicies {
  /** The role's own policies: one allow in any of them will do. */
  readonly identityPolicies: readonly CompiledPolicy[];
  /** Each of them must allow too. */
  readonly sessionPolicies: readonly CompiledPolicy[];
}

/** What is asked of IAM. */
export interface IamRequest {
  readonly action: string;
  readonly resource: string;
  readonly context: IamContext;
}

/** Decides as IAM does within one account: a deny anywhere wins, then role and session policies must all allow. */
export function decideIam(policies: IamPolicies, request: IamRequest): IamDecision {
  const question = { ...request, context: indexContext(request.context) };
  const { identityPolicies, sessionPolicies } = policies;
  if ([...identityPolicies, ...sessionPolicies].some((policy) => says(policy, "Deny", question))) {
    return "explicit-deny";
  }
  const allowed =
    identityPolicies.some((policy) => says(policy, "Allow", question)) &&
    sessionPolicies.every((policy) => says(policy, "Allow", question));
  return allowed ? "allow" : "implicit-deny";
}

function says(policy: CompiledPolicy, effect: "Allow" | "Deny", question: IamQuestion): boolean {
  return policy.statements.some((statement) => statement.effect === effect && statement.matches(question));
}
