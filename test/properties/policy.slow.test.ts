import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GUEST } from "../../src/domain/caller.ts";
import type { Decision } from "../../src/domain/decision.ts";
import type { Requirement } from "../../src/domain/operation.ts";
import { ANY_MOMENT } from "../../src/domain/request-context.ts";
import type { RuleDocument, WhenDocument } from "../../src/policy/document.ts";
import { decide } from "../../src/policy/decide.ts";
import { inOneCase } from "../../src/policy/one-case.ts";
import { matches, meets } from "../../src/policy/pattern.ts";
import { problemsOf } from "../../src/policy/problems/problems.ts";
import { RECORDED } from "../../src/policy/record.ts";
import { sessionName } from "../../src/policy/sessions/session-name.ts";
import { decideIam } from "../../src/local/iam/decide.ts";
import { compilePolicy } from "../../src/local/iam/policy.ts";
import { readSessionPolicy } from "../../src/local/iam/session-policy.ts";
import {
  action,
  allow,
  allows,
  caller,
  context,
  deny,
  knownKeys,
  named,
  requirement,
  requirements,
  resource,
  rules,
  TWO_SOURCES,
  user,
  when,
} from "../support/random-rules.ts";
import {
  aCaller,
  aContext,
  aMachine,
  anOperation,
  aPolicy,
  NOW_MS,
  roleArn,
  ruling,
} from "../support/ruling.ts";

const runs = { numRuns: 2000 };
const recording = { ...TWO_SOURCES, recording: { untilMs: NOW_MS + 1 } };

/** What is asked of a policy, and under which circumstances. */
const asking = fc.record({ caller, asked: requirements, context });
const askingOne = fc.record({ caller: user, asked: fc.tuple(requirement), context });
type Asking = typeof asking extends fc.Arbitrary<infer A> ? A : never;

/** Rules with or without one that allows users everything. */
const everything: RuleDocument = { name: "all", allow: ["*"], on: ["*"], role: "pool" };
const openRules = fc.tuple(rules, fc.constantFrom([], [everything])).map((parts) => parts.flat());

/** Decides by rules whose sources make role sessions too. */
function rulingOf(
  rules: readonly RuleDocument[],
  { caller, asked, context }: Asking,
  options = TWO_SOURCES,
): Decision {
  return decide(aPolicy(rules, options), caller, anOperation(asked), context);
}

