import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Caller } from "../../src/domain/caller.ts";
import type { Requirement } from "../../src/domain/operation.ts";
import { decide } from "../../src/policy/decide.ts";
import type { RuleDocument } from "../../src/policy/document.ts";
import { narrowRules } from "../../src/policy/suggest/narrow.ts";
import { createObserved } from "../../src/telemetry/observed.ts";
import { allow, context, deny, named, requirements, TWO_SOURCES, user } from "../support/random-rules.ts";
import { aCaller, aContext, anAllow, anOperation, aPolicy, ruling } from "../support/ruling.ts";
import { outcomeOf } from "../telemetry/outcomes.ts";

const S3 = "arn:aws:s3:::";
const read = (resource: string): Requirement => ({ action: "s3:GetObject", resource: S3 + resource });

interface Deed {
  readonly caller: Caller;
  readonly asked: readonly Requirement[];
  readonly context: ReturnType<typeof aContext>;
}

const isPermitted = (rules: readonly RuleDocument[], { caller, asked, context }: Deed) =>
  decide(aPolicy(rules, TWO_SOURCES), caller, anOperation(asked), context);

/** The policy with its allows narrowed to what of these deeds they permit. */
function narrowed(rules: readonly RuleDocument[], deeds: readonly Deed[]): readonly RuleDocument[] {
  const observed = createObserved(() => 0);
  for (const deed of deeds) {
    const decision = isPermitted(rules, deed);
    if (decision.verdict === "denial") continue;
    const { subject, groups, issuer } = deed.caller;
    const { rule, role } = decision;
    observed.record(outcomeOf({ subject, groups, issuer, requirements: deed.asked, rule, role }));
  }
  const suggested = narrowRules(observed.uses(), { rules });
  return [...rules.filter((rule) => rule.deny !== undefined), ...suggested.map(({ rule }) => rule)];
}

const onFor = (rule: RuleDocument, deeds: readonly Omit<Deed, "context">[]) => {
  const whole = narrowed(
    [rule],
    deeds.map((deed) => ({ ...deed, context: aContext() })),
  );
  return whole.flatMap(({ on = [] }) => on);
};
const by = (tenant: string, ...keys: readonly string[]) =>
  keys.map((key) => ({
    caller: aCaller({ sub: tenant, tenant }, { subject: tenant }),
    asked: [read(key)],
  }));

describe("a rule that is narrowed to what was used of it", () => {
  const own = anAllow("own", { on: [`${S3}b/\${claim:tenant}/*`] });

  it("gives no tenant what another used", () => {
    const deeds = [...by("acme", "b/acme/x"), ...by("other", "b/other/y")];
    expect(onFor(own, deeds)).toEqual(own.on);
    const rules = narrowed(
      [own],
      deeds.map((deed) => ({ ...deed, context: aContext() })),
    );
    const [stranger] = by("other", "b/acme/x");
    expect(ruling(rules, stranger!.caller, read("b/acme/x")).verdict).toBe("denial");
  });

  it("holds no folder that is wider than its pattern, however much was used", () => {
    const keys = Array.from({ length: 12 }, (_, i) => `b/a${i}`);
    expect(onFor(anAllow("a", { on: [`${S3}b/a*`] }), by("acme", ...keys))).toEqual([`${S3}b/a*`]);
    const many = Array.from({ length: 12 }, (_, i) => by(`t${i}`, `b/t${i}/x`)).flat();
    expect(onFor(own, many)).toEqual(own.on);
  });

  it("is narrowed under the patterns that hold for everybody", () => {
    const rule = anAllow("both", { on: [...own.on!, `${S3}shared/*`, `${S3}unused/*`] });
    expect(onFor(rule, [...by("acme", "b/acme/x", "shared/q3.txt")])).toEqual([
      `${S3}b/\${claim:tenant}/*`,
      `${S3}shared/q3.txt`,
    ]);
  });

  it("is not given what a rule of its name was used for before it was changed", () => {
    const before = [anAllow("reads", { on: [`${S3}reports/*`, `${S3}b/*`] })];
    const observed = createObserved(() => 0);
    const done = { ...outcomeOf({ rule: "reads", role: "pool" }), issuer: "staff" };
    observed.record({ ...done, requirements: [read("reports/a"), read("b/x")] });
    observed.record({ ...done, requirements: [{ action: "s3:PutObject", resource: `${S3}b/x` }] });
    const rules = [{ ...before[0]!, allow: ["s3:Get*"], on: [`${S3}b/*`] }];
    const told = narrowRules(observed.uses(), { rules });
    expect(told.map(({ rule }) => [rule.allow, rule.on])).toEqual([[["s3:GetObject"], [`${S3}b/x`]]]);
  });
});

describe("a policy that is narrowed to what was used of it", () => {
  const deed: fc.Arbitrary<Deed> = fc
    .record({ caller: user, asked: requirements, context })
    .map(({ caller, ...rest }) => {
      const { tenant } = caller.claims;
      const subject = typeof tenant === "string" && tenant !== "" ? tenant : "sub-1";
      return { ...rest, caller: { ...caller, subject, claims: { ...caller.claims, sub: subject } } };
    });
  const policy = fc
    .array(fc.oneof({ weight: 5, arbitrary: allow }, { weight: 1, arbitrary: deny }), { maxLength: 6 })
    .map(named);
  const deeds = fc.array(deed, { minLength: 1, maxLength: 30 });

  it("permits nobody what the policy did not permit", () => {
    fc.assert(
      fc.property(policy, deeds, deed, (rules, done, other) => {
        const after = isPermitted(narrowed(rules, done), other);
        if (after.verdict === "permit") expect(isPermitted(rules, other).verdict).toBe("permit");
      }),
      { numRuns: 1000 },
    );
  });

  it("permits all that was done by one rule", () => {
    const single = deeds.map((all) =>
      all.map(({ asked, ...rest }) => ({ ...rest, asked: asked.slice(0, 1) })),
    );
    fc.assert(
      fc.property(policy, single, (rules, done) => {
        const after = narrowed(rules, done);
        for (const one of done) expect(isPermitted(after, one).verdict).toBe(isPermitted(rules, one).verdict);
      }),
      { numRuns: 1000 },
    );
  });
});
