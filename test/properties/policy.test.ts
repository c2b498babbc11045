import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Requirement } from "../../src/domain/operation.ts";
import type { RuleDocument } from "../../src/policy/document.ts";
import { problemsOf } from "../../src/policy/document.ts";
import { matches } from "../../src/policy/pattern.ts";
import { aCaller, roleArn, ruling } from "../support/ruling.ts";

const action = fc.constantFrom("s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "dynamodb:GetItem");
const resource = fc.constantFrom(
  "arn:aws:s3:::a/x",
  "arn:aws:s3:::a/y/z",
  "arn:aws:s3:::b",
  "arn:aws:s3:::home/acme/1",
);
const actions = fc.array(fc.oneof(action, fc.constantFrom("*", "s3:*", "s3:Get*", "s3:x")), {
  minLength: 1,
  maxLength: 2,
});
const on = fc.array(
  fc.constantFrom(
    "*",
    "arn:aws:s3:::a/*",
    "arn:aws:s3:::b",
    "arn:aws:s3:::home/${claim:tenant}/*",
    "arn:aws:s3:::?/x",
  ),
  { minLength: 1, maxLength: 2 },
);
const who = fc.constantFrom(
  { authenticated: true } as const,
  { groups: ["analysts"] },
  { groups: ["admins", "editors"] },
  { claims: { tenant: "acme" } },
);
const allow = fc.record({
  who,
  allow: actions,
  on,
  role: fc.constantFrom("pool", roleArn("a"), roleArn("b")),
});
const deny = fc
  .record({ deny: actions }, {})
  .chain((base) => fc.record({ who, on }, { requiredKeys: [] }).map((rest) => ({ ...base, ...rest })));
const named = (rules: readonly object[]): RuleDocument[] =>
  rules.map((rule, i) => ({ name: `rule ${i}`, ...rule }));
const rules = fc
  .array(fc.oneof({ weight: 3, arbitrary: allow }, { weight: 1, arbitrary: deny }), { maxLength: 6 })
  .map(named);
const allows = fc.array(allow, { maxLength: 6 }).map(named);

const caller = fc
  .record({
    groups: fc.subarray(["analysts", "admins", "editors"]),
    tenant: fc.constantFrom("acme", "other", "*", "", undefined, "a/b", ["acme"]),
  })
  .map(({ groups, tenant }) => aCaller({ "cognito:groups": groups, tenant }));
const requirement = fc
  .record({ action, resource, covered: fc.boolean() })
  .map(({ action, resource, covered }): Requirement => ({
    action,
    resource,
    ...(covered && { covers: ["s3:GetObject"] }),
  }));
const requirements = fc.array(requirement, { minLength: 1, maxLength: 4 });
const runs = { numRuns: 3000 };

describe("S4 whatever the rules are", () => {
  it("a deny always wins: with it what was denied stays denied, and what it names is denied", () => {
    fc.assert(
      fc.property(
        rules,
        fc.tuple(deny, fc.nat(6)),
        caller,
        requirements,
        (rules, [extra, place], caller, asked) => {
          const before = ruling(rules, caller, ...asked);
          const more = rules.toSpliced(place, 0, { name: "extra", ...extra });
          const after = ruling(more, caller, ...asked);
          if (before.verdict === "denial") expect(after.verdict).toBe("denial");
          const all = [...rules, { name: "everything", deny: ["*"] }];
          expect(ruling(all, caller, ...asked)).toMatchObject({ reason: "denied-by-rule" });
        },
      ),
      runs,
    );
  });

  it("adding an allow never turns a permit into a denial", () => {
    fc.assert(
      fc.property(
        rules,
        fc.tuple(allow, fc.nat(6)),
        caller,
        requirements,
        (rules, [extra, place], caller, asked) => {
          if (ruling(rules, caller, ...asked).verdict === "denial") return;
          const more = rules.toSpliced(place, 0, { name: "extra", ...extra });
          expect(ruling(more, caller, ...asked).verdict).toBe("permit");
        },
      ),
      runs,
    );
  });

  it("order changes the role, never the verdict", () => {
    const shuffled = rules.chain((rules) =>
      fc.tuple(fc.constant(rules), fc.shuffledSubarray(rules, { minLength: rules.length })),
    );
    fc.assert(
      fc.property(shuffled, caller, requirements, ([rules, others], caller, asked) => {
        const [one, other] = [ruling(rules, caller, ...asked), ruling(others, caller, ...asked)];
        expect(other.verdict).toBe(one.verdict);
        if (one.verdict === "denial") expect(other).toMatchObject({ reason: one.reason });
      }),
      runs,
    );
  });

  it("the order of what is asked changes nothing", () => {
    fc.assert(
      fc.property(rules, caller, requirements, (rules, caller, asked) => {
        const [one, other] = [ruling(rules, caller, ...asked), ruling(rules, caller, ...asked.toReversed())];
        expect(other.verdict).toBe(one.verdict);
        if (one.verdict === "permit") expect(other).toEqual(one);
      }),
      runs,
    );
  });

  it("what is permitted is permitted alone, in each of its parts, by a rule that is there", () => {
    fc.assert(
      fc.property(rules, caller, requirements, (rules, caller, asked) => {
        const decision = ruling(rules, caller, ...asked);
        if (decision.verdict === "denial") return;
        for (const one of asked) expect(ruling(rules, caller, one).verdict).toBe("permit");
        expect(rules.find(({ name }) => name === decision.rule)).toMatchObject({ role: decision.role });
      }),
      runs,
    );
  });

  it("without an allow that names it nothing is permitted", () => {
    fc.assert(
      fc.property(allows, caller, resource, (rules, caller, resource) => {
        const decision = ruling(rules, caller, { action: "sts:AssumeRole", resource });
        expect(decision.verdict).toBe("denial");
      }),
    );
  });

  it("these rules can be meant, or the properties above would say nothing", () => {
    const names = { issuers: ["staff"], sources: ["default"], defaultSource: "default" };
    fc.assert(
      fc.property(rules, (rules) => {
        expect(problemsOf(rules, names)).toEqual([]);
      }),
    );
  });
});

describe("S4.5 whatever a claim holds", () => {
  const hostile = fc.oneof(
    fc.string({ unit: "binary", maxLength: 20 }),
    fc
      .array(fc.constantFrom("*", "?", "/", "..", "+", "#", "$", "{", "}", "acme", "a"), { maxLength: 5 })
      .map((parts) => parts.join("")),
  );

  it("it opens exactly the place of its own name", () => {
    const rule: RuleDocument = {
      name: "home",
      who: { authenticated: true },
      allow: ["*"],
      on: ["arn:aws:s3:::home/${claim:tenant}/file"],
      role: "pool",
    };
    fc.assert(
      fc.property(hostile, hostile, (claim, place) => {
        const asked = { action: "s3:GetObject", resource: `arn:aws:s3:::home/${place}/file` };
        const decision = ruling([rule], aCaller({ tenant: claim }), asked);
        if (decision.verdict === "permit") expect(place).toBe(claim);
      }),
      runs,
    );
  });
});

describe("patterns", () => {
  const part = fc.constantFrom("a", "b", "/", "*", "?", "**", "aab");
  const pattern = fc.array(part, { maxLength: 8 }).map((parts) => parts.join(""));
  const text = fc
    .array(fc.constantFrom("a", "b", "/", "*", "\n"), { maxLength: 12 })
    .map((parts) => parts.join(""));

  it("match as the regular expression of the same meaning does", () => {
    fc.assert(
      fc.property(pattern, text, (pattern, text) => {
        const meaning = pattern.replaceAll("*", "[^]*").replaceAll("?", "[^]");
        expect(matches(pattern, text)).toBe(new RegExp(`^${meaning}$`).test(text));
      }),
      { numRuns: 5000 },
    );
  });

  it("look at each character of a long text a few times at most, whatever it is made of", () => {
    let steps = 0;
    const counted = { length: 20_000, charCodeAt: () => (steps++, 0x61) };
    expect(matches("*a*a*a*a*a*a*a*a*b", counted as unknown as string)).toBe(false);
    expect(steps).toBeLessThan(5 * counted.length);
  });
});
