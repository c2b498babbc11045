import { describe, expect, it } from "vitest";
import { decide } from "../../src/policy/decide.ts";
import type { WhenDocument } from "../../src/policy/document.ts";
import {
  aCaller,
  aContext,
  anAllow,
  anOperation,
  aPlan,
  aPolicy,
  roleArn,
  ruling,
} from "../support/ruling.ts";

const BUCKET = "arn:aws:s3:::b";
const TEAMS = ["${claim:team}/*"];

/** What is decided on a listing without a prefix, with a role session by the rule. */
function list(when: WhenDocument, team: string, prefix?: string) {
  const rule = anAllow("list", {
    allow: ["s3:ListBucket"],
    on: [BUCKET],
    role: roleArn("lister"),
    credentials: "service",
    when,
  });
  const policy = aPolicy([rule], { sessions: new Map([["service", aPlan()]]) });
  const keys = new Map(prefix === undefined ? [] : [["s3:prefix", [prefix]]]);
  const asked = anOperation([{ action: "s3:ListBucket", resource: BUCKET, keys }]);
  return decide(policy, aCaller({ team }), asked, aContext());
}

describe("S4.5 a condition with a claim that cannot be used", () => {
  it.each<readonly [operator: string, values: readonly string[]]>([
    ["StringNotLike", TEAMS],
    ["StringNotLike", ["x/*", ...TEAMS]],
    ["StringNotEquals", TEAMS],
    ["StringLikeIfExists", TEAMS],
    ["StringNotLikeIfExists", TEAMS],
    ["ForAllValues:StringLike", TEAMS],
    ["StringLike", TEAMS],
  ])("never makes a session that says nothing of it: %s %j", (operator, values) => {
    const when = { [operator]: { "s3:prefix": values } };
    for (const prefix of [undefined, "y/"]) {
      expect(list(when, "a*", prefix)).toMatchObject({ verdict: "denial", reason: "denied-no-rule" });
    }
  });

  it("is said to AWS where it can be used", () => {
    const decision = list({ StringNotLike: { "s3:prefix": TEAMS } }, "a");
    expect(decision).toMatchObject({ verdict: "permit" });
    expect(JSON.stringify(decision)).toContain(String.raw`{\"StringNotLike\":{\"s3:prefix\":\"a/*\"}}`);
  });

  it("makes a deny hold, be the key there or not", () => {
    const deny = { name: "no", deny: ["*"], when: { StringLike: { "s3:prefix": TEAMS } } };
    const asked = { action: "s3:ListBucket", resource: BUCKET };
    const verdictFor = (team: string) => ruling([anAllow("all"), deny], aCaller({ team }), asked).verdict;
    expect([verdictFor("a*"), verdictFor("a")]).toEqual(["denial", "permit"]);
  });
});
