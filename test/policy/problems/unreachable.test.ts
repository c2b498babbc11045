import { describe, expect, it } from "vitest";
import type { RuleDocument } from "../../../src/policy/document.ts";
import { type ReachNames, unreachable } from "../../../src/policy/problems/unreachable.ts";
import { aPlan, anAllow, NAMES, roleArn } from "../../support/ruling.ts";

const told = (rules: readonly Partial<RuleDocument>[], changes: Partial<ReachNames> = {}) =>
  unreachable(
    rules.map((rule, i) => ({ name: `r${i}`, ...rule })),
    { ...NAMES, ...changes },
  ).map(({ path, message }) => `${path.join(".")}: ${message}`);

const allow = (changes: Partial<RuleDocument> = {}) => {
  const { name: _name, ...rule } = anAllow("", changes);
  return rule;
};
const [A, B] = [{ role: roleArn("a") }, { role: roleArn("b") }];
const sts = { ...A, credentials: "service" };

const GIVEN = `1: it is never reached: "r0" already gives all of it, with the same role`;
const DENIED = `it never allows anything: "r0" already denies all of it`;
const OTHER = `1: it is never reached: "r0" comes first with another role, and no other rule gives this one`;
const GUARD = { StringEquals: { "s3:x-amz-acl": "private" } };
const ADDRESS = { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } };

describe("an allow", () => {
  it.each<readonly [what: string, rules: readonly Partial<RuleDocument>[], told: readonly string[]]>([
    ["all of which is denied", [{ deny: ["s3:*"] }, allow({ allow: ["s3:Get*"] })], [`1: ${DENIED}`]],
    [
      "all of which is denied later",
      [allow({ allow: ["s3:Get*"] }), { deny: ["*"] }].toReversed(),
      [`1: ${DENIED}`],
    ],
    ["some of which is denied", [{ deny: ["s3:GetObject"] }, allow({ allow: ["s3:Get*"] })], []],
    ["that is denied to others", [{ deny: ["*"], who: { groups: ["a"] } }, allow()], []],
    [
      "that is denied elsewhere",
      [{ deny: ["*"], on: ["arn:aws:s3:::a/*"] }, allow({ on: ["arn:aws:s3:::a*"] })],
      [],
    ],
    ["that is denied on a condition", [{ deny: ["*"], when: ADDRESS }, allow()], []],
    [
      "on a condition that a deny has too",
      [{ deny: ["*"], when: ADDRESS }, allow({ when: ADDRESS })],
      [`1: ${DENIED}`],
    ],
    ["that an earlier one gives", [allow(), allow({ who: { groups: ["a"] } })], [GIVEN]],
    ["that a later one gives", [allow({ who: { groups: ["a"] } }), allow()], []],
    [
      "that two earlier ones give together",
      [
        allow({ who: { groups: ["a"] } }),
        allow({ who: { groups: ["b"] }, on: ["arn:aws:s3:::x/*"] }),
        allow({
          who: { groups: ["b", "a"] },
          allow: ["s3:GetObject"],
          on: ["arn:aws:s3:::x/${claim:sub}/*"],
        }),
      ],
      ['2: it is never reached: "r0", "r1" already give all of it, with the same role'],
    ],
    ["on a condition", [allow(), allow({ who: { groups: ["a"] }, when: ADDRESS })], [GIVEN]],
    ["after one on a condition", [allow({ when: ADDRESS }), allow({ who: { groups: ["a"] } })], []],
    ["that names a guarded key", [allow(), allow({ when: GUARD })], []],
    ["that names an action that gives credentials", [allow(), allow({ allow: ["s3:CreateSession"] })], []],
    ["for machines too", [allow(), allow({ who: { clients: ["web"] } })], []],
    ["with another role", [allow(A), allow({ ...B, allow: ["s3:*"] })], [OTHER]],
    ["with another role, of the enhanced flow", [allow(), allow(A)], [OTHER]],
    [
      "with another role that another rule gives",
      [allow(), allow(A), allow({ ...A, who: { guest: true } })],
      [],
    ],
    // A request that needs both parts finds only this role for both.
    [
      "with a role after two others, each with a part",
      [
        allow({ allow: ["s3:GetObject"] }),
        allow({ ...A, allow: ["s3:PutObject"] }),
        allow({ ...B, allow: ["s3:GetObject", "s3:PutObject"] }),
      ],
      [],
    ],
    ["with another role, after sessions that may fail", [allow(sts), allow(B)], []],
    ["with other sessions", [allow(sts), allow({ ...sts, sessionDuration: 900 })], []],
    [
      "with sessions of its own that cannot fail",
      [allow(sts), allow({ ...sts, allow: ["s3:GetObject"] })],
      [GIVEN],
    ],
    // The claim may leave no room for the wider session policy, where there is room for this one.
    [
      "after sessions that claims make longer",
      [
        allow({ ...sts, on: ["arn:aws:s3:::x", "arn:aws:s3:::${claim:sub}"] }),
        allow({ ...sts, on: ["arn:aws:s3:::x"] }),
      ],
      [],
    ],
  ])("%s", (_what, rules, messages) => {
    expect(told(rules)).toEqual(messages);
  });

  it("with another source on some upstream is another candidate there", () => {
    const rules = [allow({ ...A, credentials: "pool" }), allow({ ...A, who: { groups: ["a"] } })];
    expect(told(rules)).toEqual([GIVEN]);
    expect(told(rules, { upstreamSources: new Map([["archive", "service"]]) })).toEqual([]);
  });

  it("is not said to be needless for its role while rules are left out", () => {
    expect(told([allow(), allow(A)], { moreRules: true })).toEqual([]);
    expect(told([allow(), allow({ who: { groups: ["a"] } })], { moreRules: true })).toEqual([GIVEN]);
  });

  it("of a source whose sessions carry no policy is no longer than another", () => {
    const sources = new Map([
      ["service", { kind: "assume-role", plan: aPlan({ downscope: false }) } as const],
    ]);
    const rules = [
      allow({ ...sts, on: ["arn:aws:s3:::x", "arn:aws:s3:::${claim:sub}"] }),
      allow({ ...sts, on: ["arn:aws:s3:::x"] }),
    ];
    expect(told(rules, { sources })).toEqual([GIVEN]);
  });
});
