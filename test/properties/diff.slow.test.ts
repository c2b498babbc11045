import * as fc from "fast-check";
import { expect, it } from "vitest";
import { type Caller, GUEST } from "../../src/domain/caller.ts";
import type { Decision } from "../../src/domain/decision.ts";
import type { Requirement } from "../../src/domain/operation.ts";
import { decide } from "../../src/policy/decide.ts";
import type { Change } from "../../src/policy/diff/change.ts";
import { diffPolicies } from "../../src/policy/diff/diff.ts";
import type { RuleDocument, WhoDocument } from "../../src/policy/document.ts";
import { matches, matchesAction } from "../../src/policy/pattern.ts";
import { claimsForPattern, compileTemplate, fillTemplate } from "../../src/policy/template.ts";
import { compileWho } from "../../src/policy/who.ts";
import {
  aCaller,
  aContext,
  aMachine,
  anAllow,
  anOperation,
  aPolicy,
  NAMES,
  roleArn,
} from "../support/ruling.ts";

const COUNTED = [
  ["s3:GetObjectVersion", "s3:GetObject"],
  ["dynamodb:Query", "dynamodb:GetItem"],
] as const;
const TABLE = "arn:aws:dynamodb:us-east-1:1:table/T";

const actions = fc.subarray(
  ["*", "s3:*", "s3:Get*", "s3:GetObject", "s3:getobjectversion", "s3:*Object", "s3:PutObject", "dynamodb:*"],
  { minLength: 1, maxLength: 2 },
);
const credentialGiving = fc.constant(["s3:CreateSession"]);
const on = fc.subarray(
  [
    "*",
    "arn:aws:s3:::a/*",
    "arn:aws:s3:::a/x",
    "arn:aws:s3:::?/x",
    "arn:aws:s3:::*/x",
    "arn:aws:s3:::home/${claim:tenant}/*",
    TABLE,
    `${TABLE}/index/*`,
  ],
  { minLength: 1, maxLength: 2 },
);
const who = fc.constantFrom<WhoDocument>(
  { authenticated: true },
  { groups: ["a"] },
  { groups: ["a", "b"] },
  { groups: ["b"], claims: { tenant: "acme" } },
  { claims: { tenant: ["acme", "other"] } },
  { claims: { Tenant: "acme" } },
  { groups: ["A"] },
  { clients: ["web", "service"] },
  { scopes: ["read"] },
  { issuers: ["staff"], groups: ["a"] },
  { machine: true },
  { guest: true },
);
const when = fc.constantFrom(
  undefined,
  undefined,
  undefined,
  { StringEquals: { "claim:tenant": "acme" } },
  { StringEquals: { "s3:x-amz-acl": "private" } },
  { StringEquals: { "claim:tenant": "acme", "s3:x-amz-acl": "private" } },
  { StringEquals: { "Claim:tenant": "acme", "S3:X-Amz-Acl": "private" } },
  { StringEquals: { "claim:Tenant": "acme" } },
  { StringEquals: { "claim:tenant": "Acme" } },
);
const gives = fc.constantFrom(
  { role: "pool" },
  { role: roleArn("x") },
  { role: roleArn("y") },
  { role: roleArn("x"), credentials: "service" },
  { role: roleArn("x"), credentials: "service", sessionName: "${claim:tenant}" },
);
const allow = fc
  .tuple(
    fc.record({ who, allow: fc.oneof({ weight: 9, arbitrary: actions }, credentialGiving), on, when }),
    gives,
  )
  .map(([rule, given]) => ({ ...rule, ...given }));
const deny = fc
  .record({ deny: actions, when })
  .chain((rule) => fc.record({ who, on }, { requiredKeys: [] }).map((rest) => ({ ...rule, ...rest })));
const rule = fc.oneof({ weight: 3, arbitrary: allow }, { weight: 1, arbitrary: deny });

/** One rule with a member of another. */
const edit = fc
  .oneof(fc.tuple(allow, allow), fc.tuple(deny, deny))
  .chain(([one, other]) =>
    fc
      .subarray(["who", "when", "on", "allow", "deny", "role"] as const, { minLength: 1, maxLength: 1 })
      .map(
        ([member = "who"]) =>
          [one, { ...one, [member]: (other as { [key: string]: unknown })[member] }] as const,
      ),
  )
  .filter(([one, other]) => Object.keys(one).every((member) => member in other));

