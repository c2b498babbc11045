import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Caller } from "../../src/domain/caller.ts";
import type { Requirement } from "../../src/domain/operation.ts";
import { coverOf, folded, isNameless, patternOf } from "../../src/policy/suggest/generalise.ts";
import { problemsOf } from "../../src/policy/problems/problems.ts";
import { RECORDED } from "../../src/policy/record.ts";
import { suggestPolicies } from "../../src/policy/suggest/policies.ts";
import { suggestRules } from "../../src/policy/suggest/suggest.ts";
import { createObserved, type Observed } from "../../src/telemetry/observed.ts";
import { aCaller, aMachine, ruling } from "../support/ruling.ts";
import { NAMES_AT_AWS } from "../support/uses.ts";
import { outcomeOf } from "../telemetry/outcomes.ts";

const TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/";

const subject = fc.constantFrom("sub-1", "sub-2", "sub-3");
const name = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom("a", "b", "2026", "k1", "k2", "sub-1", "sub-2", "") },
  {
    weight: 2,
    arbitrary: fc.constantFrom("*", "a?", "${claim:sub}", "{", "$", "\u0000\n\u2028", '"\\', "ü😀"),
  },
  {
    weight: 1,
    arbitrary: fc.string({ unit: "grapheme", maxLength: 5 }).map((text) => text.replaceAll("/", "")),
  },
);
const key = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join("/"));
const object = fc
  .tuple(fc.constantFrom("reports", "home", "other"), key)
  .filter(([, key]) => key !== "")
  .map(([bucket, key]) => `arn:aws:s3:::${bucket}/${key}`);
const requirement: fc.Arbitrary<Requirement> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ action: fc.constantFrom("s3:GetObject", "s3:PutObject"), resource: object }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      action: fc.constantFrom("s3:ListBucket"),
      resource: fc.constantFrom("reports", "home", "other").map((bucket) => `arn:aws:s3:::${bucket}`),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      action: fc.constant("dynamodb:Query"),
      resource: fc.constantFrom("Orders", "Other", "Orders/index/byState").map((table) => TABLE + table),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      { action: "dynamodb:GetItem", resource: `${TABLE}Orders` },
      { action: "s3:ListAllMyBuckets", resource: "arn:aws:s3:::*" },
      { action: "dynamodb:ListTables", resource: `${TABLE}*` },
      { action: "dynamodb:DescribeLimits", resource: "*" },
    ),
  },
);
const groups = fc.subarray(["analysts", "editors", "admins"]);

/** Somebody asks for something, and AWS gives it. */
interface Deed {
  readonly subject: string;
  readonly groups: readonly string[];
  readonly requirement: Requirement;
}

const deed: fc.Arbitrary<Deed> = fc.record({ subject, groups, requirement });
/** So few that no folder is full. */
const few = fc.array(deed, { minLength: 1, maxLength: 9 });
const many = fc.array(deed, { minLength: 1, maxLength: 120 });

function observedFrom(deeds: readonly Deed[]): Observed {
  const observed = createObserved(() => 0);
  for (const { subject, groups, requirement } of deeds)
    observed.record(
      outcomeOf({
        subject,
        groups,
        requirements: [requirement],
        rule: RECORDED,
        role: "pool",
        assumedRole: undefined,
      }),
    );
  return observed;
}

function rulesFrom(deeds: readonly Deed[]) {
  const suggested = suggestRules(observedFrom(deeds).uses(), { rules: [], issuers: ["local"] });
  return suggested.map(({ rule }) => rule);
}

function callerOf({ subject, groups }: Pick<Deed, "subject" | "groups">): Caller {
  return aCaller({ sub: subject, "cognito:groups": groups }, { subject });
}

/** The bucket or table of a resource. */
const placeOf = (resource: string): string =>
  resource
    .split("/")
    .slice(0, resource.includes(":table/") ? 2 : 1)
    .join("/");

