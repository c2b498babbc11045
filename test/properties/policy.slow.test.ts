import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Caller, GUEST } from "../../src/domain/caller.ts";
import type { Decision } from "../../src/domain/decision.ts";
import type { Requirement } from "../../src/domain/operation.ts";
import type { RuleDocument } from "../../src/policy/document.ts";
import { decide } from "../../src/policy/decide.ts";
import { matches, meets } from "../../src/policy/pattern.ts";
import { problemsOf } from "../../src/policy/problems.ts";
import { sessionName } from "../../src/policy/session-name.ts";
import { decideIam } from "../../src/local/iam/decide.ts";
import { compilePolicy } from "../../src/local/iam/policy.ts";
import { readSessionPolicy } from "../../src/local/iam/session-policy.ts";
import {
  aCaller,
  aContext,
  aMachine,
  anOperation,
  aPlan,
  aPolicy,
  roleArn,
  ruling,
} from "../support/ruling.ts";

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
  { clients: ["web", "service"] },
  { machine: true } as const,
  { guest: true } as const,
);
/** Roles of the enhanced flow, and of a source whose sessions carry a tag that not every caller can have. */
const gives = fc.oneof(
  fc.record({ role: fc.constantFrom("pool", roleArn("a"), roleArn("b")) }),
  fc.record({ role: fc.constantFrom(roleArn("a"), roleArn("b")), credentials: fc.constant("service") }),
);
const options = { sessions: new Map([["service", aPlan({ tags: { tenant: "${claim:tenant}" } })]]) };
const allow = fc
  .tuple(fc.record({ who, allow: actions, on }), gives)
  .map(([base, gives]) => ({ ...base, ...gives }));
const deny = fc
  .record({ deny: actions }, {})
  .chain((base) => fc.record({ who, on }, { requiredKeys: [] }).map((rest) => ({ ...base, ...rest })));
const named = (rules: readonly object[]): RuleDocument[] =>
  rules.map((rule, i) => ({ name: `rule ${i}`, ...rule }));
const rules = fc
  .array(fc.oneof({ weight: 3, arbitrary: allow }, { weight: 1, arbitrary: deny }), { maxLength: 6 })
  .map(named);
const allows = fc.array(allow, { maxLength: 6 }).map(named);

const user = fc
  .record({
    groups: fc.subarray(["analysts", "admins", "editors"]),
    tenant: fc.constantFrom("acme", "other", "*", "", undefined, "a/b", ["acme"]),
  })
  .map(({ groups, tenant }) => aCaller({ "cognito:groups": groups, tenant }));
const caller = fc.oneof(
  { weight: 5, arbitrary: user },
  { weight: 1, arbitrary: fc.constantFrom(aMachine(), GUEST) },
);
const requirement = fc
  .record({ action, resource, covered: fc.boolean() })
  .map(({ action, resource, covered }): Requirement => ({
    action,
    resource,
    ...(covered && { covers: ["s3:GetObject"] }),
  }));
const requirements = fc.array(requirement, { minLength: 1, maxLength: 4 });
const runs = { numRuns: 2000 };

/** Decides by rules whose sources make role sessions too. */
function rulingOf(
  rules: readonly RuleDocument[],
  caller: Caller,
  ...asked: readonly Requirement[]
): Decision {
  return decide(aPolicy(rules, options), caller, anOperation(asked), aContext());
}

