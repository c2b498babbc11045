import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileCondition } from "../../src/local/iam/condition.ts";
import { indexContext } from "../../src/local/iam/context.ts";
import type { WhenDocument } from "../../src/policy/document.ts";
import { OPERATORS } from "../../src/policy/conditions/operator.ts";
import { compileWhen } from "../../src/policy/conditions/when.ts";
import { whenProblems } from "../../src/policy/conditions/when-problems.ts";
import { aCaller, aContext, anOperation } from "../support/ruling.ts";
import { holds } from "../support/holds.ts";

/** What an operator can read: values of a rule, and of a request. */
interface Domain {
  readonly written: fc.Arbitrary<string>;
  readonly found: fc.Arbitrary<string>;
}

const MINE = "${claim:tenant}";

const letters = fc.string({ unit: fc.constantFrom("a", "b", "A", "/", "*", "?", "ü"), maxLength: 5 });
const texts: Domain = {
  written: fc.oneof(
    letters,
    fc.tuple(letters, letters).map(([a, b]) => `${a}${MINE}${b}`),
  ),
  found: letters.filter((text) => text !== ""),
};

const number = fc.oneof(
  fc.integer({ min: -5, max: 5 }).map(String),
  fc.integer({ min: -12, max: 12 }).map((n) => (n / 4).toFixed(2)),
  fc.nat(5).map((n) => `+0${n}.`),
);
const numbers: Domain = { written: number, found: number };

const instant = fc.integer({ min: 1_767_225_598, max: 1_767_225_602 });
const zoned = (seconds: number) => `${new Date((seconds + 3600) * 1000).toISOString().slice(0, 19)}+01:00`;
const date = fc.oneof(
  instant.map(String),
  instant.map((seconds) => new Date(seconds * 1000).toISOString()),
  instant.map(zoned),
  fc.constantFrom("2026", "2026-01", "2025-12-31", "2026-01-01", "2026-01-01T00:00Z"),
);
const dates: Domain = { written: date, found: date };

const truth = fc.constantFrom("true", "false", "True", "FALSE");
const truths: Domain = { written: truth, found: truth };

const v4 = fc
  .tuple(fc.constantFrom(10, 11), fc.nat(2), fc.constantFrom(0, 255), fc.constantFrom(0, 127, 128))
  .map((bytes) => bytes.join("."));
const words = (maxLength: number, minLength = 0) =>
  fc.array(fc.constantFrom("0", "1", "db8", "DB8", "8000", "2001"), { minLength, maxLength });
const v6 = fc.oneof(
  words(8, 8).map((all) => all.join(":")),
  fc.tuple(words(3), words(3)).map(([head, tail]) => `${head.join(":")}::${tail.join(":")}`),
  fc.tuple(words(2), v4).map(([head, tail]) => `${["2001", ...head].join(":")}::${tail}`),
);
const within = (address: fc.Arbitrary<string>, bits: number) =>
  fc.oneof(
    address,
    fc.tuple(address, fc.nat(bits)).map(([start, length]) => `${start}/${length}`),
  );
const ipv4: Domain = { written: within(v4, 32), found: v4 };
const ipv6: Domain = { written: within(v6, 128), found: v6 };

const arn = (...parts: readonly string[]) =>
  fc
    .tuple(
      ...([1, 2, 3, 4] as const).map(() => fc.constantFrom(...parts)),
      fc.constantFrom(...parts, "x/y", "a:b"),
    )
    .map((all) => `arn:${all.join(":")}`);
const arns: Domain = { written: arn("s3", "", "*", "*", "?3", MINE), found: arn("s3", "", "ab") };

function domainsOf(base: string): readonly [Domain, ...Domain[]] {
  if (base.startsWith("String")) return [texts];
  if (base.startsWith("Numeric")) return [numbers];
  if (base.startsWith("Date")) return [dates];
  if (base.startsWith("Arn")) return [arns];
  return base === "Bool" || base === "Null" ? [truths] : [ipv4, ipv6];
}