describe("S4 whatever the rules are", () => {
  it("a deny always wins: with it what was denied stays denied, and what it names is denied", () => {
    fc.assert(
      fc.property(rules, fc.tuple(deny, fc.nat(6)), asking, (rules, [extra, place], asking) => {
        const more = rules.toSpliced(place, 0, { name: "extra", ...extra });
        const all = [...rules, { name: "everything", deny: ["*"] }];
        for (const options of [TWO_SOURCES, recording]) {
          const before = rulingOf(rules, asking, options);
          const after = rulingOf(more, asking, options);
          if (before.verdict === "denial") expect(after.verdict).toBe("denial");
          expect(rulingOf(all, asking, options)).toMatchObject({ reason: "denied-by-rule" });
        }
      }),
      runs,
    );
  });

  it("adding an allow never turns a permit into a denial", () => {
    fc.assert(
      fc.property(rules, fc.tuple(allow, fc.nat(6)), asking, (rules, [extra, place], asking) => {
        if (rulingOf(rules, asking).verdict === "denial") return;
        const more = rules.toSpliced(place, 0, { name: "extra", ...extra });
        expect(rulingOf(more, asking).verdict).toBe("permit");
      }),
      runs,
    );
  });

  it("adding a condition to an allow never permits more, and to a deny never denies more", () => {
    let [fewer, more] = [0, 0];
    fc.assert(
      fc.property(openRules, fc.nat(2), when, askingOne, (rules, place, when, { asked: [one], ...rest }) => {
        // With a guarded key it is the condition that permits.
        const asking = { ...rest, asked: [{ ...one, guarded: [] }] };
        const rule = rules[place];
        if (rule === undefined || rule.when !== undefined) return;
        const before = rulingOf(rules, asking).verdict;
        const after = rulingOf(rules.toSpliced(place, 1, { ...rule, when }), asking).verdict;
        if (before === after) return;
        if (rule.deny === undefined) {
          expect([before, after]).toEqual(["permit", "denial"]);
          fewer++;
        } else {
          expect([before, after]).toEqual(["denial", "permit"]);
          more++;
        }
      }),
      { numRuns: 4000 },
    );
    expect(fewer).toBeGreaterThan(10);
    expect(more).toBeGreaterThan(3);
  });

  it("what is asked with a guarded key is permitted only by allows whose conditions name it", () => {
    let permits = 0;
    fc.assert(
      fc.property(rules, askingOne, (rules, { asked, ...rest }) => {
        const guarded = asked.map((one) => ({ ...one, guarded: ["s3:x-amz-acl"] }));
        const decision = rulingOf(rules, { ...rest, asked: guarded });
        if (decision.verdict === "denial") return;
        permits++;
        const rule = rules.find(({ name }) => name === decision.rule);
        const keys = Object.values(rule?.when ?? {}).flatMap((entries) => Object.keys(entries));
        expect(keys).toContain("s3:x-amz-acl");
        expect(rulingOf(rules, { ...rest, asked }).verdict).toBe("permit");
      }),
      { numRuns: 4000 },
    );
    expect(permits).toBeGreaterThan(2);
  });

  it("S4.2 a key that tells less than is reached makes denies hold, and nothing else", () => {
    let denied = 0;
    fc.assert(
      fc.property(openRules, askingOne, (rules, { asked, ...rest }) => {
        const partial = ["s3:prefix", "s3:x-amz-acl"];
        const before = rulingOf(rules, { ...rest, asked });
        const after = rulingOf(rules, { ...rest, asked: asked.map((one) => ({ ...one, partial })) });
        if (after.verdict === "permit" || after.reason !== "denied-by-rule") expect(after).toEqual(before);
        else if (before.verdict === "permit") denied++;
      }),
      { numRuns: 4000 },
    );
    expect(denied).toBeGreaterThan(2);
  });

  it("order changes the role, never the verdict", () => {
    const shuffled = rules.chain((rules) =>
      fc.tuple(fc.constant(rules), fc.shuffledSubarray(rules, { minLength: rules.length })),
    );
    fc.assert(
      fc.property(shuffled, asking, ([rules, others], asking) => {
        const [one, other] = [rulingOf(rules, asking), rulingOf(others, asking)];
        expect(other.verdict).toBe(one.verdict);
        if (one.verdict === "denial") expect(other).toMatchObject({ reason: one.reason });
      }),
      runs,
    );
  });

  it("the order of what is asked changes nothing", () => {
    fc.assert(
      fc.property(rules, asking, (rules, asking) => {
        const one = rulingOf(rules, asking);
        const other = rulingOf(rules, { ...asking, asked: asking.asked.toReversed() });
        expect(other.verdict).toBe(one.verdict);
        if (one.verdict === "permit") expect(other).toEqual(one);
      }),
      runs,
    );
  });

  it("what is permitted is permitted alone, in each of its parts, by a rule that is there", () => {
    fc.assert(
      fc.property(rules, asking, (rules, asking) => {
        const decision = rulingOf(rules, asking);
        if (decision.verdict === "denial") return;
        for (const one of asking.asked) {
          expect(rulingOf(rules, { ...asking, asked: [one] }).verdict).toBe("permit");
        }
        expect(rules.find(({ name }) => name === decision.rule)).toMatchObject({ role: decision.role });
      }),
      runs,
    );
  });

  it("what was asked before changes nothing", () => {
    const many = fc.array(asking, { minLength: 2, maxLength: 6 });
    fc.assert(
      fc.property(rules, many, (rules, many) => {
        const warm = aPolicy(rules, recording);
        for (const { caller, asked, context } of [...many, ...many.toReversed()]) {
          const cold = decide(aPolicy(rules, recording), caller, anOperation(asked), context);
          expect(decide(warm, caller, anOperation(asked), context)).toEqual(cold);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("S3.7 what nobody can tell is permitted only where all is that it could be", () => {
    let permits = 0;
    fc.assert(
      fc.property(rules, askingOne, resource, (rules, { asked, ...rest }, resource) => {
        const [one] = asked.map(
          ({ unknownResource: _unknown, within: _within, mayReach: _reach, ...told }) => told,
        );
        const unknown = [{ ...one, resource: "*", unknownResource: true } as Requirement];
        if (rulingOf(rules, { ...rest, asked: unknown }).verdict === "denial") return;
        permits++;
        expect(rulingOf(rules, { ...rest, asked: [{ ...one, resource } as Requirement] }).verdict).toBe(
          "permit",
        );
      }),
      { numRuns: 4000 },
    );
    expect(permits).toBeGreaterThan(50);
  });

  it("S3.7 where case does not matter denies hold in any case, and nothing else changes", () => {
    let denied = 0;
    fc.assert(
      fc.property(openRules, askingOne, fc.boolean(), (rules, { asked: [told], ...rest }, isUpper) => {
        const { anyCase: _anyCase, within: _within, mayReach: _reach, ...one } = told;
        const exactly = { ...one, resource: isUpper ? one.resource.toUpperCase() : one.resource };
        const inAnyCase: Requirement = { ...exactly, anyCase: true };
        const exact = rulingOf(rules, { ...rest, asked: [exactly] });
        const inAny = rulingOf(rules, { ...rest, asked: [inAnyCase] });
        const isDenied = inAny.verdict === "denial" && inAny.reason === "denied-by-rule";
        if (!isDenied) expect(inAny).toEqual(exact);
        else if (exact.verdict === "permit") denied++;
        for (const letters of [inOneCase, (text: string) => text.toUpperCase()]) {
          const other = rulingOf(rules, {
            ...rest,
            asked: [{ ...inAnyCase, resource: letters(one.resource) }],
          });
          expect(other.verdict === "denial" && other.reason === "denied-by-rule").toBe(isDenied);
        }
      }),
      { numRuns: 3000 },
    );
    expect(denied).toBeGreaterThan(2);
  });

  it("S3.7 what a request may reach makes denies hold that mean any of it, and nothing else", () => {
    const reaches = [
      ["arn:aws:s3:::?/x", ["arn:aws:s3:::a/x", "arn:aws:s3:::b/x"]],
      ["arn:aws:s3:::home/*", ["arn:aws:s3:::home/acme/1", "arn:aws:s3:::home/other/"]],
      ["arn:aws:s3:::b", ["arn:aws:s3:::b"]],
    ] as const;
    let denied = 0;
    fc.assert(
      fc.property(openRules, askingOne, fc.constantFrom(...reaches), (rules, asking, [pattern, texts]) => {
        const [{ mayReach: _reach, ...one }] = asking.asked;
        const ruled = (more: Partial<Requirement>) => {
          const decision = rulingOf(rules, { ...asking, asked: [{ ...one, ...more }] });
          return {
            decision,
            isDenied: decision.verdict === "denial" && decision.reason === "denied-by-rule",
          };
        };
        const after = ruled({ mayReach: [pattern] });
        const before = ruled({});
        if (!after.isDenied) expect(after.decision).toEqual(before.decision);
        else if (before.decision.verdict === "permit") denied++;
        // A deny that holds for a whole holds too where that is what may be reached.
        const { within = [] } = one;
        const isMeant = texts.some((text) => ruled({ within: [...within, text] }).isDenied);
        if (isMeant) expect(after.isDenied).toBe(true);
        if (pattern === texts[0]) expect(after.isDenied).toBe(isMeant);
      }),
      { numRuns: 4000 },
    );
    expect(denied).toBeGreaterThan(10);
  });

  it("S3.9 what is permitted nobody knows when and from where is permitted at any time, from anywhere", () => {
    let permits = 0;
    const times = fc.constantFrom(0, NOW_MS, Date.UTC(2027, 5));
    const anywhere = fc.record({
      sourceIp: fc.constantFrom("10.1.2.3", "192.0.2.1", undefined),
      nowMs: times,
    });
    fc.assert(
      fc.property(rules, askingOne, anywhere, (rules, asking, context) => {
        const decision = rulingOf(rules, { ...asking, context: ANY_MOMENT }, recording);
        if (decision.verdict === "denial") return;
        permits++;
        expect(decision).not.toHaveProperty("recorded");
        expect(rulingOf(rules, { ...asking, context }).verdict).toBe("permit");
      }),
      { numRuns: 4000 },
    );
    expect(permits).toBeGreaterThan(100);
  });

  it("without an allow that names it nothing is permitted", () => {
    fc.assert(
      fc.property(allows, asking, resource, (rules, asking, resource) => {
        const asked = [{ action: "sts:AssumeRole", resource }];
        for (const options of [TWO_SOURCES, recording]) {
          expect(rulingOf(rules, { ...asking, asked }, options).verdict).toBe("denial");
        }
      }),
    );
  });

  it("S1.1 machines and guests are permitted nothing by rules for users", () => {
    fc.assert(
      fc.property(rules, asking, fc.constantFrom(aMachine(), GUEST), (rules, asking, caller) => {
        const forUsers = rules.filter(
          ({ who = {} }) => !("machine" in who || "guest" in who || "clients" in who),
        );
        for (const options of [TWO_SOURCES, recording]) {
          expect(rulingOf(forUsers, { ...asking, caller }, options).verdict).toBe("denial");
        }
      }),
    );
  });

  it("S4.6 record mode lets users through where no rule allows, and changes nothing else", () => {
    let recorded = 0;
    fc.assert(
      fc.property(rules, asking, (rules, asking) => {
        const enforced = rulingOf(rules, asking);
        const decision = rulingOf(rules, asking, recording);
        if (asking.context.nowMs !== undefined) {
          const context = aContext({ ...asking.context, nowMs: recording.recording.untilMs });
          expect(rulingOf(rules, { ...asking, context }, recording)).toEqual(enforced);
        }
        if (decision.verdict === "denial" || decision.recorded !== true) {
          expect(decision).toEqual(enforced);
          return;
        }
        recorded++;
        expect(decision).toEqual({
          verdict: "permit",
          rule: RECORDED,
          role: "pool",
          source: "default",
          recorded: true,
        });
        expect(asking.caller.kind).toBe("user");
        expect(asking.context.nowMs).toBeDefined();
        expect(asking.asked.some(({ guarded }) => guarded !== undefined)).toBe(false);
        expect(["denied-no-rule", "roles-disagree"]).toContain(
          enforced.verdict === "denial" && enforced.reason,
        );
      }),
      runs,
    );
    expect(recorded).toBeGreaterThan(100);
  });

  it("these rules could be compiled, or the properties above would say nothing", () => {
    const names = {
      issuers: ["staff"],
      sources: new Map([["default", { kind: "identity-pool" } as const]]),
      upstreamSources: new Map(),
      defaultSource: "default",
      actions: [],
    };
    fc.assert(
      fc.property(rules, (rules) => {
        const asRules = rules.map((rule) => ({ ...rule, credentials: undefined }));
        const told = problemsOf(asRules, names).filter(
          ({ path }) => path[2] !== "guest" && path[2] !== "machine",
        );
        expect(told).toEqual([]);
      }),
    );
  });
});

describe("S2.9 whatever is permitted with a role session", () => {
  const sts = allow.map((rule) => ({
    ...rule,
    who: { authenticated: true } as const,
    role: roleArn("a"),
    credentials: "service",
  }));
  const stsRules = fc
    .array(fc.oneof({ weight: 6, arbitrary: sts }, { weight: 1, arbitrary: deny }), {
      minLength: 1,
      maxLength: 6,
    })
    .map(named);
  const plain = fc.record({
    caller: user,
    asked: fc.array(fc.record({ action, resource, keys: knownKeys }), { minLength: 1, maxLength: 3 }),
    context,
  });
  /** Conditions that AWS can tell: with others the session policy is wider than the rules, which Postern enforces. */
  const literal: readonly WhenDocument[] = [
    { StringNotEquals: { "s3:prefix": "secret/" } },
    { StringLike: { "s3:prefix": "home/*" }, Null: { "s3:x-amz-acl": "false" } },
  ];
  const withClaims: readonly WhenDocument[] = [
    { StringLike: { "s3:prefix": ["home/*", "${claim:tenant}/*"] } },
    { StringEquals: { "s3:x-amz-acl": "${claim:tenant}" } },
  ];
  const toldByAws = fc.record({
    allow: fc.constantFrom(undefined, ...literal, ...withClaims),
    deny: fc.constantFrom(undefined, ...literal),
  });
  const everything = compilePolicy({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
  });
  const iam = (decision: Decision, { action, resource, keys = new Map() }: Requirement) => {
    const text = decision.verdict === "permit" ? (decision.session?.policy ?? "") : "";
    const policies = {
      identityPolicies: [everything],
      sessionPolicies: [compilePolicy(readSessionPolicy(text))],
    };
    return decideIam(policies, { action, resource, context: Object.fromEntries(keys) });
  };

  it("IAM permits with its session policy, by the stand-in's own engine", () => {
    let permits = 0;
    fc.assert(
      fc.property(stsRules, plain, (rules, asking) => {
        const decision = rulingOf(rules, asking);
        if (decision.verdict === "denial") return;
        permits++;
        for (const one of asking.asked) expect(iam(decision, one)).toBe("allow");
      }),
      runs,
    );
    expect(permits).toBeGreaterThan(100);
  });

  it("nothing is permitted by its session policy that the rules would not permit", () => {
    const other = fc.record({ action, resource, keys: knownKeys });
    const conditions = fc.array(toldByAws, { minLength: 6, maxLength: 6 });
    let permits = 0;
    fc.assert(
      fc.property(stsRules, conditions, plain, other, (written, conditions, asking, other) => {
        const rules = written.map((rule, i) => ({
          ...rule,
          when: conditions[i]?.[rule.deny === undefined ? "allow" : "deny"],
        }));
        const decision = rulingOf(rules, asking);
        if (decision.verdict === "denial" || iam(decision, other) !== "allow") return;
        permits++;
        expect(rulingOf(rules, { ...asking, asked: [other] }).verdict).toBe("permit");
      }),
      runs,
    );
    expect(permits).toBeGreaterThan(30);
  });
});

const nameOf = (value: string, issuer = "staff") => sessionName(value, { issuer, value, shared: false });

describe("S2.10 whatever the values are", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 80 }),
    fc.string({ unit: "grapheme", maxLength: 80 }),
    fc.stringMatching(/^[a-c|:]{0,3}$/),
    fc.stringMatching(/^x{60,70}$/),
  );

  it("STS takes the name that is made of one", () => {
    fc.assert(
      fc.property(text, (value) => {
        expect(nameOf(value)).toMatch(/^[\w+=,.@-]{2,64}$/);
      }),
      runs,
    );
  });

  it("no two have one name, and none is the name of another", () => {
    fc.assert(
      fc.property(text, text, (one, other) => {
        fc.pre(one !== other);
        expect(nameOf(one)).not.toBe(nameOf(other));
        const madeUp = nameOf(one);
        if (madeUp !== one) expect(nameOf(madeUp)).not.toBe(madeUp);
      }),
      { numRuns: 20_000 },
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

  it("meet where a text that both match can be found, and nowhere else", () => {
    const letter = ["a", "b"];
    // Two patterns of four parts that have a text in common have one of six letters at most.
    const texts = Array.from({ length: 7 }, (_, n) => n)
      .flatMap((n) => Array.from({ length: 2 ** n }, (_, bits) => ({ n, bits })))
      .map(({ n, bits }) => Array.from({ length: n }, (_, at) => letter[(bits >> at) & 1]).join(""));
    const short = fc
      .array(fc.constantFrom("a", "b", "*", "?"), { maxLength: 4 })
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(short, short, (one, other) => {
        const found = texts.some((text) => matches(one, text) && matches(other, text));
        expect(meets(one, other)).toBe(found);
        expect(meets(other, one)).toBe(found);
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
