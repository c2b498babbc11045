import { describe, expect, it } from "vitest";
import { openActionBook } from "../../../src/policy/problems/action-book.ts";
import type { RuleDocument } from "../../../src/policy/document.ts";
import { liveSiblings } from "../../../src/policy/problems/siblings.ts";
import { KNOWN } from "../../support/known-actions.ts";
import { anAllow } from "../../support/ruling.ts";

const AUDIT = ["arn:aws:s3:::audit/*"];
const told = (deny: Partial<RuleDocument>, ...rules: readonly RuleDocument[]) =>
  liveSiblings([{ name: "audit", ...deny }, ...rules], openActionBook(KNOWN), ["staff"]).map(
    ({ path, message }) => `${path.join(".")}: ${message}`,
  );
const admins = anAllow("admins", { who: { groups: ["admins"] } });

describe("S4.3 C16 a deny that can be gone round", () => {
  it("is told with the actions by which, and a rule that allows them", () => {
    expect(told({ deny: ["s3:DeleteObject"], on: AUDIT }, admins)).toEqual([
      expect.stringMatching(
        /^0\.deny\.0: the same can be done by s3:PutObject, .*, which "admins" allows: deny them too$/,
      ),
    ]);
    expect(told({ deny: ["s3:Delete*"], on: AUDIT }, admins)).toEqual([
      expect.stringMatching(/^0\.deny\.0: some of it can be done by s3:PutObject, /),
    ]);
  });

  it.each<readonly [what: string, deny: Partial<RuleDocument>, rules: readonly RuleDocument[]]>([
    ["nothing is allowed", { deny: ["s3:DeleteObject"], on: AUDIT }, []],
    [
      "what is allowed is elsewhere",
      { deny: ["s3:DeleteObject"], on: AUDIT },
      [anAllow("a", { on: ["arn:aws:s3:::home", "arn:aws:s3:::home/*"] })],
    ],
    [
      "what is allowed is for others",
      { deny: ["s3:DeleteObject"], on: AUDIT, who: { machine: true } },
      [admins],
    ],
    [
      "the same deny stops it",
      {
        deny: ["s3:Delete*", "s3:Put*", "s3:BypassGovernanceRetention"],
        on: ["arn:aws:s3:::audit", ...AUDIT],
      },
      [admins],
    ],
    [
      "another deny stops it",
      { deny: ["s3:DeleteObject"], on: AUDIT },
      [admins, { name: "b", deny: ["s3:Put*"], on: ["arn:aws:s3:::audit*"] }],
    ],
    ["it is for everybody and everything", { deny: ["s3:DeleteObject"] }, [admins]],
    [
      "a wildcard does not allow what gives credentials",
      { deny: ["s3:PutBucketTagging"], on: ["arn:aws:s3:::audit"] },
      [anAllow("a", { allow: ["s3:Create*"] })],
    ],
  ])("is not told where %s", (_what, deny, rules) => {
    expect(told(deny, ...rules)).toEqual([]);
  });

  it("is told where the other deny is on a condition, or for fewer callers", () => {
    const deny = { deny: ["s3:DeleteObject"], on: AUDIT };
    const rest = { deny: ["s3:Put*"], on: ["arn:aws:s3:::audit*"] };
    const when = { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } };
    expect(told(deny, admins, { name: "b", ...rest, when })).toHaveLength(1);
    expect(told(deny, admins, { name: "b", ...rest, who: { groups: ["a"] } })).toHaveLength(1);
  });

  it("is told of the bucket of a denied object", () => {
    const lifecycle = anAllow("a", { allow: ["s3:PutLifecycleConfiguration"], on: ["arn:aws:s3:::audit"] });
    const messages = told({ deny: ["s3:DeleteObject"], on: AUDIT }, lifecycle);
    const isAsked = KNOWN.some(({ action, asked }) => action === "s3:PutLifecycleConfiguration" && asked);
    expect(messages).toHaveLength(isAsked ? 1 : 0);
  });

  it("names a few of many", () => {
    const table = "arn:aws:dynamodb:us-east-1:123456789012:table/Orders";
    expect(told({ deny: ["dynamodb:GetItem"], on: [table] }, admins)[0]).toMatch(
      /dynamodb:ConditionCheckItem|dynamodb:PutItem/,
    );
  });
});
