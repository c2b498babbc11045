import { describe, expect, it } from "vitest";
import { callerOf } from "../support/callers.ts";
import { configOf } from "../support/config-of.ts";
import type { IotParty } from "../../src/credentials/iot-policies.ts";
import type { Call, Reply } from "../../src/outbound/call.ts";
import type { Live } from "../../src/proxy/live.ts";
import { iotPoliciesOf } from "../../src/sidecar/iot-policies.ts";
import { createShelf } from "../../src/sidecar/parts.ts";
import { createClocks } from "../../src/signing/clock-offset.ts";
import { createSigner } from "../../src/signing/sign.ts";
import { createLog } from "../../src/telemetry/log.ts";
import type { Metrics } from "../../src/telemetry/metrics.ts";
import { createRecent } from "../../src/telemetry/recent.ts";

const IDENTITY = "us-east-1:aaaaaaaa-0000-4000-8000-000000000001";
const DOCUMENT = JSON.stringify({
  Statement: [{ Effect: "Allow", Action: "iot:*", Resource: "client/${iot:ClientId}" }],
});
const PARTY: IotParty = { upstream: "things", caller: callerOf(), credentials: { identityId: IDENTITY } };

const things = (more: object) => ({
  service: "iotdevicegateway",
  endpoint: "https://abc-ats.iot.eu-west-1.amazonaws.com",
  region: "eu-west-1",
  ...more,
});
const upstreamsWith = (more: object) => ({ upstreams: { s3: { service: "s3" }, things: things(more) } });

const now = () => 0;
const ambient = async () => ({ accessKeyId: "AKIA", secretAccessKey: "secret" });

/** The sidecar's part of it, with an AWS that answers so. */
function start(answer: Partial<Reply> = {}) {
  const asked: Call[] = [];
  const lines: Record<string, unknown>[] = [];
  const log = createLog(
    { level: "info", requests: "all" },
    { write: (line) => void lines.push(JSON.parse(line)) },
  );
  const lasting = {
    outbound: async (call: Call) => {
      asked.push(call);
      const body = call.method === "GET" ? JSON.stringify({ policyDocument: DOCUMENT }) : "";
      return { status: 200, headers: {}, body, ...(call.method === "PUT" && answer) };
    },
    signer: createSigner(),
    clockOf: createClocks(now),
    metrics: { exchange: () => {} } as unknown as Metrics,
    recent: createRecent(now),
    nameCaller: () => "somebody",
  };
  const shelf = createShelf();
  const build = (more: object) => {
    const config = configOf(upstreamsWith(more));
    const primaries = ["s3", "things"].map((name) => ({
      upstream: {
        name,
        service: config.upstreams[name]?.service,
        region: name === "s3" ? "us-east-1" : "eu-west-1",
      },
    })) as unknown as readonly Live[];
    const built = shelf.build((parts) =>
      iotPoliciesOf(config, { log, now, version: "", quit: () => {}, ambient }, lasting, {
        parts,
        primaries,
      }),
    );
    void built.keep()();
    return built.value;
  };
  return { build, asked, lines };
}

describe("the IoT policies of a sidecar", () => {
  it("are attached in the upstream's own region, and the log tells for whom without the identity", async () => {
    const { build, asked, lines } = start();
    const policies = build({ iotPolicy: "device" });
    await policies.ensure(PARTY);
    expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
      "GET https://iot.eu-west-1.amazonaws.com/policies/device",
      "PUT https://iot.eu-west-1.amazonaws.com/target-policies/device",
    ]);
    expect(policies.standingOf(PARTY)).toBe("attached-lately");
    expect(lines).toMatchObject([
      {
        level: "warn",
        msg: "IoT policy leaves the client id to the client: the role has to bind iot:Connect",
        upstream: "things",
        policy: "device",
      },
      { level: "info", msg: "IoT policy attached", upstream: "things", policy: "device", caller: "somebody" },
    ]);
    expect(JSON.stringify(lines)).not.toMatch(/aaaaaaaa|secret|AKIA|anna/);
  });

  it("say in the log why one is not attached", async () => {
    const { build, lines } = start({
      status: 403,
      headers: { "x-amzn-errortype": "AccessDeniedException" },
      body: `{"message":"no ${IDENTITY}"}`,
    });
    const policies = build({ iotPolicy: "device" });
    await expect(policies.ensure(PARTY)).rejects.toMatchObject({ code: "credentials-refused" });
    expect(policies.standingOf(PARTY)).toBe("unknown");
    expect(lines.slice(1)).toMatchObject([
      {
        level: "warn",
        msg: "IoT policy not attached",
        error: "credentials-refused: AttachPolicy: 403 AccessDeniedException: AwsError",
      },
    ]);
    expect(JSON.stringify(lines)).not.toContain("aaaaaaaa");
  });

  it("are left alone where none is configured, and what AWS shows is told once", () => {
    const { build, asked, lines } = start();
    const policies = build({});
    expect(policies.ensure(PARTY)).toBeUndefined();
    for (let i = 0; i < 3; i++) policies.note(PARTY, false);
    expect(policies.standingOf(PARTY)).toBe("may-be-missing");
    expect(asked).toEqual([]);
    expect(lines).toMatchObject([
      {
        level: "warn",
        upstream: "things",
        caller: "somebody",
        try: "aws iot attach-policy --policy-name POLICY --target IDENTITY_ID",
      },
    ]);
    expect(JSON.stringify(lines)).not.toContain("aaaaaaaa");
  });

  it("know after a change of the configuration what they knew, and attach another policy", async () => {
    const { build, asked } = start();
    await build({ iotPolicy: "device" }).ensure(PARTY);
    const same = build({ iotPolicy: "device", websocket: { idle: "5m" } });
    expect(same.ensure(PARTY)).toBeUndefined();
    same.note(PARTY, true);
    const other = build({ iotPolicy: "other" });
    expect(other.standingOf(PARTY)).toBe("in-force");
    await other.ensure(PARTY);
    expect(asked.at(-1)?.url).toBe("https://iot.eu-west-1.amazonaws.com/target-policies/other");
  });
});
