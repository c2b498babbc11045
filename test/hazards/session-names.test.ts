import { describe, expect, it } from "vitest";
import type { Caller } from "../../src/domain/caller.ts";
import { compilePolicy } from "../../src/policy/compile.ts";
import type { RuleDocument } from "../../src/policy/document.ts";
import { ANALYST, callerOf } from "../support/callers.ts";

const rule = (issuer: string): RuleDocument => ({
  name: `those of ${issuer} read`,
  who: { issuers: [issuer] },
  allow: ["s3:GetObject"],
  on: ["*"],
  role: ANALYST,
});

/** What STS is told of a caller where sessions are named for a claim that not everybody has. */
function sessionOf(caller: Caller, issuers: readonly string[]) {
  const plan = { durationSeconds: 3600, tags: {}, sourceIdentity: true, downscope: true };
  const sessions = new Map([["sts", { ...plan, sessionName: "${claim:nickname}" }]]);
  const rules = issuers.map(rule);
  const policy = compilePolicy(rules, { defaultSource: "sts", upstreamSources: new Map(), sessions });
  const { name, sourceIdentity } =
    policy.permitsFor(caller, { name: "s3", actionPrefix: "s3" })[0]?.session ?? {};
  return { name, sourceIdentity };
}

describe("S2.10 somebody who has no nickname, and somebody whose nickname is that one's subject", () => {
  it.each([
    ["a subject that STS takes, of one issuer", "00000000-aaaa-4000-8000-000000000001", ["staff"]],
    ["a subject that STS takes, of two", "00000000-aaaa-4000-8000-000000000001", ["staff", "customers"]],
    ["a subject that STS does not take", "auth0|anna", ["staff"]],
    ["a subject that is too long", "a".repeat(65), ["staff"]],
  ])("never have one name: %s", (_what, subject, issuers) => {
    const anna = sessionOf(callerOf({ subject }), issuers);
    const mallory = sessionOf(callerOf({ subject: "mallory", claims: { nickname: subject } }), issuers);
    expect(anna.name).toBeDefined();
    expect(mallory.name).not.toBe(anna.name);
    expect(mallory.sourceIdentity).not.toBe(anna.sourceIdentity);
  });
});