/** Two policies that differ in a few rules, in a member of one, or in their order. */
const pair = fc
  .record({
    common: fc.array(rule, { maxLength: 3 }),
    left: fc.array(rule, { maxLength: 1 }),
    right: fc.array(rule, { maxLength: 1 }),
    edited: fc.option(edit, { nil: undefined, freq: 4 }),
    seed: fc.array(fc.nat(), { minLength: 16, maxLength: 16 }),
    keepsOrder: fc.boolean(),
  })
  .map(({ common, left, right, edited, seed, keepsOrder }) => {
    const [from, to] = edited === undefined ? [left, right] : [[edited[0]], [edited[1]]];
    const after = keepsOrder ? [...common, ...to] : shuffled([...common, ...to], seed);
    return [named([...common, ...from]), named(after)];
  });

function named(rules: readonly object[]): readonly RuleDocument[] {
  return rules.map((one, i) => ({ name: `rule ${i}`, ...one }));
}

function shuffled<T>(list: readonly T[], seed: readonly number[]): readonly T[] {
  return list
    .map((entry, i) => [seed[i] ?? 0, entry] as const)
    .sort(([a], [b]) => a - b)
    .map(([, entry]) => entry);
}

const user = fc
  .record({
    groups: fc.subarray(["a", "b", "A"]),
    Tenant: fc.constantFrom("acme", undefined),
    tenant: fc.constantFrom("acme", "Acme", "other", "a/b", undefined, ["acme", "other"]),
    use: fc.constantFrom(
      { token_use: "id" },
      { token_use: "access", scope: "read" },
      { token_use: "access" },
    ),
  })
  .map(({ groups, tenant, Tenant, use }) =>
    aCaller({
      ...use,
      "cognito:groups": groups,
      ...(tenant !== undefined && { tenant }),
      ...(Tenant !== undefined && { Tenant }),
    }),
  );
const machine = fc.constantFrom(aMachine(), aMachine({ claims: { sub: "service", scope: "read" } }));
const caller = fc.oneof({ weight: 6, arbitrary: user }, machine, fc.constant(GUEST));
const requirement = fc
  .constantFrom<Requirement>(
    { action: "s3:GetObject", resource: "arn:aws:s3:::a/x" },
    { action: "s3:GetObjectVersion", resource: "arn:aws:s3:::a/x", covers: ["s3:GetObject"] },
    { action: "s3:PutObject", resource: "arn:aws:s3:::a/y" },
    { action: "s3:PutObject", resource: "arn:aws:s3:::b/x" },
    { action: "s3:GetObject", resource: "arn:aws:s3:::home/acme/1" },
    { action: "s3:CreateSession", resource: "arn:aws:s3:::a" },
    { action: "dynamodb:Query", resource: `${TABLE}/index/I`, within: [TABLE], covers: ["dynamodb:GetItem"] },
    { action: "dynamodb:GetItem", resource: TABLE },
  )
  .chain((one) =>
    fc.constantFrom(
      one,
      one,
      { ...one, keys: new Map([["s3:x-amz-acl", ["private"]]]) },
      { ...one, keys: new Map([["s3:x-amz-acl", "unknown" as const]]), guarded: ["s3:x-amz-acl"] },
    ),
  );
const asked = fc.array(requirement, { minLength: 1, maxLength: 3 });

/** What somebody gets of it: names of rules, reasons and derived session policies aside. */
function got(decision: Decision): unknown {
  if (decision.verdict === "denial") return "denial";
  const { role, source, session } = decision;
  return { role, source, session: session && [session.name, session.durationSeconds, session.tags] };
}

/** Whether a change says something of a caller and a requirement. */
function isAbout(
  { region, unusable }: Change,
  who: Caller,
  { action, resource, ...more }: Requirement,
): boolean {
  const texts = [resource, ...(more.within ?? [])];
  const fills = (pattern: string): boolean => {
    const filled = fillTemplate(compileTemplate(pattern), claimsForPattern(who));
    return filled === undefined || texts.some((text) => matches(filled, text));
  };
  return (
    region.whom.every((whom) => whom.kinds.includes(who.kind) && compileWho(whom.who, "deny")(who)) &&
    region.actions.every((one) =>
      [action, ...(more.covers ?? [])].some((name) => matchesAction(one, name)),
    ) &&
    (unusable === true || region.resources.every(fills))
  );
}

function policyOf(rules: readonly RuleDocument[]) {
  const plans = [...NAMES.sources].flatMap(([name, { plan }]) =>
    plan === undefined ? [] : [[name, plan] as const],
  );
  return aPolicy(rules, { defaultSource: "pool", sessions: new Map(plans) });
}

