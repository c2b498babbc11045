import type { Problem, RuleDocument } from "../document.ts";
import { fillPolicy, MAX_POLICY_LENGTH, POLICY_VERSION } from "../sessions/session-policy.ts";
import { notKnown, unknownVariables } from "../template.ts";

const MIN_SECONDS = 900;
const MAX_SECONDS = 43_200;

/** Nobody's claim, as long as session policies must have room for. */
export const SAMPLE_CLAIM = "x".repeat(64);

/** Finds session settings that STS would not take, or that say something else than they seem to. */
export function sessionProblems(rule: RuleDocument): Problem[] {
  const { sessionName = "", sessionDuration, sessionPolicy } = rule;
  const problems: Problem[] = [];
  const [unknown] = unknownVariables(sessionName);
  if (unknown !== undefined) problems.push({ path: ["sessionName"], message: notKnown(unknown) });
  if (sessionDuration !== undefined && !isDuration(sessionDuration)) {
    const message = "a role session lasts from 15m to 12h, in whole seconds";
    problems.push({ path: ["sessionDuration"], message });
  }
  return sessionPolicy === undefined ? problems : [...problems, ...policyProblems(sessionPolicy)];
}

function isDuration(seconds: number): boolean {
  return Number.isInteger(seconds) && seconds >= MIN_SECONDS && seconds <= MAX_SECONDS;
}

/** A policy is AWS's to judge, but for what would make the claims in it mean something else. */
function policyProblems(policy: NonNullable<RuleDocument["sessionPolicy"]>): Problem[] {
  const problems = [...claimProblems(policy, ["sessionPolicy"])];
  const { Version, Statement } = policy;
  if (Version !== POLICY_VERSION) {
    const message = `a session policy says Version: "${POLICY_VERSION}"; an older one knows no variables`;
    problems.push({ path: ["sessionPolicy", "Version"], message });
  }
  if (typeof Statement !== "object" || Statement === null || Object.keys(Statement).length === 0) {
    problems.push({ path: ["sessionPolicy", "Statement"], message: "a session policy has a Statement" });
  }
  const length = fillPolicy(policy, () => SAMPLE_CLAIM)?.length ?? 0;
  if (length > MAX_POLICY_LENGTH) {
    const message = `it has ${length} characters with claims of ${SAMPLE_CLAIM.length}, and STS takes ${MAX_POLICY_LENGTH}; shorten it`;
    problems.push({ path: ["sessionPolicy"], message });
  }
  return problems;
}

/** Claims fill values only: none can become an operator or a key. Variables that are no claims are IAM's own. */
function claimProblems(value: unknown, path: Problem["path"]): Problem[] {
  if (typeof value === "string") {
    const broken = unknownVariables(value).find((variable) => variable.startsWith("${claim:"));
    return broken === undefined ? [] : [{ path, message: notKnown(broken) }];
  }
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((entry, i) => claimProblems(entry, [...path, i]));
  return Object.entries(value).flatMap(([key, entry]) => [
    ...(key.includes("${claim:") ? [{ path: [...path, key], message: "claims fill values only" }] : []),
    ...claimProblems(entry, [...path, key]),
  ]);
}