/** One condition on a key, and what the request has of the key. */
interface Single {
  readonly operator: string;
  readonly written: readonly string[];
  readonly found: readonly string[];
}

const single: fc.Arbitrary<Single> = fc
  .record({
    base: fc.constantFrom(...OPERATORS.keys(), "Null"),
    set: fc.constantFrom("", "ForAnyValue:", "ForAllValues:"),
    suffix: fc.constantFrom("", "IfExists"),
  })
  .chain(({ base, set, suffix }) => {
    const operator = base === "Null" ? base : `${set}${base}${suffix}`;
    const maxLength = operator.startsWith("For") || base === "Null" ? 3 : 1;
    return fc.oneof(
      ...domainsOf(base).map(({ written, found }) =>
        fc.record({
          operator: fc.constant(operator),
          written: fc.array(written, { minLength: 1, maxLength: 3 }),
          found: fc.array(found, { maxLength }),
        }),
      ),
    );
  });

/** A rule with one condition on each of some keys; the first of them is a claim. */
const KEYS = ["claim:c", "S3:Prefix", "dynamodb:LeadingKeys"] as const;
const singles = fc
  .record({ "claim:c": single, "S3:Prefix": single, "dynamodb:LeadingKeys": single }, { requiredKeys: [] })
  .map((byKey) => KEYS.flatMap((key) => (byKey[key] === undefined ? [] : [[key, byKey[key]] as const])))
  .filter((all) => all.length > 0);

type Singles = readonly (readonly [key: string, Single])[];

function whenOf(all: Singles): WhenDocument {
  const when: Record<string, Record<string, readonly string[]>> = {};
  for (const [key, { operator, written }] of all) when[operator] = { ...when[operator], [key]: written };
  return when;
}

function askedOf(all: Singles, claims: Readonly<Record<string, unknown>>, unknown: readonly string[] = []) {
  const values = all.map(([key, { found }]) => {
    return [key.toLowerCase(), unknown.includes(key) ? ("unknown" as const) : found] as const;
  });
  const keys = new Map(values.filter(([key]) => !key.startsWith("claim:")));
  const ofClaims = values.flatMap(([key, found]) => {
    if (!key.startsWith("claim:") || found.length === 0) return [];
    return [[key.slice("claim:".length), found === "unknown" ? { secret: 1 } : found] as const];
  });
  const requirement = { action: "s3:ListBucket", resource: "arn:aws:s3:::b", keys };
  return {
    caller: aCaller({ ...claims, ...Object.fromEntries(ofClaims) }),
    requirement,
    operation: anOperation([requirement]),
    context: aContext(),
  };
}

/** Where Postern knows better than IAM: what a claim must not be says nothing where it is absent. */
function isAnsweredByIam([key, { operator, found }]: Singles[number]): boolean {
  return !(key.startsWith("claim:") && /Not/.test(operator) && found.length === 0);
}

const tenant = fc.constantFrom("a", "ab", "s3", "a:b");

describe("whatever is known of a request", () => {
  it("each operator answers as the stand-in's own engine, in an allow and in a deny", () => {
    const answers = new Map<string, Set<boolean>>();
    fc.assert(
      fc.property(singles, tenant, (all, tenant) => {
        fc.pre(all.every(isAnsweredByIam));
        const when = whenOf(all);
        const found = Object.fromEntries(all.map(([key, { found }]) => [key, found]));
        const theirs = compileCondition(when, true)(indexContext({ ...found, "claim:tenant": tenant }));
        const asked = askedOf(all, { tenant });
        expect(holds(compileWhen(when, "allow"), asked)).toBe(theirs);
        expect(holds(compileWhen(when, "deny"), asked)).toBe(theirs);
        if (all.length > 1) return;
        for (const [, { operator }] of all) {
          answers.set(operator, (answers.get(operator) ?? new Set()).add(theirs));
        }
      }),
      { numRuns: 10_000 },
    );
    // Of each operator there is more than one name, and each has said both yes and no.
    const both = [...answers].filter(([, said]) => said.size === 2);
    expect(both.length).toBeGreaterThan(OPERATORS.size * 2);
  });

  it("these rules could be compiled, or the property above would say nothing", () => {
    fc.assert(
      fc.property(singles, (all) => {
        expect(whenProblems({ name: "a", deny: ["*"], when: whenOf(all) })).toEqual([]);
      }),
    );
  });
});