type Pair = readonly (readonly RuleDocument[])[];

/** Holds what is said of two policies against what they decide. */
function expectSaid(
  [a = [], b = []]: Pair,
  cases: readonly (readonly [Caller, readonly Requirement[]])[],
): number {
  const { changes } = diffPolicies({ rules: a, names: NAMES }, { rules: b, names: NAMES }, COUNTED);
  const [before, after] = [policyOf(a), policyOf(b)];
  let otherwise = 0;
  for (const [who, requirements] of cases) {
    const operation = anOperation(requirements);
    const was = got(decide(before, who, operation, aContext()));
    const now = got(decide(after, who, operation, aContext()));
    if (JSON.stringify(was) === JSON.stringify(now)) continue;
    otherwise++;
    const isSaid = requirements.some((one) => changes.some((change) => isAbout(change, who, one)));
    expect(isSaid, JSON.stringify({ was, now, who: who.claims, requirements, changes }, undefined, 1)).toBe(
      true,
    );
  }
  return otherwise;
}

const cases = fc.array(fc.tuple(caller, asked), { minLength: 60, maxLength: 60 });

it("says something of every caller, action and resource that is decided otherwise", () => {
  fc.assert(
    fc.property(pair, cases, (pair, cases) => {
      expectSaid(pair, cases);
    }),
    { numRuns: 1000 },
  );
});

it("S4.3 says so too of denies whose conditions are on what is asked", () => {
  let otherwise = 0;
  const when = { StringEquals: { "s3:x-amz-acl": "private" } };
  const some = fc
    .array(fc.record({ deny: actions, on }), { minLength: 1, maxLength: 2 })
    .map((denies) => [anAllow("all"), ...named(denies.map((one) => ({ ...one, when })))]);
  fc.assert(
    fc.property(fc.tuple(some, some), cases, (pair, cases) => {
      otherwise += expectSaid(pair, cases);
    }),
    { numRuns: 1000 },
  );
  expect(otherwise).toBeGreaterThan(1000);
});

it("has nothing to say of a policy and itself, whatever its rules are called", () => {
  fc.assert(
    fc.property(pair, ([rules = []]) => {
      const renamed = rules.map((one, i) => ({ ...one, name: `other ${i}` }));
      expect(diffPolicies({ rules, names: NAMES }, { rules: renamed, names: NAMES }, COUNTED)).toEqual({
        changes: [],
        isCutShort: false,
      });
    }),
  );
});

/** Rules of six actions and three resources each, for three groups. */
function manyRules(count: number): readonly RuleDocument[] {
  return Array.from({ length: count }, (_, i) => ({
    name: `r${i}`,
    who: { groups: [`a${i}`, `b${i % 7}`, `c${i % 3}`] },
    allow: [
      "s3:GetObject",
      "s3:PutObject",
      "s3:DeleteObject",
      "s3:ListBucket",
      "s3:PutObjectAcl",
      "s3:Get*Acl",
    ],
    on: [`arn:aws:s3:::b${i}`, `arn:aws:s3:::b${i}/*`, `arn:aws:s3:::shared/${i}/*`],
    role: roleArn(`r${i % 20}`),
  }));
}

it.each<readonly [string, (rules: readonly RuleDocument[]) => readonly RuleDocument[], number]>([
  ["reversed", (rules) => rules.toReversed(), 0],
  [
    "with one role changed",
    ([first, ...rest]) => [{ ...(first ?? { name: "" }), role: roleArn("x") }, ...rest],
    54,
  ],
  ["with all roles changed", (rules) => rules.map((one) => ({ ...one, role: `${one.role}-new` })), 54_000],
  ["gone", () => [], 54_000],
])("compares a thousand rules to the end: %s", (_, change, count) => {
  const rules = manyRules(1000);
  const changed = { rules: change(rules), names: NAMES };
  const { changes, isCutShort } = diffPolicies({ rules, names: NAMES }, changed, COUNTED);
  expect([changes.length, isCutShort]).toEqual([count, false]);
});

it("says that there may be more where more changes than anybody reads", () => {
  const rules = Array.from({ length: 400 }, (_, i) => anAllow(`r${i}`, { role: roleArn(`r${i}`) }));
  const changed = { rules: rules.toReversed(), names: NAMES };
  const { changes, isCutShort } = diffPolicies({ rules, names: NAMES }, changed, COUNTED);
  expect([changes.length, isCutShort]).toEqual([60_000, true]);
});
