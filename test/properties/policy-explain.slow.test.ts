import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Denial } from "../../src/domain/decision.ts";
import { decide } from "../../src/policy/decide.ts";
import type { RuleDocument } from "../../src/policy/document.ts";
import { explain } from "../../src/policy/explain.ts";
import type { RuleAccount } from "../../src/policy/explanation.ts";
import { RECORDED } from "../../src/policy/record.ts";
import { caller, context, requirements, rules, TWO_SOURCES } from "../support/random-rules.ts";
import { anOperation, aPolicy, NOW_MS } from "../support/ruling.ts";

const options = fc
  .boolean()
  .map((records) => ({ ...TWO_SOURCES, ...(records && { recording: { untilMs: NOW_MS + 1 } }) }));
const asking = fc.tuple(rules, options, caller, requirements, context);
const runs = { numRuns: 3000 };

/** What comes of the accounts alone, as the rules say which candidate an allow gives. */
function verdictOf(
  accounts: readonly RuleAccount[],
  rules: readonly RuleDocument[],
  requirements: number,
): "permit" | Denial["reason"] {
  const about = (effect: string, i: number) =>
    accounts.filter((account) => account.effect === effect && account.readings[i]?.matches === true);
  const each = Array.from({ length: requirements }, (_, i) => i);
  if (each.some((i) => about("deny", i).length > 0)) return "denied-by-rule";
  const candidates = each.map((i) => about("allow", i).map((account) => candidateOf(account, rules)));
  const empty = candidates.findIndex((some) => some.length === 0);
  if (empty !== -1) {
    const isUnusable = accounts.some(
      ({ effect, readings }) => effect === "allow" && readings[empty]?.why.includes("cannot be used"),
    );
    return isUnusable ? "claim-unusable" : "denied-no-rule";
  }
  const common = (candidates[0] ?? []).filter((one) => candidates.every((some) => some.includes(one)));
  if (common.length === 0) return "roles-disagree";
  const failing = accounts
    .filter(({ withoutSession }) => withoutSession !== undefined)
    .map((account) => candidateOf(account, rules));
  return common.every((one) => failing.includes(one)) ? "claim-unusable" : "permit";
}

function candidateOf({ rule }: RuleAccount, rules: readonly RuleDocument[]): string {
  const found = rules.find(({ name }) => name === rule);
  return `${found?.role} of ${found?.credentials}`;
}

describe("whatever is explained", () => {
  it("is decided as `decide` does, and the accounts alone say the same", () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(asking, ([rules, options, caller, asked, context]) => {
        const operation = anOperation(asked);
        const { decision, rules: accounts } = explain(aPolicy(rules, options), caller, operation, context);
        expect(decision).toEqual(decide(aPolicy(rules, options), caller, operation, context));
        const isRecorded = decision.verdict === "permit" && decision.recorded === true;
        const told = verdictOf(accounts, rules, asked.length);
        seen.add(isRecorded ? "recorded" : told);
        if (isRecorded) expect(["denied-no-rule", "roles-disagree"]).toContain(told);
        else expect(decision.verdict === "permit" ? "permit" : decision.reason).toBe(told);
      }),
      runs,
    );
    // `roles-disagree` comes up too seldom to be counted on.
    expect([...seen]).toEqual(
      expect.arrayContaining(["claim-unusable", "denied-by-rule", "denied-no-rule", "permit", "recorded"]),
    );
  });

  it("has an account of every rule in file order, and those decide whom the decision names", () => {
    fc.assert(
      fc.property(asking, ([rules, options, caller, asked, context]) => {
        const policy = aPolicy(rules, options);
        const { decision, rules: accounts } = explain(policy, caller, anOperation(asked), context);
        expect(accounts.map(({ rule }) => rule)).toEqual(rules.map(({ name }) => name));
        const deciding = accounts.filter(({ verdict }) => verdict === "decides").map(({ rule }) => rule);
        const { rule = "" } = decision;
        if (rule === RECORDED || rule === "") expect(deciding).toEqual([]);
        else if (decision.verdict === "denial" && decision.reason === "roles-disagree") {
          expect(deciding.join(", ")).toBe(rule);
        } else expect(deciding[0]).toBe(rule);
      }),
      runs,
    );
  });

  it("is either for others or read for every requirement, and says why in words", () => {
    fc.assert(
      fc.property(asking, ([rules, options, caller, asked, context]) => {
        const { rules: accounts } = explain(aPolicy(rules, options), caller, anOperation(asked), context);
        for (const { notFor, readings, verdict } of accounts) {
          expect(readings).toHaveLength(notFor === undefined ? asked.length : 0);
          if (verdict === "matches") expect(readings.some(({ matches }) => matches)).toBe(true);
          for (const { matches, against, why } of readings) {
            expect(matches).toBe(against === undefined);
            expect(why).toMatch(/\S/);
          }
        }
      }),
      runs,
    );
  });
});
