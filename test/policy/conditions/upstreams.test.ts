import { describe, expect, it } from "vitest";
import type { Requirement } from "../../../src/domain/operation.ts";
import { asWritten, boundTo, upstreamsOf, whenInWords } from "../../../src/policy/conditions/upstreams.ts";
import { decide } from "../../../src/policy/decide.ts";
import type { RuleDocument } from "../../../src/policy/document.ts";
import { explain } from "../../../src/policy/explain.ts";
import { aCaller, aContext, anAllow, anOperation, aPlan, aPolicy, roleArn } from "../../support/ruling.ts";

const GET: Requirement = {
  action: "s3:GetObject",
  resource: "arn:aws:s3:::reports/x",
  covers: ["s3:GetObjectAcl"],
  guarded: [],
};
const bound = boundTo(anAllow("reports"), ["s3", "archive"]);

const decided = (upstream: string, rules: readonly RuleDocument[]) =>
  decide(aPolicy(rules), aCaller(), anOperation([GET], upstream), aContext()).verdict;

describe("S3.6 a rule that is bound to upstreams", () => {
  it("is for requests of these alone", () => {
    expect(["s3", "archive", "minio", "S3"].map((upstream) => decided(upstream, [bound]))).toEqual([
      "permit",
      "permit",
      "denial",
      "denial",
    ]);
  });

  it("denies there alone, by what a request counts as too", () => {
    for (const action of ["s3:GetObject", "s3:GetObjectAcl"]) {
      const deny = boundTo({ name: "no", deny: [action] }, ["minio"]);
      expect(decided("minio", [anAllow("all"), deny])).toBe("denial");
      expect(decided("s3", [anAllow("all"), deny])).toBe("permit");
    }
  });

  it("says so in words", () => {
    const told = explain(aPolicy([bound]), aCaller(), anOperation([GET], "minio"), aContext());
    expect(told.rules[0]?.readings[0]).toMatchObject({
      against: "condition",
      why: "upstreams: [s3, archive] does not hold",
    });
  });

  it("gives its role there alone", () => {
    const names = ["s3", "archive", "minio"].map((name) => ({ name, actionPrefix: "s3" }));
    expect(names.map((up) => aPolicy([bound]).permitsFor(aCaller(), up).length)).toEqual([1, 1, 0]);
  });

  it("names no key that is guarded", () => {
    const guarded = { ...GET, guarded: ["s3:x-amz-website-redirect-location"] };
    expect(decide(aPolicy([bound]), aCaller(), anOperation([guarded], "s3"), aContext())).toMatchObject({
      reason: "denied-no-rule",
    });
  });

  it("says nothing of it to AWS, and a deny for elsewhere is not said at all", () => {
    const allow = boundTo(anAllow("reports", { role: roleArn("a") }), ["s3"]);
    const deny = boundTo({ name: "no", deny: ["s3:PutObject"] }, ["minio"]);
    const policy = aPolicy([allow, deny], { sessions: new Map([["default", aPlan()]]) });
    const decision = decide(policy, aCaller(), anOperation([GET], "s3"), aContext());
    const session = decision.verdict === "permit" ? decision.session : undefined;
    expect(JSON.parse(session?.policy ?? "")).toMatchObject({
      Statement: [{ Effect: "Allow", Action: ["*"], Resource: ["*"] }],
    });
    expect(session?.policy).not.toMatch(/postern|Condition|Deny/);
  });
});

describe("the condition that upstreams become", () => {
  const when = { StringEquals: { "s3:prefix": "a" }, Bool: { "claim:x": true } };

  it("stands beside the others, and is read back", () => {
    const rule = boundTo(anAllow("a", { when }), ["s3"]);
    expect(rule.when).toMatchObject(when);
    expect(upstreamsOf(rule.when)).toEqual(["s3"]);
    expect(asWritten(rule)).toEqual({ ...anAllow("a", { when }), upstreams: ["s3"] });
    expect(asWritten(boundTo(anAllow("a"), ["s3"]))).toEqual({ ...anAllow("a"), upstreams: ["s3"] });
  });

  it("is told as it was written", () => {
    const rule = boundTo(anAllow("a", { when: { Bool: { "claim:x": true } } }), ["s3", "archive"]);
    expect(whenInWords(rule.when)).toBe('upstreams: [s3, archive], when {"Bool":{"claim:x":true}}');
    expect(whenInWords(boundTo(anAllow("a"), ["s3"]).when)).toBe("upstreams: [s3]");
    expect(whenInWords({ Bool: { "claim:x": true } })).toBe('when {"Bool":{"claim:x":true}}');
  });

  it("is not there where none are written", () => {
    const rule = anAllow("a", { when });
    expect(upstreamsOf(rule.when)).toBeUndefined();
    expect(upstreamsOf(undefined)).toBeUndefined();
    expect(asWritten(rule)).toBe(rule);
  });
});