describe("S4.2 whatever is unknown of a request", () => {
  const withUnknown = singles.chain((all) =>
    fc.tuple(
      fc.constant(all),
      fc.subarray(
        all.map(([key]) => key),
        { minLength: 1 },
      ),
    ),
  );

  it("an allow does not hold with anything unknown in it", () => {
    fc.assert(
      fc.property(withUnknown, tenant, ([all, unknown], tenant) => {
        const asked = askedOf(all, { tenant }, unknown);
        const allow = compileWhen(whenOf(all), "allow");
        expect(holds(allow, asked)).toBe(false);
        expect(allow.against(asked)).toMatch(/ (?:does not hold|cannot be told)$/);
      }),
      { numRuns: 3000 },
    );
  });

  it("a deny holds with anything unknown in it, unless a condition is known not to", () => {
    fc.assert(
      fc.property(withUnknown, tenant, ([all, unknown], tenant) => {
        const asked = askedOf(all, { tenant }, unknown);
        const known = all.filter(([key]) => !unknown.includes(key));
        const isHeldOff = known.some((one) => !holds(compileWhen(whenOf([one]), "deny"), asked));
        const deny = compileWhen(whenOf(all), "deny");
        expect(holds(deny, asked)).toBe(!isHeldOff);
        expect(deny.against(asked) === undefined).toBe(!isHeldOff);
      }),
      { numRuns: 3000 },
    );
  });

  it("a claim that cannot be used in a value never makes an allow hold that would not, or a deny not", () => {
    const hostile = fc.constantFrom("*", "?", "a*", "", "a/b", "${*}", "a".repeat(257), ["a"], undefined);
    fc.assert(
      fc.property(singles, hostile, tenant, (all, hostile, tenant) => {
        const when = whenOf(all);
        const [asked, usual] = [askedOf(all, { tenant: hostile }), askedOf(all, { tenant })];
        const [allow, deny] = [compileWhen(when, "allow"), compileWhen(when, "deny")];
        // What holds without the claim holds whatever the claim is.
        if (holds(allow, asked)) expect(holds(allow, usual)).toBe(true);
        if (!holds(deny, asked)) expect(holds(deny, usual)).toBe(false);
      }),
      { numRuns: 3000 },
    );
  });

  it("an allow that holds is a deny that holds", () => {
    const anything = fc.oneof(fc.anything(), fc.string(), fc.array(fc.string()));
    fc.assert(
      fc.property(singles, anything, (all, tenant) => {
        const asked = askedOf(all, { tenant });
        if (holds(compileWhen(whenOf(all), "allow"), asked)) {
          expect(holds(compileWhen(whenOf(all), "deny"), asked)).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("no claim, whatever it is, makes a condition throw", () => {
    const everyKind: Singles = [...OPERATORS.keys()].map((base) => {
      const [domain] = domainsOf(base);
      return ["claim:c", { operator: base, written: fc.sample(domain.written, 1), found: [] }] as const;
    });
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.string({ unit: "binary" })), (value) => {
        const asked = askedOf([], { c: value, tenant: value });
        for (const one of everyKind)
          expect(() => compileWhen(whenOf([one]), "allow").against(asked)).not.toThrow();
      }),
      { numRuns: 1000 },
    );
  });
});