describe("S4 whatever the rules are", () => {
  it("a deny always wins: with it what was denied stays denied, and what it names is denied", () => {
    fc.assert(
      fc.property(
        rules,
        fc.tuple(deny, fc.nat(6)),
        caller,
        requirements,
        (rules, [extra, place], caller, asked) => {
          const before = rulingOf(rules, caller, ...asked);
          const more = rules.toSpliced(place, 0, { name: "extra", ...extra });
          const after = rulingOf(more, caller, ...asked);
          if (before.verdict === "denial") expect(after.verdict).toBe("denial");
          const all = [...rules, { name: "everything", deny: ["*"] }];
          expect(rulingOf(all, caller, ...asked)).toMatchObject({ reason: "denied-by-rule" });
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
          if (rulingOf(rules, caller, ...asked).verdict === "denial") return;
          const more = rules.toSpliced(place, 0, { name: "extra", ...extra });
          expect(rulingOf(more, caller, ...asked).verdict).toBe("permit");
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
        const [one, other] = [rulingOf(rules, caller, ...asked), rulingOf(others, caller, ...asked)];
        expect(other.verdict).toBe(one.verdict);
        if (one.verdict === "denial") expect(other).toMatchObject({ reason: one.reason });
      }),
      runs,
    );
  });

  it("the order of what is asked changes nothing", () => {
    fc.assert(
      fc.property(rules, caller, requirements, (rules, caller, asked) => {
        const [one, other] = [
          rulingOf(rules, caller, ...asked),
          rulingOf(rules, caller, ...asked.toReversed()),
        ];
        expect(other.verdict).toBe(one.verdict);
        if (one.verdict === "permit") expect(other).toEqual(one);
      }),
      runs,
    );
  });

  it("what is permitted is permitted alone, in each of its parts, by a rule that is there", () => {
    fc.assert(
      fc.property(rules, caller, requirements, (rules, caller, asked) => {
        const decision = rulingOf(rules, caller, ...asked);
        if (decision.verdict === "denial") return;
        for (const one of asked) expect(rulingOf(rules, caller, one).verdict).toBe("permit");
        expect(rules.find(({ name }) => name === decision.rule)).toMatchObject({ role: decision.role });
      }),
      runs,
    );
  });

  it("without an allow that names it nothing is permitted", () => {
    fc.assert(
      fc.property(allows, caller, resource, (rules, caller, resource) => {
        const decision = rulingOf(rules, caller, { action: "sts:AssumeRole", resource });
        expect(decision.verdict).toBe("denial");
      }),
    );
  });

  it("S1.1 machines and guests are permitted nothing by rules for users", () => {
    fc.assert(
      fc.property(rules, fc.constantFrom(aMachine(), GUEST), requirements, (rules, caller, asked) => {
        const forUsers = rules.filter(
          ({ who = {} }) => !("machine" in who || "guest" in who || "clients" in who),
        );
        expect(rulingOf(forUsers, caller, ...asked).verdict).toBe("denial");
      }),
    );
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
  const plain = fc.array(fc.record({ action, resource }), { minLength: 1, maxLength: 3 });
  const everything = compilePolicy({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
  });
  const iam = (decision: Decision, { action, resource }: Requirement) => {
    const text = decision.verdict === "permit" ? (decision.session?.policy ?? "") : "";
    const policies = {
      identityPolicies: [everything],
      sessionPolicies: [compilePolicy(readSessionPolicy(text))],
    };
    return decideIam(policies, { action, resource, context: {} });
  };

  it("IAM permits with its session policy, by the stand-in's own engine", () => {
    let permits = 0;
    fc.assert(
      fc.property(stsRules, user, plain, (rules, caller, asked) => {
        const decision = rulingOf(rules, caller, ...asked);
        if (decision.verdict === "denial") return;
        permits++;
        for (const one of asked) expect(iam(decision, one)).toBe("allow");
      }),
      runs,
    );
    expect(permits).toBeGreaterThan(100);
  });

  it("nothing is permitted by its session policy that the rules would not permit", () => {
    fc.assert(
      fc.property(stsRules, user, plain, fc.record({ action, resource }), (rules, caller, asked, other) => {
        const decision = rulingOf(rules, caller, ...asked);
        if (decision.verdict === "denial" || iam(decision, other) !== "allow") return;
        expect(rulingOf(rules, caller, other).verdict).toBe("permit");
      }),
      runs,
    );
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
