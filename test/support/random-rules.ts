import * as fc from "fast-check";
import { type Caller, GUEST } from "../../src/domain/caller.ts";
import type { Requirement, RequestKeys } from "../../src/domain/operation.ts";
import { ANY_MOMENT, type RequestContext } from "../../src/domain/request-context.ts";
import type { RuleDocument, WhenDocument } from "../../src/policy/document.ts";
import type { PolicyOptions } from "../../src/policy/grant.ts";
import { aCaller, aContext, aMachine, aPlan, roleArn } from "./ruling.ts";

/** The actions that random rules and requests are about. */
export const action = fc.constantFrom(
  "s3:GetObject",
  "s3:GetObjectVersion",
  "s3:PutObject",
  "dynamodb:GetItem",
);

/** The resources that random requests are about. */
export const resource = fc.constantFrom(
  "arn:aws:s3:::a/x",
  "arn:aws:s3:::a/y/z",
  "arn:aws:s3:::b",
  "arn:aws:s3:::home/acme/1",
);

const actions = fc.array(fc.oneof(action, fc.constantFrom("*", "s3:*", "s3:Get*", "s3:PutObject")), {
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
  { scopes: ["reports/read"] },
  { scopes: ["reports/read", "reports/write"], groups: ["analysts"] },
);

const fromInside: WhenDocument = { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } };
const thisYear: WhenDocument = { DateLessThan: { "aws:CurrentTime": "2027-01-01T00:00:00Z" } };
const ofTheRequest: readonly WhenDocument[] = [
  { StringLike: { "s3:prefix": ["home/*", "${claim:tenant}/*"] } },
  { StringEquals: { "s3:x-amz-acl": "${claim:tenant}" } },
  { StringNotEquals: { "s3:prefix": "secret/" } },
  { Null: { "s3:x-amz-acl": "true" } },
];
const ofTheCaller: readonly WhenDocument[] = [
  { StringEquals: { "claim:tenant": "acme" } },
  { StringNotEquals: { "claim:tenant": ["acme", "a/b"] } },
];

/** Conditions that may stand in an allow and in a deny. */
export const when = fc.constantFrom<WhenDocument>(
  fromInside,
  thisYear,
  ...ofTheRequest,
  ...ofTheCaller,
  { ...fromInside, ...ofTheCaller[0], Null: { "s3:x-amz-acl": "true" } },
  { StringLike: { "s3:prefix": "home/*", "s3:x-amz-acl": "*" } },
);
const maybeWhen = fc.option(when, { nil: undefined, freq: 2 });

/** Roles of the enhanced flow, and of a source whose sessions carry a tag that not every caller can have. */
const gives = fc.oneof(
  fc.record({ role: fc.constantFrom("pool", roleArn("a"), roleArn("b")) }),
  fc.record({ role: fc.constantFrom(roleArn("a"), roleArn("b")), credentials: fc.constant("service") }),
);

/** One source of the enhanced flow, and one whose role sessions Postern makes. */
export const TWO_SOURCES: Partial<PolicyOptions> = {
  sessions: new Map([["service", aPlan({ tags: { tenant: "${claim:tenant}" } })]]),
};

/** Allows without a name. */
export const allow = fc
  .tuple(fc.record({ who, allow: actions, on, when: maybeWhen }), gives)
  .map(([base, gives]) => ({ ...base, ...gives }));

/** Denies without a name. */
export const deny = fc
  .record({ deny: actions }, {})
  .chain((base) =>
    fc.record({ who, on, when: maybeWhen }, { requiredKeys: [] }).map((rest) => ({ ...base, ...rest })),
  );

/** Names rules by their places. */
export function named(rules: readonly object[]): RuleDocument[] {
  return rules.map((rule, i) => ({ name: `rule ${i}`, ...rule }));
}

/** Up to six rules, more of them allows. */
export const rules = fc
  .array(fc.oneof({ weight: 3, arbitrary: allow }, { weight: 1, arbitrary: deny }), { maxLength: 6 })
  .map(named);

/** Up to six allows. */
export const allows = fc.array(allow, { maxLength: 6 }).map(named);

const tokens = fc.constantFrom(
  {},
  { token_use: "id" },
  { token_use: "access" },
  { token_use: "access", scope: "reports/read" },
  { token_use: "access", scope: "reports/read reports/write" },
);
const tenant = fc.constantFrom("acme", "other", "*", "", undefined, "a/b", ["acme"]);

/** Users with some groups, any kind of token, and a tenant that is of use or not, or told or not. */
export const user = fc
  .record({ groups: fc.subarray(["analysts", "admins", "editors"]), tenant, token: tokens })
  .map(({ groups, tenant, token }) => {
    const told = tenant === undefined ? {} : { tenant };
    return aCaller({ "cognito:groups": groups, ...token, ...told });
  });

/** Mostly users. */
export const caller: fc.Arbitrary<Caller> = fc.oneof(
  { weight: 5, arbitrary: user },
  { weight: 1, arbitrary: fc.constantFrom(aMachine(), GUEST) },
);

/** Condition keys of a request that are known, or known to be absent. */
export const knownKeys: fc.Arbitrary<RequestKeys> = fc
  .record({
    prefix: fc.constantFrom(undefined, "home/1", "secret/", "acme/x"),
    acl: fc.constantFrom(undefined, "acme", "public-read"),
  })
  .map(({ prefix, acl }) => {
    const keys: [string, readonly string[]][] = [];
    if (prefix !== undefined) keys.push(["s3:prefix", [prefix]]);
    if (acl !== undefined) keys.push(["s3:x-amz-acl", [acl]]);
    return new Map(keys);
  });
const keys: fc.Arbitrary<RequestKeys | undefined> = fc.oneof(
  fc.constant(undefined),
  knownKeys,
  knownKeys.map((known) => new Map([...known, ["s3:prefix", "unknown"] as const])),
);

/** Requirements with all that a requirement may have. */
export const requirement = fc
  .record({
    action,
    resource,
    keys,
    covers: fc.boolean(),
    within: fc.boolean(),
    mayReach: fc.constantFrom(undefined, undefined, "arn:aws:s3:::home/*", "arn:aws:s3:::?/x"),
    guarded: fc.nat(4).map((n) => n === 0),
    told: fc.oneof(
      { weight: 8, arbitrary: fc.constant("exactly") },
      { weight: 1, arbitrary: fc.constantFrom("in any case", "not at all") },
    ),
  })
  .map(({ action, resource, keys, covers, within, mayReach, guarded, told }): Requirement => ({
    action,
    resource,
    ...(covers && { covers: ["s3:GetObject"] }),
    ...(within && told !== "not at all" && { within: ["arn:aws:s3:::b"] }),
    ...(mayReach !== undefined && told !== "not at all" && { mayReach: [mayReach] }),
    ...(told === "in any case" && { resource: resource.toUpperCase(), anyCase: true }),
    ...(told === "not at all" && { resource: "*", unknownResource: true }),
    ...(keys !== undefined && { keys }),
    ...(guarded && { guarded: ["s3:x-amz-acl"] }),
  }));

/** One to four of them. */
export const requirements = fc.array(requirement, { minLength: 1, maxLength: 4 });

/** Requests from inside, from outside, from a socket without an address, and what is done nobody knows when. */
export const context: fc.Arbitrary<RequestContext> = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.constantFrom("10.1.2.3", "192.0.2.1", undefined).map((sourceIp) => aContext({ sourceIp })),
  },
  { weight: 1, arbitrary: fc.constant(ANY_MOMENT) },
);
