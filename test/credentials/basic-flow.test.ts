import { describe, expect, it } from "vitest";
import { createBasicFlow } from "../../src/credentials/basic-flow.ts";
import { createIdentityPoolCalls } from "../../src/credentials/identity-pool-calls.ts";
import { createSts } from "../../src/credentials/sts.ts";
import { createAssumeWithWebIdentity } from "../../src/credentials/web-identity.ts";
import { GUEST } from "../../src/domain/caller.ts";
import type { Permit } from "../../src/domain/decision.ts";
import type { Reply } from "../../src/outbound/call.ts";
import { createSigner } from "../../src/signing/sign.ts";
import { ANALYST, callerOf, permitOf } from "../support/callers.ts";
import { NOW } from "../support/signed-tokens.ts";
import {
  type CallName,
  endOf,
  IDENTITY,
  POOL_ID,
  rightClock,
  scriptedAws,
  sessionPermit,
  stsError,
} from "./scripted-aws.ts";

const now = () => NOW;

function start(script: Partial<Record<CallName, readonly Partial<Reply>[]>> = {}) {
  const { exchange, ...aws } = scriptedAws(script);
  const calls = createIdentityPoolCalls({ identityPoolId: POOL_ID, endpoint: undefined, exchange, now });
  const askSts = createSts({
    region: "us-east-1",
    origin: "https://sts.us-east-1.amazonaws.com",
    exchange,
    signer: createSigner(),
    clock: rightClock(),
  });
  const broker = createBasicFlow(calls, createAssumeWithWebIdentity(askSts, now));
  return {
    ...aws,
    ask: async (permit: Permit = sessionPermit(), caller = callerOf()) => broker(permit, caller),
  };
}

describe("createBasicFlow", () => {
  it("gives STS the token of the identity pool, never the caller's own", async () => {
    const { ask, asked, names } = start();
    await expect(ask()).resolves.toEqual({
      accessKeyId: "ASIASTS",
      secretAccessKey: "sts/secret+",
      sessionToken: "sts/token==",
      expiresAtMs: NOW + 3_600_000,
      identityId: IDENTITY,
    });
    expect(names()).toEqual(["GetId", "GetOpenIdToken", "AssumeRoleWithWebIdentity"]);
    expect(asked[2]?.input).toEqual({
      Action: "AssumeRoleWithWebIdentity",
      Version: "2011-06-15",
      RoleArn: ANALYST,
      RoleSessionName: "anna",
      DurationSeconds: "3600",
      WebIdentityToken: "the.pools.token",
    });
    expect(asked[2]?.call.headers).not.toHaveProperty("authorization");
  });

  it("asks for the identity once, and for a token each time", async () => {
    const { ask, names } = start();
    await ask();
    await ask();
    expect(names().slice(3)).toEqual(["GetOpenIdToken", "AssumeRoleWithWebIdentity"]);
  });

  it("asks for the identity anew where a known one is gone", async () => {
    const gone = { status: 400, body: '{"__type":"ResourceNotFoundException"}' };
    const { ask, names } = start({ GetOpenIdToken: [{}, gone] });
    await ask();
    await ask();
    expect(names().slice(3)).toEqual([
      "GetOpenIdToken",
      "GetId",
      "GetOpenIdToken",
      "AssumeRoleWithWebIdentity",
    ]);
  });

  it("S2.8 serves no guests, nor anybody without an ID token", async () => {
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
    ["for the role that the pool chooses", sessionPermit("pool")],
  ])("makes nothing of a permit %s", async (_what, permit) => {
    const { ask, names } = start();
    expect(await endOf(ask(permit))).toMatchObject({ code: "internal" });
    expect(names()).toEqual([]);
  });

  it("does not go on without a token", async () => {
    const refused = { status: 400, body: '{"__type":"InvalidParameterException"}' };
    const { ask, names } = start({ GetOpenIdToken: [refused] });
    expect(await endOf(ask())).toMatchObject({ code: "credentials-unavailable" });
    expect(names()).toEqual(["GetId", "GetOpenIdToken"]);
  });

  it("says so where the role does not trust the pool", async () => {
    const reply = { status: 403, body: stsError("AccessDenied") };
    expect(await endOf(start({ AssumeRoleWithWebIdentity: [reply] }).ask())).toMatchObject({
      code: "role-not-granted",
    });
  });
});
