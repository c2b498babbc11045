import { describe, expect, it } from "vitest";
import type { RuleDocument } from "../../src/policy/document.ts";
import { aCaller, anAllow, ruling } from "../support/ruling.ts";

const GET = { action: "s3:GetObject", resource: "arn:aws:s3:::b/k" };
const TENANT = "9007199254740993";
/** JSON has no such number: it becomes the one before. */
const ROUNDED = "9007199254740992";

/** The verdicts of an allow and of a deny that ask the same of a claim. */
function sides(asks: Partial<RuleDocument>, claims: Readonly<Record<string, unknown>>): readonly string[] {
  const caller = aCaller(claims);
  const deny = { name: "no", deny: ["*"], ...asks };
  return [[anAllow("yes", asks)], [anAllow("all"), deny]].map((rules) => ruling(rules, caller, GET).verdict);
}

describe("S4.2 a claim that cannot be read for certain", () => {
  it.each<readonly [name: string, claims: string, value: string]>([
    ["a number that is another after rounding", `{"tenant":${TENANT}}`, ROUNDED],
    ["a number that was rounded", `{"tenant":${TENANT}}`, TENANT],
    ["a list with such a number", `{"tenant":["a",${TENANT}]}`, TENANT],
    ["a number with a fraction", `{"tenant":1.5}`, "1.5"],
    ["an object", `{"tenant":{"name":"evil"}}`, "evil"],
    ["a list of objects", `{"tenant":["evil",{"name":"evil"}]}`, "x"],
    ["a list in a list", `{"tenant":[["evil"]]}`, "evil"],
  ])("is met by no allow and by every deny, whoever asks: %s", (_name, claims, value) => {
    const read = JSON.parse(claims) as Record<string, unknown>;
    const when = { "ForAnyValue:StringEquals": { "claim:tenant": value } };
    expect(sides({ who: { claims: { tenant: value } } }, read)).toEqual(["denial", "denial"]);
    expect(sides({ when }, read)).toEqual(["denial", "denial"]);
  });

  it("is met as it reads where it is a whole number", () => {
    expect(sides({ who: { claims: { tenant: "7" } } }, { tenant: 7 })).toEqual(["permit", "denial"]);
    expect(sides({ who: { claims: { tenant: "8" } } }, { tenant: 7 })).toEqual(["denial", "permit"]);
  });
});
