import { hash } from "node:crypto";
import type { Caller } from "../../domain/caller.ts";
import type { RoleSession } from "../../domain/decision.ts";
import type { SessionPlan } from "../document.ts";
import type { Rule } from "../rule.ts";
import { sessionName } from "./session-name.ts";
import { derivePolicy, fillPolicy, MAX_POLICY_LENGTH } from "./session-policy.ts";
import { allowScope, denyScope } from "./session-scope.ts";
import { claimsForPolicy, compileTemplate, fillTemplate, rawClaims } from "../template.ts";

/** What shapes the role sessions of some rules that give the same. */
export interface SessionMaterial {
  readonly plan: SessionPlan;
  /** The allows that decide together, in file order; what they say in place of the plan is the same in each. */
  readonly allows: readonly [Rule, ...Rule[]];
  /** Every deny of the policy. */
  readonly denies: readonly Rule[];
  /** Whether callers of more than one issuer are allowed anything: two of them may have the same `sub`. */
  readonly manyIssuers: boolean;
}

/** Why there is no session for a caller: words for the log, without the claim's value. */
export interface NoSession {
  readonly problem: string;
}

type Made<T> = T | NoSession;

/** Always there where sessions have tags: the exact subject, where STS takes its characters. */
const SUBJECT_TAG = "postern-sub";

/** What STS takes for the value of a session tag (STS API reference, `Tag`). */
const TAG_VALUE = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
const MAX_TAG_VALUE = 256;

/**
 * Prepares how a role session is made for a caller. A session lacks nothing that the configuration wants in it: where a
 * claim cannot be used there is none, but for its name, which can always be made.
 */
export function compileSession(material: SessionMaterial): (caller: Caller) => RoleSession | NoSession {
  const { plan, allows } = material;
  const [{ written: own }] = allows;
  const nameOf = compileNames(own.sessionName ?? plan.sessionName, material);
  const tagsOf = compileTags(plan);
  return (caller) => {
    const tags = tagsOf(caller);
    if ("problem" in tags) return tags;
    const policy = policyOf(material, caller);
    if (typeof policy === "object") return policy;
    const parts = {
      ...nameOf(caller),
      tags,
      policy,
      durationSeconds: own.sessionDuration ?? plan.durationSeconds,
    };
    return { ...parts, digest: hash("sha256", JSON.stringify(parts), "base64url") };
  };
}

function compileNames(text: string, { plan, manyIssuers }: SessionMaterial) {
  const template = compileTemplate(text);
  return (caller: Caller): Pick<RoleSession, "name" | "sourceIdentity"> => {
    const { issuer, subject } = caller;
    const filled = fillTemplate(template, rawClaims(caller));
    const text = filled ?? subject;
    // A subject in place of a claim could read like somebody else's claim, so the mark says which it is.
    const value = filled ?? { subject };
    const shared = filled === undefined;
    return {
      name: sessionName(text, { issuer, value, shared: shared || manyIssuers }),
      sourceIdentity: plan.sourceIdentity
        ? sessionName(`${issuer}@${text}`, { issuer, value, shared })
        : undefined,
    };
  };
}

function compileTags({ tags, sourceIdentity }: SessionPlan) {
  const templates = Object.entries(tags).map(([key, text]) => ({ key, template: compileTemplate(text) }));
  return (caller: Caller): Made<RoleSession["tags"]> => {
    if (!sourceIdentity) return [];
    const made: [key: string, value: string][] = [];
    for (const { key, template } of templates) {
      const value = fillTemplate(template, rawClaims(caller));
      if (value === undefined || !isTagValue(value)) {
        return { problem: `the session tag ${key} cannot be made from this caller's claims` };
      }
      made.push([key, value]);
    }
    return isTagValue(caller.subject) ? [...made, [SUBJECT_TAG, caller.subject]] : made;
  };
}

function isTagValue(text: string): boolean {
  return text.length <= MAX_TAG_VALUE && TAG_VALUE.test(text);
}

function policyOf({ plan, allows, denies }: SessionMaterial, caller: Caller): Made<string> | undefined {
  const { sessionPolicy } = allows[0].written;
  if (sessionPolicy === undefined && !plan.downscope) return undefined;
  const policy =
    sessionPolicy === undefined
      ? derivePolicy(
          allows.map((rule) => allowScope(rule, caller)),
          denies.flatMap((rule) => denyScope(rule, caller) ?? []),
        )
      : fillPolicy(sessionPolicy, claimsForPolicy(caller));
  if (policy === undefined) return { problem: "the session policy has a claim that cannot be used" };
  if (policy.length <= MAX_POLICY_LENGTH) return policy;
  return {
    problem: `the session policy has ${policy.length} characters, and STS takes ${MAX_POLICY_LENGTH}`,
  };
}
