import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { describe, expect, it } from "vitest";
import type { CachedBroker } from "../../../src/credentials/cached.ts";
import { createIotPolicies } from "../../../src/credentials/iot-policies.ts";
import { createIotStandings } from "../../../src/credentials/iot-standings.ts";
import { type Caller, GUEST } from "../../../src/domain/caller.ts";
import { compilePolicy } from "../../../src/policy/compile.ts";
import { WHOAMI } from "../../../src/proxy/pages/whoami.ts";
import type { Pipeline } from "../../../src/proxy/pipeline.ts";
import { Visit } from "../../../src/proxy/visit.ts";
import { policyOptionsOf } from "../../../src/config/stages.ts";
import { ANALYST, callerOf } from "../../support/callers.ts";
import { configOf } from "../../support/config-of.ts";

const IDENTITY = "us-east-1:aaaaaaaa-0000-4000-8000-000000000001";

const grant = { allow: ["iot:Connect", "s3:GetObject"], on: ["*"], role: "pool" };
const config = configOf({
  identity: {
    guests: "allow",
    userPools: [{ name: "staff", id: "us-east-1_AbCdEfGhI", clientIds: ["web"], tokenUse: ["id"] }],
  },
  upstreams: {
    s3: { service: "s3" },
    things: { service: "iotdevicegateway", endpoint: "https://abc-ats.iot.us-east-1.amazonaws.com" },
  },
  policy: {
    rules: [
      { ...grant, name: "users", who: { authenticated: true } },
      { ...grant, name: "guests", who: { guest: true } },
    ],
  },
});

/** Asks as a caller for whom these credentials are at hand, after a CONNECT ended so. */
async function ask(caller: Caller, identityId: string | undefined, connects: readonly boolean[] = []) {
  const standings = createIotStandings(() => 0);
  const iotPolicies = createIotPolicies({
    upstreams: new Map([["things", undefined]]),
    standings,
    onMissing: () => {},
  });
  const credentials = {
    accessKeyId: "ASIA",
    secretAccessKey: "secret",
    sessionToken: "session",
    expiresAtMs: 0,
    identityId,
  };
  for (const accepted of connects) iotPolicies.note({ upstream: "things", caller, credentials }, accepted);
  const pipeline: Partial<Pipeline> = {
    authenticate: () => caller,
    ambient: { hosts: new Set(), origins: new Set() },
    policy: compilePolicy(config.policy.rules, policyOptionsOf(config)),
    brokerOf: () => ({ peek: () => credentials }) as unknown as CachedBroker,
    iotPolicies,
    upstreams: [
      { name: "s3", actionPrefix: "s3" },
      { name: "things", actionPrefix: "iot" },
    ],
  };
  const request = new IncomingMessage(new Socket());
  Object.assign(request, { method: "GET", url: "/.postern/whoami", rawHeaders: ["Host", "localhost"] });
  const registrar = { record: () => {}, nameCaller: () => "somebody" };
  const visit = new Visit(request, new ServerResponse(request), registrar, false);
  const told = (await WHOAMI.answer(pipeline as Pipeline, visit)) as {
    readonly upstreams: Readonly<Record<string, readonly object[]>>;
  };
  return told.upstreams;
}

describe("whoami of an IoT policy", () => {
  it.each([
    ["that was not seen", [], { iotPolicy: "unknown" }],
    ["with which AWS took a CONNECT", [false, true], { iotPolicy: "in-force" }],
    [
      "without which AWS left at one",
      [true, false],
      {
        iotPolicy: "may-be-missing",
        iotPolicyHint: expect.stringContaining("AWS did not take the last CONNECT"),
      },
    ],
  ])("%s says so, for upstreams of AWS IoT alone", async (_what, connects, expected) => {
    const { things, s3 } = await ask(callerOf(), IDENTITY, connects);
    expect(things).toMatchObject([{ identityId: IDENTITY, ...expected }]);
    expect(things?.[0]).toHaveProperty("iotPolicy");
    expect(s3?.[0]).not.toHaveProperty("iotPolicy");
  });

  it.each([
    ["guests, who need none", GUEST, IDENTITY],
    ["credentials that are of no identity", callerOf({ roles: [ANALYST] }), undefined],
  ])("says nothing to %s", async (_who, caller, identityId) => {
    const { things } = await ask(caller, identityId, [false]);
    expect(things).not.toEqual([]);
    expect(JSON.stringify(things)).not.toMatch(/iotPolicy|aaaaaaaa/);
  });
});
