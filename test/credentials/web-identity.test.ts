import { describe, expect, it } from "vitest";
import { createSts } from "../../src/credentials/sts.ts";
import { createAssumeWithWebIdentity, createWebIdentity } from "../../src/credentials/web-identity.ts";
import { GUEST } from "../../src/domain/caller.ts";
import type { Permit } from "../../src/domain/decision.ts";
import type { Reply } from "../../src/outbound/call.ts";
import { createSigner } from "../../src/signing/sign.ts";
import { ANALYST, callerOf, permitOf } from "../support/callers.ts";
import { NOW } from "../support/signed-tokens.ts";
import { endOf, rightClock, scriptedAws, sessionPermit, stsError } from "./scripted-aws.ts";

function start(replies: readonly Partial<Reply>[] = []) {
  const { exchange, asked } = scriptedAws({ AssumeRoleWithWebIdentity: replies });
  const askSts = createSts({
    region: "us-east-1",
    origin: "https://sts.us-east-1.amazonaws.com",
    exchange,
    signer: createSigner(),
    clock: rightClock(),
  });
  const broker = createWebIdentity(createAssumeWithWebIdentity(askSts, () => NOW));
  return {
    asked,
    ask: async (permit: Permit = sessionPermit(), caller = callerOf()) => broker(permit, caller),
  };
}

describe("createWebIdentity", () => {
  it("gives STS the caller's ID token, unsigned, with all that the session shall be", async () => {
    const { ask, asked } = start();
    const policy = '{"Version":"2012-10-17","Statement":[]}';
    await expect(ask(sessionPermit(ANALYST, { policy, durationSeconds: 900 }))).resolves.toEqual({
      accessKeyId: "ASIASTS",
      secretAccessKey: "sts/secret+",
      sessionToken: "sts/token==",
      expiresAtMs: NOW + 3_600_000,
    });
    expect(asked.map(({ input }) => input)).toEqual([
      {
        Action: "AssumeRoleWithWebIdentity",
        Version: "2011-06-15",
        RoleArn: ANALYST,
        RoleSessionName: "anna",
        DurationSeconds: "900",
        Policy: policy,
        WebIdentityToken: "anna's token",
      },
    ]);
    expect(Object.keys(asked[0]?.call.headers ?? {})).toEqual(["host", "content-type"]);
  });

  it("sends neither tags nor a source identity, which a web identity brings in its token", async () => {
    const { ask, asked } = start();
    await ask(sessionPermit(ANALYST, { tags: [["team", "a"]], sourceIdentity: "staff@anna" }));
    expect(Object.keys(asked[0]?.input ?? {}).join(" ")).not.toMatch(/Tag|Source/);
  });

  it("S2.1 asks nothing for guests, nor for anybody without an ID token", async () => {
    const { ask, asked } = start();
    for (const caller of [
      GUEST,
      callerOf({ kind: "machine", login: undefined }),
      callerOf({ login: undefined }),
    ])
      expect(await endOf(ask(sessionPermit(), caller))).toMatchObject({ code: "id-token-required" });
    expect(asked).toEqual([]);
  });

  it.each([
    ["without a session", permitOf()],
    ["for the role that a pool chooses", sessionPermit("pool")],
    ["for something that is no role", sessionPermit("arn:aws:iam::123456789012:user/anna")],
  ])("makes nothing of a permit %s", async (_what, permit) => {
    const { ask, asked } = start();
    expect(await endOf(ask(permit))).toMatchObject({ code: "internal" });
    expect(asked).toEqual([]);
  });

  it("does not send a token that is longer than STS takes", async () => {
    const { ask, asked } = start();
    await expect(ask(sessionPermit(), callerOf({ token: "t".repeat(20_000) }))).resolves.toBeDefined();
    const refusal = await endOf(ask(sessionPermit(), callerOf({ token: "t".repeat(20_001) })));
    expect(refusal).toMatchObject({ code: "credentials-refused" });
    expect(asked).toHaveLength(1);
  });

  it.each([
    ["AccessDenied", 403, "role-not-granted"],
    ["ExpiredTokenException", 400, "credentials-refused"],
    ["IDPCommunicationError", 400, "credentials-unavailable"],
  ])("reads %s (%i) as %s", async (type, status, code) => {
    expect(await endOf(start([{ status, body: stsError(type) }]).ask())).toMatchObject({ code });
  });

  it("puts neither token nor key into what it throws", async () => {
    for (const reply of [
      { status: 400, body: stsError("InvalidIdentityToken", "anna's token") },
      { body: "<x>" },
    ]) {
      const error = (await endOf(start([reply]).ask())) as Error;
      expect(`${JSON.stringify(error)} ${error.stack} ${String(error.cause)}`).not.toMatch(
        /anna's token|ASIA/,
      );
    }
  });
});
