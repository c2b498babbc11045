import * as fc from "fast-check";
import { expect, it } from "vitest";
import { type Caller, GUEST } from "../../src/domain/caller.ts";
import type { Decision } from "../../src/domain/decision.ts";
import type { Requirement } from "../../src/domain/operation.ts";
import { decide } from "../../src/policy/decide.ts";
import type { RuleDocument } from "../../src/policy/document.ts";
import { duplicates } from "../../src/policy/problems/duplicates.ts";
import { unreachable } from "../../src/policy/problems/unreachable.ts";
import {
  aCaller,
  aContext,
  aMachine,
  anOperation,
  aPlan,
  aPolicy,
  NAMES,
  roleArn,
} from "../support/ruling.ts";

const action = fc.constantFrom("s3:GetObject", "s3:PutObject", "s3:GetObjectVersion", "s3:CreateSession");
const actions = fc.array(
  fc.oneof(action, fc.constantFrom("*", "s3:*", "s3:Get*", "s3:getobject", "s3:Create*")),
  { minLength: 1, maxLength: 2 },
);
const resource = fc.constantFrom(
  "arn:aws:s3:::a/x",
  "arn:aws:s3:::a/y/z",
  "arn:aws:s3:::b",
  "arn:aws:s3:::home/acme/1",
);
const on = fc.array(
  fc.constantFrom(
    "*",
    "arn:aws:s3:::a/*",
    "arn:aws:s3:::a/?",
    "arn:aws:s3:::b",
    "arn:aws:s3:::home/*",
    "arn:aws:s3:::home/${claim:tenant}/*",
    // With a long claim no session policy has room for it.
    `arn:aws:s3:::${"${claim:tenant}".repeat(8)}`,
  ),
  { minLength: 1, maxLength: 2 },
);
const who = fc.constantFrom<NonNullable<RuleDocument["who"]>[]>(
  { authenticated: true },
  { groups: ["analysts"] },
  { groups: ["analysts", "editors"] },
  { claims: { tenant: "acme" } },
  { claims: { tenant: ["acme", "other"] } },
  { clients: ["web", "service"] },
  { scopes: ["read"] },
  { machine: true },
  { guest: true },
);
const when = fc.constantFrom<NonNullable<RuleDocument["when"]>[]>(
  { StringEquals: { "claim:tenant": "acme" } },
  { StringNotEquals: { "claim:tenant": "acme" } },
  { StringLike: { "s3:x-amz-acl": "p*" } },
  { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } },
);
const oneIn = <T>(usual: number, arbitrary: fc.Arbitrary<T>) =>
  fc.option(arbitrary, { nil: undefined, freq: usual });
const gives = fc.oneof(
  fc.record({ role: fc.constantFrom("pool", roleArn("a"), roleArn("b")) }),
  fc.record({
    role: fc.constantFrom(roleArn("a"), roleArn("b")),
    credentials: fc.constantFrom("service", "wide"),
  }),
);
const allow = fc
  .tuple(fc.record({ who, allow: actions, on, when: oneIn(4, when) }), gives)
  .map(([base, gives]) => ({ ...base, ...gives }));
const deny = fc.record({ who: oneIn(1, who), deny: actions, on: oneIn(1, on), when: oneIn(2, when) });
const rules = fc
  .array(fc.oneof({ weight: 4, arbitrary: allow }, { weight: 1, arbitrary: deny }), {
    minLength: 2,
    maxLength: 7,
  })
  .map((rules): RuleDocument[] => rules.map((rule, i) => ({ name: `rule ${i}`, ...rule })));

const user = fc
  .record({
    groups: fc.subarray(["analysts", "editors"]),
    tenant: fc.constantFrom("acme", "other", "*", undefined, "x".repeat(256)),
    scope: fc.constantFrom(undefined, "read", "read write"),
    token_use: fc.constantFrom("id", "access"),
  })
  .map(({ groups, ...claims }) => aCaller({ "cognito:groups": groups, ...claims }));
const caller = fc.oneof(
  { weight: 6, arbitrary: user },
  { weight: 1, arbitrary: fc.constantFrom(aMachine(), GUEST) },
);
const requirement = fc
  .record({
    action,
    resource,
    covered: fc.boolean(),
    acl: fc.boolean(),
    guarded: fc.boolean(),
    told: fc.constantFrom("exactly", "exactly", "exactly", "in any case", "not at all"),
  })
  .map(({ action, resource, covered, acl, guarded, told }): Requirement => ({
    action,
    resource,
    ...(covered && { covers: ["s3:GetObject"], within: ["arn:aws:s3:::b"] }),
    ...(told === "in any case" && { resource: resource.replace("home", "Home"), anyCase: true }),
    ...(told === "not at all" && { resource: "*", unknownResource: true }),
    ...(acl && { keys: new Map([["s3:x-amz-acl", ["private"]]]) }),
    ...(guarded && { guarded: ["s3:x-amz-acl"] }),
  }));
const operation = fc
  .tuple(fc.array(requirement, { minLength: 1, maxLength: 3 }), fc.constantFrom("up", "archive"))
  .map(([requirements, upstream]) => anOperation(requirements, upstream));
const asked = fc.array(fc.tuple(caller, operation), { minLength: 8, maxLength: 8 });

const plans = {
  service: aPlan({ tags: { tenant: "${claim:tenant}" }, downscope: false }),
  wide: aPlan(),
};
const sources = {
  sources: new Map([
    ["pool", { kind: "identity-pool" } as const],
    ["service", { kind: "assume-role", plan: plans.service } as const],
    ["wide", { kind: "assume-role", plan: plans.wide } as const],
  ]),
  defaultSource: "pool",
};

/** Verdict, and with what credentials. */
function essence(decision: Decision): unknown {
  return decision.verdict === "permit"
    ? { verdict: "permit", role: decision.role, source: decision.source }
    : { verdict: decision.verdict };
}

it.each([
  ["one source for rules that name none", new Map<string, string>()],
  ["another on one upstream", new Map([["archive", "wide"]])],
])("a rule that is said not to be reached changes no decision: %s", (_what, upstreamSources) => {
  const names = { ...NAMES, ...sources, upstreamSources };
  const options = { ...sources, upstreamSources, sessions: new Map(Object.entries(plans)) };
  const decideBy = (rules: readonly RuleDocument[]) => {
    const policy = aPolicy(rules, options);
    return (caller: Caller, asked: ReturnType<typeof anOperation>) =>
      essence(decide(policy, caller, asked, aContext()));
  };
  let found = 0;
  let permitted = 0;
  fc.assert(
    fc.property(rules, asked, (rules, asked) => {
      const all = decideBy(rules);
      for (const { path, message } of [...unreachable(rules, names), ...duplicates(rules)]) {
        found++;
        const without = decideBy(rules.filter((_, i) => i !== path[0]));
        for (const [caller, operation] of asked) {
          const before = all(caller, operation);
          permitted += JSON.stringify(before).includes("permit") ? 1 : 0;
          expect(without(caller, operation), message).toEqual(before);
        }
      }
    }),
    { numRuns: 5_000 },
  );
  expect(found).toBeGreaterThan(100);
  expect(permitted).toBeGreaterThan(20);
});
