import { describe, expect, it } from "vitest";
import type { Requirement } from "../../src/domain/operation.ts";
import type { RuleDocument } from "../../src/policy/document.ts";
import { explain } from "../../src/policy/explain.ts";
import { aCaller, aContext, anAllow, anOperation, aPolicy, ruling } from "../support/ruling.ts";

const TOPIC = "arn:aws:sns:us-east-1:123456789012:alerts";
const caller = aCaller({ tenant: "acme" });
const publish: Requirement = { action: "sns:Publish", resource: "*", unknownResource: true };
const no = (changes: Partial<RuleDocument> = {}): RuleDocument => ({
  name: "no",
  deny: ["sns:Publish"],
  on: [TOPIC],
  ...changes,
});

describe("S3.7 S4.2 a resource that nobody can tell", () => {
  it.each(["*", "**"])("is allowed on %s", (pattern) => {
    expect(ruling([anAllow("yes", { on: [TOPIC, pattern] })], caller, publish)).toMatchObject({
      rule: "yes",
    });
  });

  it.each(["?", "*?", "arn:*", TOPIC, `*\${claim:tenant}`, `${TOPIC}*`])(
    "is not allowed on %s, which means less than everything",
    (pattern) => {
      expect(ruling([anAllow("yes", { on: [pattern] })], caller, publish)).toMatchObject({
        reason: "denied-no-rule",
      });
    },
  );

  it("is not for want of a claim that it is not allowed", () => {
    expect(ruling([anAllow("yes", { on: ["${claim:gone}"] })], caller, publish)).toMatchObject({
      reason: "denied-no-rule",
    });
  });

  it.each<[string, Partial<RuleDocument>]>([
    ["of something else", {}],
    ["of everything", { on: undefined }],
    ["of another caller's", { on: ["arn:aws:sns:us-east-1:123456789012:${claim:tenant}"] }],
    ["of many actions", { deny: ["*"], on: ["arn:aws:s3:::audit"] }],
    ["whose condition cannot be told", { when: { IpAddress: { "aws:SourceIp": "127.0.0.0/8" } } }],
  ])("is denied by every deny of its action: %s", (_, changes) => {
    expect(ruling([anAllow("yes"), no(changes)], caller, publish)).toMatchObject({
      reason: "denied-by-rule",
      rule: "no",
    });
  });

  it("is denied by a deny of what it counts as", () => {
    const batch = { ...publish, action: "sns:PublishBatch", covers: ["sns:Publish"] };
    expect(ruling([anAllow("yes"), no()], caller, batch)).toMatchObject({ rule: "no" });
  });

  it.each<[string, Partial<RuleDocument>]>([
    ["of another action", { deny: ["sns:Subscribe"] }],
    ["of other callers", { who: { groups: ["admins"] } }],
    ["whose condition does not hold", { when: { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } } }],
  ])("is not denied by a deny %s", (_, changes) => {
    expect(ruling([anAllow("yes"), no(changes)], caller, publish)).toMatchObject({ rule: "yes" });
  });

  it("is not the one that IAM does not know", () => {
    const { unknownResource: _unknown, ...list } = publish;
    expect(ruling([anAllow("yes"), no()], caller, list)).toMatchObject({ rule: "yes" });
  });
});

const said = (rule: RuleDocument) =>
  explain(aPolicy([rule]), caller, anOperation([publish]), aContext()).rules[0]?.readings[0];

describe("what a rule says of a resource that nobody can tell", () => {
  it("is told in words", () => {
    expect(said(anAllow("some", { on: [TOPIC] }))).toMatchObject({
      against: "resource",
      why: 'nobody can tell what sns:Publish touches here, so that only on: ["*"] allows it',
    });
    expect(said(anAllow("all"))).toMatchObject({ matches: true, why: "it allows * on *" });
    expect(said(no())).toMatchObject({
      matches: true,
      why: `it denies sns:Publish on ${TOPIC}, and nobody can tell what is touched here, so it might be meant`,
    });
    expect(said(no({ on: undefined }))).toMatchObject({ matches: true, why: "it denies sns:Publish on *" });
  });
});
