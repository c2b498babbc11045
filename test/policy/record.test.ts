import { describe, expect, it } from "vitest";
import { GUEST } from "../../src/domain/caller.ts";
import type { Requirement } from "../../src/domain/operation.ts";
import { ANY_MOMENT } from "../../src/domain/request-context.ts";
import { decide } from "../../src/policy/decide.ts";
import type { RuleDocument } from "../../src/policy/document.ts";
import type { PolicyOptions } from "../../src/policy/grant.ts";
import { RECORDED } from "../../src/policy/record.ts";
import {
  aCaller,
  aContext,
  aMachine,
  anAllow,
  anOperation,
  aPlan,
  aPolicy,
  NOW_MS,
  roleArn,
} from "../support/ruling.ts";

const user = aCaller();
const read = { action: "s3:GetObject", resource: "arn:aws:s3:::a/x" };
const write = { action: "s3:PutObject", resource: "arn:aws:s3:::a/x" };
const recordedPermit = {
  verdict: "permit",
  rule: RECORDED,
  role: "pool",
  source: "default",
  recorded: true,
};

const recording = (rules: readonly RuleDocument[], changes: Partial<PolicyOptions> = {}) =>
  aPolicy(rules, { recording: { untilMs: NOW_MS + 1 }, ...changes });

const asked = (rules: readonly RuleDocument[], ...requirements: readonly Requirement[]) =>
  decide(recording(rules), user, anOperation(requirements), aContext());

describe("S4.6 record mode", () => {
  it("lets a user through where no rule allows", () => {
    expect(asked([], read)).toEqual(recordedPermit);
    expect(asked([anAllow("a", { on: ["arn:aws:s3:::b"] })], read, write)).toEqual(recordedPermit);
  });

  it("lets a user through where no role is common", () => {
    const rules = [
      anAllow("read", { allow: ["s3:Get*"], role: roleArn("a") }),
      anAllow("write", { allow: ["s3:Put*"], role: roleArn("b") }),
    ];
    expect(asked(rules, read, write)).toEqual(recordedPermit);
  });

  it("leaves to the rules what they allow", () => {
    const decision = asked([anAllow("a")], read);
    expect(decision).toMatchObject({ rule: "a" });
    expect(decision).not.toHaveProperty("recorded");
  });

  it("enforces every deny", () => {
    expect(asked([{ name: "no", deny: ["s3:Get*"] }], write, read)).toMatchObject({
      reason: "denied-by-rule",
      rule: "no",
    });
  });

  it("leaves denied what a claim stands in the way of", () => {
    expect(asked([anAllow("home", { on: ["${claim:gone}"] })], read)).toMatchObject({
      reason: "claim-unusable",
    });
  });

  it("lets neither machines nor guests through", () => {
    for (const caller of [aMachine(), GUEST]) {
      expect(decide(recording([]), caller, anOperation([read]), aContext())).toMatchObject({
        reason: "denied-no-rule",
      });
    }
  });

  it.each<Requirement>([
    { action: "s3:CreateSession", resource: "arn:aws:s3:::a" },
    { action: "x:Batch", resource: "*", covers: ["sts:AssumeRole"] },
    { ...read, guarded: ["s3:x-amz-grant-read"] },
    { action: "postern:GetCredentials", resource: roleArn("a") },
  ])("leaves denied what a rule must name on purpose, such as %j", (requirement) => {
    expect(asked([], requirement)).toMatchObject({ reason: "denied-no-rule" });
    expect(asked([], read, requirement)).toMatchObject({ reason: "denied-no-rule" });
  });

  it("leaves denied what asks for nothing", () => {
    expect(asked([])).toMatchObject({ reason: "denied-no-rule" });
  });

  it("enforces by itself from its end on", () => {
    const policy = recording([]);
    const at = (nowMs: number) => decide(policy, user, anOperation([read]), aContext({ nowMs })).verdict;
    expect([at(NOW_MS), at(NOW_MS + 1), at(NOW_MS + 2)]).toEqual(["permit", "denial", "denial"]);
    expect(decide(aPolicy([]), user, anOperation([read]), aContext()).verdict).toBe("denial");
  });

  it("S3.9 lets nothing through that nobody knows when it will be done", () => {
    const policy = recording([]);
    expect(decide(policy, user, anOperation([read]), ANY_MOMENT)).toMatchObject({ reason: "denied-no-rule" });
    expect(policy.mayUse(user, "s3", undefined)).toBe(false);
  });
});

const on = (upstream: string, changes: Partial<PolicyOptions>) =>
  decide(recording([], changes), user, anOperation([read], upstream), aContext());

describe("S4.6 the source of record mode", () => {
  it("is the upstream's, else the default", () => {
    const upstreamSources = new Map([["down", "other"]]);
    expect(on("down", { upstreamSources })).toEqual({ ...recordedPermit, source: "other" });
    expect(on("up", { upstreamSources })).toEqual(recordedPermit);
  });

  it("must be there, and be no source whose role sessions Postern asks for itself", () => {
    const sessions = new Map([["default", aPlan()]]);
    expect(on("up", { sessions })).toMatchObject({ reason: "denied-no-rule" });
    expect(on("up", { defaultSource: undefined })).toMatchObject({ reason: "denied-no-rule" });
  });
});

describe("S4.6 in record mode", () => {
  it("a user may use every service until it ends, and nobody else one more", () => {
    const policy = recording([anAllow("a", { allow: ["dynamodb:*"] })]);
    expect(policy.mayUse(user, "s3", NOW_MS)).toBe(true);
    expect(policy.mayUse(user, "s3", NOW_MS + 1)).toBe(false);
    expect(policy.mayUse(user, "dynamodb", NOW_MS + 1)).toBe(true);
    expect(policy.mayUse(aMachine(), "s3", NOW_MS)).toBe(false);
    expect(policy.mayUse(GUEST, "s3", NOW_MS)).toBe(false);
  });

  it("what rules give a caller is told as without it", () => {
    expect(recording([]).permitsFor(user, { name: "up", actionPrefix: "s3" })).toEqual([]);
  });

  it("the policy says until when", () => {
    expect(recording([]).recording?.untilMs).toBe(NOW_MS + 1);
    expect(aPolicy([]).recording).toBeUndefined();
  });
});
