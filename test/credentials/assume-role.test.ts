import { describe, expect, it } from "vitest";
import { type Ambient, createAssumeRole } from "../../src/credentials/assume-role.ts";
import { createSts } from "../../src/credentials/sts.ts";
import { GUEST } from "../../src/domain/caller.ts";
import type { Permit } from "../../src/domain/decision.ts";
import { Refusal } from "../../src/domain/refusal.ts";
import type { Reply } from "../../src/outbound/call.ts";
import { createSigner } from "../../src/signing/sign.ts";
import { ANALYST, callerOf, permitOf } from "../support/callers.ts";
import { NOW } from "../support/signed-tokens.ts";
import { endOf, rightClock, scriptedAws, sessionPermit, stsError } from "./scripted-aws.ts";

const OWN = { accessKeyId: "ASIAOWN", secretAccessKey: "own secret", sessionToken: "own" };

interface Surroundings {
  readonly replies?: readonly Partial<Reply>[];
  readonly externalId?: string;
  readonly ambient?: Ambient;
}

function start({ replies = [], externalId, ambient = async () => OWN }: Surroundings = {}) {
  const { exchange, asked } = scriptedAws({ AssumeRole: replies });
  const askSts = createSts({
    region: "us-east-1",
    origin: "https://sts.us-east-1.amazonaws.com",
    exchange,
    signer: createSigner(),
    clock: rightClock(),
  });
  const broker = createAssumeRole({ askSts, ambient, externalId, now: () => NOW });
  return {
    asked,
    ask: async (permit: Permit = sessionPermit(), caller = callerOf()) => broker(permit, caller),
  };
}

describe("createAssumeRole", () => {
  it("signs with the ambient identity, and tells for whom", async () => {
    const { ask, asked } = start({ externalId: "partner 7" });
    const permit = sessionPermit(ANALYST, {
      sourceIdentity: "staff@anna",
      tags: [
        ["team", "a b"],
        ["postern-sub", "anna"],
      ],
      policy: "{}",
      durationSeconds: 900,
    });
    await expect(ask(permit)).resolves.toMatchObject({ accessKeyId: "ASIASTS" });
    expect(asked.map(({ input }) => input)).toEqual([
      {
        Action: "AssumeRole",
        Version: "2011-06-15",
        RoleArn: ANALYST,
        RoleSessionName: "anna",
        DurationSeconds: "900",
        Policy: "{}",
        SourceIdentity: "staff@anna",
        "Tags.member.1.Key": "team",
        "Tags.member.1.Value": "a b",
        "Tags.member.2.Key": "postern-sub",
        "Tags.member.2.Value": "anna",
        ExternalId: "partner 7",
      },
    ]);
    expect(asked[0]?.call.headers).toMatchObject({
      "x-amz-security-token": "own",
      authorization: expect.stringContaining("Credential=ASIAOWN/20260115/us-east-1/sts/aws4_request"),
    });
  });

  it("sends no more than the permit has", async () => {
    const { ask, asked } = start();
    await ask();
    expect(Object.keys(asked[0]?.input ?? {})).toEqual([
      "Action",
      "Version",
      "RoleArn",
      "RoleSessionName",
      "DurationSeconds",
    ]);
  });

  it("never sends the caller's token", async () => {
    const { ask, asked } = start();
    await ask();
    expect(JSON.stringify(asked[0]?.call)).not.toContain("anna's token");
  });

  it("serves machines, and users who brought no ID token", async () => {
    const { ask } = start();
    for (const kind of ["user", "machine"] as const)
      await expect(ask(sessionPermit(), callerOf({ kind, login: undefined }))).resolves.toBeDefined();
  });

  it("serves no guests, and does not look for its own keys for them", async () => {
    const { ask, asked } = start({ ambient: () => Promise.reject(new Error("asked")) });
    expect(await endOf(ask(sessionPermit(), GUEST))).toMatchObject({ code: "credentials-refused" });
    expect(asked).toEqual([]);
  });

  it.each([
    ["without a session", permitOf()],
    ["for the role that a pool chooses", sessionPermit("pool")],
  ])("makes nothing of a permit %s", async (_what, permit) => {
    const { ask, asked } = start();
    expect(await endOf(ask(permit))).toMatchObject({ code: "internal" });
    expect(asked).toEqual([]);
  });

  it("asks nothing where it has no identity of its own", async () => {
    const none = new Refusal("credentials-unavailable");
    const { ask, asked } = start({ ambient: () => Promise.reject(none) });
    expect(await endOf(ask())).toBe(none);
    expect(asked).toEqual([]);
  });

  it.each([
    ["AccessDenied", 403, "role-not-granted"],
    ["PackedPolicyTooLarge", 400, "credentials-unavailable"],
    ["ExpiredToken", 403, "credentials-unavailable"],
    ["Throttling", 400, "credentials-throttled"],
  ])("reads %s (%i) as %s", async (type, status, code) => {
    expect(await endOf(start({ replies: [{ status, body: stsError(type) }] }).ask())).toMatchObject({ code });
  });
});
