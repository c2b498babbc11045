import type { Caller } from "../../domain/caller.ts";
import type { Decision, Permit } from "../../domain/decision.ts";
import type { Operation } from "../../domain/operation.ts";
import { Refusal, REFUSALS } from "../../domain/refusal.ts";
import type { Explanation, RuleAccount } from "../../policy/explanation.ts";
import type { Explained, ExplainedOperation, Stage } from "./question.ts";

/** What is known of a question so far: what a visit is to a request. */
export class Findings {
  /** The one that is asked now. */
  stage: Stage = "door";
  caller: Caller | undefined;
  operation: Operation | undefined;
  decision: Decision | undefined;
  rules: readonly RuleAccount[] = [];
  role: Explained["role"];
  canonicalRequest: string | undefined;

  /**
   * Takes note of what the rules say.
   *
   * @throws Refusal the denial's reason
   */
  ruled({ decision, rules }: Explanation): Permit {
    this.rules = rules;
    this.decision = decision;
    if (decision.verdict === "permit") return decision;
    throw new Refusal(decision.reason, { detail: decision.detail });
  }

  /** Refuses whom no rule lets use a service at all. */
  mayNothing(actionPrefix: string): Refusal {
    const detail = `nothing allows this caller ${actionPrefix}`;
    this.stage = "policy";
    this.decision = { verdict: "denial", reason: "denied-no-rule", detail };
    return new Refusal("denied-no-rule", { detail });
  }

  /** Looks for what may be there to tell, and is not missed where it is not. */
  lookInto(look: () => void): void {
    try {
      look();
    } catch {
      // The refusal that is on its way says what matters.
    }
  }

  /** All of it, once a stage refused or none did. */
  told(refusal?: Refusal): Explained {
    const { stage, caller, operation, decision, rules, role, canonicalRequest } = this;
    return {
      verdict: verdictOf(refusal, decision),
      refusedBy: refusal && stage,
      refusal: refusal && {
        code: refusal.code,
        sentence: REFUSALS[refusal.code].sentence,
        detail: refusal.detail,
      },
      caller: caller && tellCaller(caller),
      operation: operation && tellOperation(operation),
      decision: decision && withoutSession(decision),
      rules,
      role,
      canonicalRequest,
    };
  }
}

function verdictOf(refusal: Refusal | undefined, decision: Decision | undefined): Explained["verdict"] {
  if (refusal === undefined) return "permit";
  return decision?.verdict === "denial" ? "denial" : "refusal";
}

function tellCaller({ kind, issuer, subject, clientId, groups }: Caller): Explained["caller"] {
  return { kind, issuer, subject, clientId, groups };
}

function tellOperation({ upstream, service, region, name, requirements }: Operation): ExplainedOperation {
  return { upstream, service, region, name, requirements };
}

/** A role session's name, tags and policy hold values of claims. */
function withoutSession(decision: Decision): Decision {
  if (decision.verdict === "denial") return decision;
  const { session: _session, ...permit } = decision;
  return permit;
}
