import { describe, expect, it } from "vitest";
import {
  canBeFilled,
  isToldByAws,
  sessionCondition,
} from "../../../src/policy/sessions/session-condition.ts";
import { claimsForPattern } from "../../../src/policy/template.ts";
import { aCaller } from "../../support/ruling.ts";

const read = claimsForPattern(aCaller({ tenant: "acme", bad: "*" }));

describe("S2.9 the conditions in a session policy", () => {
  it("are those on keys of S3 and DynamoDB, with claims in their values", () => {
    const when = {
      StringLike: { "s3:prefix": ["home/${claim:tenant}/*", "public/*"], "claim:tenant": "a*" },
      IpAddress: { "aws:SourceIp": "10.0.0.0/8" },
      "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": "${claim:tenant}" },
      Null: { "dynamodb:leadingkeys": false },
      NumericLessThanEquals: { "S3:max-keys": 10 },
    };
    expect(sessionCondition(when, read)).toEqual({
      StringLike: { "s3:prefix": ["home/acme/*", "public/*"] },
      "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": "acme" },
      Null: { "dynamodb:leadingkeys": "false" },
      NumericLessThanEquals: { "S3:max-keys": "10" },
    });
  });

  it("are without values whose claims cannot be used", () => {
    const when = {
      StringLike: { "s3:prefix": ["${claim:bad}/*", "public/*"], "s3:delimiter": "${claim:bad}" },
    };
    expect(sessionCondition(when, read)).toEqual({ StringLike: { "s3:prefix": "public/*" } });
    expect(canBeFilled(when, read)).toBe(false);
    expect(canBeFilled({ StringLike: { "s3:prefix": ["${claim:tenant}/*", "x"] } }, read)).toBe(true);
  });

  it("are none where AWS can tell none of them", () => {
    expect(sessionCondition({ Bool: { "claim:email_verified": true } }, read)).toBeUndefined();
    expect(sessionCondition(undefined, read)).toBeUndefined();
  });
});

describe("whether AWS can tell all conditions", () => {
  it.each([
    [{ StringEquals: { "s3:prefix": "a", "DynamoDB:Select": "COUNT" } }, true],
    [{ StringEquals: { "s3:prefix": "a" }, Bool: { "claim:x": true } }, false],
    [{ StringEquals: { "s3:prefix": "a", "aws:SourceIp": "10.0.0.1" } }, false],
  ])("of %j: %s", (when, answer) => {
    expect(isToldByAws(when)).toBe(answer);
  });
});