describe("S4.6 H5 the rules that are suggested", () => {
  it("permit everybody all that was done, but what no pattern can mean", () => {
    fc.assert(
      fc.property(many, (deeds) => {
        const rules = rulesFrom(deeds);
        for (const done of deeds) {
          if (isNameless(patternOf(done.requirement.resource, done.subject))) continue;
          expect(ruling(rules, callerOf(done), done.requirement).verdict).toBe("permit");
        }
      }),
      { numRuns: 300 },
    );
  });

  it("permit nothing in a bucket or table, or by an action, by which or where nothing was done", () => {
    fc.assert(
      fc.property(many, deed, (deeds, other) => {
        const { action, resource } = other.requirement;
        if (ruling(rulesFrom(deeds), callerOf(other), other.requirement).verdict === "denial") return;
        const like = deeds.filter(
          ({ requirement }) =>
            requirement.action === action && placeOf(requirement.resource) === placeOf(resource),
        );
        expect(like).not.toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it("permit, while no folder is full, nothing but what was done itself, or by others in their own place", () => {
    fc.assert(
      fc.property(few, deed, (deeds, other) => {
        const { action, resource } = other.requirement;
        if (ruling(rulesFrom(deeds), callerOf(other), other.requirement).verdict === "denial") return;
        const done = deeds.map(
          ({ requirement, subject }) => `${requirement.action} ${patternOf(requirement.resource, subject)}`,
        );
        const asked = [resource, patternOf(resource, other.subject)].map((one) => `${action} ${one}`);
        expect(asked.some((one) => done.includes(one))).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it("permit a group nothing that only users of other groups did", () => {
    fc.assert(
      fc.property(many, deed, (deeds, other) => {
        const others = deeds.filter(
          ({ groups }) => groups.length > 0 && !groups.some((group) => other.groups.includes(group)),
        );
        expect(ruling(rulesFrom(others), callerOf(other), other.requirement).verdict).toBe("denial");
      }),
      { numRuns: 300 },
    );
  });

  it("permit machines nothing", () => {
    fc.assert(
      fc.property(many, fc.nat(), (deeds, at) => {
        const { requirement } = deeds[at % deeds.length]!;
        expect(ruling(rulesFrom(deeds), aMachine(), requirement).verdict).toBe("denial");
      }),
      { numRuns: 100 },
    );
  });

  it("have no problem in them, and are the same whatever came first", () => {
    const shuffled = many.chain((deeds) =>
      fc.tuple(fc.constant(deeds), fc.shuffledSubarray(deeds, { minLength: deeds.length })),
    );
    fc.assert(
      fc.property(shuffled, ([deeds, others]) => {
        const [one, other] = [observedFrom(deeds), observedFrom(others)];
        const options = { rules: [], issuers: ["local"] };
        expect(suggestRules(other.uses(), options)).toEqual(suggestRules(one.uses(), options));
        expect(suggestPolicies(other.uses())).toEqual(suggestPolicies(one.uses()));
        expect(other.forgotten()).toBe(one.forgotten());
        expect(problemsOf(rulesFrom(deeds), NAMES_AT_AWS)).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});

describe("folders", () => {
  const patterns = fc.array(
    object.map((resource) => patternOf(resource, "sub-1")),
    { maxLength: 60 },
  );

  it("stand for all that they were made of, and are the same once more", () => {
    fc.assert(
      fc.property(patterns, (patterns) => {
        const result = folded(patterns);
        const among = new Set(result);
        for (const pattern of patterns) expect(coverOf(pattern, among)).toBeDefined();
        expect(folded(result)).toEqual(result);
      }),
      { numRuns: 500 },
    );
  });
});

describe("what was observed", () => {
  it("is told whole: each deed is among the uses once, or counted as forgotten", () => {
    fc.assert(
      fc.property(many, (deeds) => {
        const observed = observedFrom(deeds);
        const times = observed.uses().reduce((sum, use) => sum + use.times, 0);
        expect(times + observed.forgotten()).toBe(deeds.length);
      }),
      { numRuns: 200 },
    );
  });
});
