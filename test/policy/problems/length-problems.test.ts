import { describe, expect, it } from "vitest";
import type { RuleDocument } from "../../../src/policy/document.ts";
import { problemsOf } from "../../../src/policy/problems/problems.ts";
import { aPlan, anAllow, NAMES, problemsIn, roleArn } from "../../support/ruling.ts";

const reading = (...on: readonly string[]) =>
  anAllow("a", { allow: ["s3:GetObject"], on, role: roleArn("a"), credentials: "service" });
const FRAME =
  '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject"],"Resource":["arn:aws:s3:::"]}]}';
const long = (length: number) => `arn:aws:s3:::${"x".repeat(length - FRAME.length)}`;

const deny = (action: string): RuleDocument => ({ name: action, deny: [action], on: [long(1000)] });

const placesWith = (...denies: readonly string[]) =>
  problemsOf([reading(long(1200)), ...denies.map(deny)], NAMES).map(({ path }) => path);

describe("S2.9 the session policy made from a rule", () => {
  it("has the 2,048 characters that STS takes", () => {
    expect(problemsIn(reading(long(2048)))).toEqual([]);
    expect(problemsIn(reading(long(2049)))).toEqual([
      "0.on: the session policy made from it has 2049 characters with claims of 64, and STS takes 2048: shorten it and " +
        'the denies of its actions, write a sessionPolicy, or set downscope: false on the source "service"',
    ]);
  });

  it("has room for claims of 64 characters", () => {
    expect(problemsIn(reading(`${long(2048 - 64)}\${claim:sub}`))).toEqual([]);
    expect(problemsIn(reading(`${long(2048 - 63)}\${claim:sub}`))).toHaveLength(1);
  });

  it("counts what is escaped as it is written", () => {
    expect(problemsIn(reading(`${long(2048 - 6)}é`))).toEqual([]);
    expect(problemsIn(reading(`${long(2048 - 5)}é`))).toHaveLength(1);
  });

  it("has room for the conditions that AWS tells, and for denies with none but those of the caller", () => {
    const CONDITION = ',"Condition":{"Null":{"s3:prefix":"true"}}';
    const when = { Null: { "s3:prefix": true, "aws:SourceIp": false } };
    const fits = { ...reading(long(2048 - CONDITION.length)), when };
    expect(problemsIn(fits)).toEqual([]);
    expect(problemsIn({ ...fits, ...reading(long(2049 - CONDITION.length)) })).toHaveLength(1);
    const told = (when: RuleDocument["when"]) =>
      problemsOf([reading(long(1200)), { ...deny("s3:Get*"), when }], NAMES).length;
    expect(told({ StringEquals: { "claim:tenant": "acme" } })).toBe(1);
    expect(told({ StringEquals: { "s3:prefix": "a" } })).toBe(1);
    expect(told({ StringEquals: { "s3:prefix": "a", "claim:tenant": "acme" } })).toBe(0);
    expect(told({ IpAddress: { "aws:SourceIp": "10.0.0.0/8" } })).toBe(0);
  });

  it("has room for the denies of its actions, and no others", () => {
    expect(placesWith("s3:Get*")).toEqual([[0, "on"]]);
    expect(placesWith("s3:Put*", "dynamodb:*")).toEqual([]);
  });

  it("is none where the rule writes its own, the source makes none, or the pool takes none", () => {
    const rule = reading(long(3000));
    const Statement = [{ Effect: "Allow", Action: "s3:*", Resource: "*" }];
    expect(problemsIn({ ...rule, sessionPolicy: { Version: "2012-10-17", Statement } })).toEqual([]);
    const plan = aPlan({ downscope: false });
    expect(problemsIn(rule, { sources: new Map([["service", { kind: "assume-role", plan }]]) })).toEqual([]);
    expect(problemsIn({ ...rule, credentials: "pool" })).toEqual([]);
  });

  it("is told for each source that would make it", () => {
    const upstreamSources = new Map([
      ["s3", "direct"],
      ["orders", "service"],
    ]);
    const { credentials: _, ...anywhere } = reading(long(3000));
    expect(problemsIn(anywhere, { upstreamSources })).toHaveLength(2);
  });
});
