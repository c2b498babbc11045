import { AwsClient } from "aws4fetch";
import { connectAsync } from "mqtt";
import type { MqttClient } from "mqtt";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type LocalAws } from "../../src/local/aws.ts";
import { closed, connected } from "../local/iot/mqtt-client.ts";
import { type SignedIn, signIn } from "../local/iot/identities.ts";
import type { Signer } from "../local/iot/signed-handshake.ts";
import { sessionOf } from "../local/signed-call.ts";
import { startStandIn, WORLD } from "../local/stand-in.ts";
import { NO_MOSQUITTO, startMosquitto } from "../support/mosquitto.ts";
import { startMqttBridge } from "../support/mqtt-bridge.ts";

const POLICY_ARN = "arn:aws:iot:us-east-1:123456789012:policy/postern-things";

let aws: LocalAws;
let sidecar: Signer;
let member: SignedIn;
beforeAll(async () => {
  aws = await startStandIn({ quotas: { GetPolicy: 5 } });
  [sidecar] = WORLD.iamUsers as unknown as readonly [Signer];
});
afterAll(() => aws.close());
beforeEach(async () => {
  member = await signIn(aws, "member");
  aws.calls.reset();
});
afterEach(() => aws.faults.clear());

/** What AWS IoT's control plane answers to a call that another signer signed. */
async function control(
  method: string,
  path: string,
  { by = sidecar, target }: { readonly by?: Signer; readonly target?: string } = {},
): Promise<{ readonly status: number; readonly type: string | null; readonly body: unknown }> {
  const client = new AwsClient({ ...by, service: "iot", region: "us-east-1", retries: 0 });
  const body = target === undefined ? {} : { body: JSON.stringify({ target }) };
  const answer = await client.fetch(aws.url + path, { method, ...body });
  const text = await answer.text();
  const type = answer.headers.get("x-amzn-errortype");
  return { status: answer.status, type, body: text === "" ? "" : JSON.parse(text) };
}

describe("the policy of an identity", () => {
  it("is attached by the sidecar as itself, listed and detached again, and its holder connects meanwhile", async () => {
    const admin = sessionOf(aws, "admin");
    const target = member.identityId;
    const connect = (): Promise<MqttClient> => connected(aws, member, { clientId: member.sub });
    const list = () => control("POST", `/attached-policies/${encodeURIComponent(target)}`, { by: admin });

    await expect(connect()).rejects.toThrow("closed before CONNACK");
    expect((await list()).body).toEqual({ policies: [] });
    for (let times = 0; times < 2; times++) {
      const attached = await control("PUT", "/target-policies/postern-things", { target });
      expect(attached).toEqual({ status: 200, type: null, body: "" });
    }
    await (await connect()).endAsync();
    expect((await list()).body).toEqual({
      policies: [{ policyName: "postern-things", policyArn: POLICY_ARN }],
    });
    expect((await control("POST", "/target-policies/postern-things", { by: admin, target })).status).toBe(
      200,
    );
    await expect(connect()).rejects.toThrow("closed before CONNACK");
    expect([aws.calls.of("iot:AttachPolicy"), aws.calls.of("iot:DetachPolicy")]).toEqual([2, 1]);
  });

  it("is shown with its document", async () => {
    const { status, body } = await control("GET", "/policies/postern-things");
    expect(status).toBe(200);
    const { policyDocument, ...others } = body as { readonly policyDocument: string };
    expect(others).toEqual({ policyName: "postern-things", policyArn: POLICY_ARN, defaultVersionId: "1" });
    expect(JSON.parse(policyDocument)).toEqual(WORLD.iotPolicies?.[0]?.document);
    expect(policyDocument).toContain("${iot:ClientId}");
    const { policyDocument: open } = (await control("GET", "/policies/everyone")).body as typeof others & {
      readonly policyDocument: string;
    };
    expect(open).not.toContain("${");
  });
});

describe("the control plane refuses", () => {
  it("what is not there, in its own words", async () => {
    const target = member.identityId;
    for (const [method, path] of [
      ["GET", "/policies/none"],
      ["PUT", "/target-policies/none"],
    ] as const) {
      expect(await control(method, path, method === "PUT" ? { target } : {})).toEqual({
        status: 404,
        type: "ResourceNotFoundException",
        body: { message: "Policy not found : none" },
      });
    }
    expect(await control("PUT", "/target-policies/postern-things", { target: "x" })).toMatchObject({
      status: 400,
      type: "InvalidRequestException",
    });
  });

  it("what IAM does not allow, of which attaching is asked for the identity", async () => {
    const user = "User: arn:aws:iam::123456789012:user/sidecar is not authorized to perform:";
    const why = (action: string): string =>
      `${user} ${action} on resource: ${member.identityId} because no identity-based policy allows the ${action} action`;
    expect(await control("POST", "/target-policies/postern-things", { target: member.identityId })).toEqual({
      status: 403,
      type: "AccessDeniedException",
      body: { message: why("iot:DetachPolicy") },
    });
    const { body } = await control("POST", `/attached-policies/${encodeURIComponent(member.identityId)}`);
    expect(body).toEqual({ message: why("iot:ListAttachedPolicies") });
    const own = await control("PUT", "/target-policies/everyone", { by: member, target: member.identityId });
    expect([own.status, own.type]).toEqual([403, "AccessDeniedException"]);
    expect(aws.iot.policies.attachedTo(member.identityId)).toEqual([]);
  });

  it("a signature that is not good", async () => {
    const wrong = { ...sidecar, secretAccessKey: "wrong" };
    expect(await control("GET", "/policies/postern-things", { by: wrong })).toMatchObject({
      status: 403,
      type: "InvalidSignatureException",
    });
  });

  it("too many calls, and what a fault says", async () => {
    aws.faults.add({
      service: "iot",
      effect: { kind: "error", status: 503, code: "ServiceUnavailableException" },
    });
    expect(await control("GET", "/policies/everyone")).toMatchObject({
      status: 503,
      type: "ServiceUnavailableException",
    });
    aws.faults.clear();
    const all = await Promise.all(Array.from({ length: 20 }, () => control("GET", "/policies/everyone")));
    const throttled = all.filter(({ status }) => status !== 200);
    expect(throttled.length).toBeGreaterThan(0);
    expect(throttled[0]).toEqual({
      status: 400,
      type: "ThrottlingException",
      body: { message: "Rate exceeded" },
    });
  });
});

describe("a broker of MQTT 5 for tests", () => {
  it("is reached by WebSocket, by clients of both versions", async ({ skip }) => {
    if (NO_MOSQUITTO !== undefined) return skip(NO_MOSQUITTO);
    const broker = await startMosquitto();
    const bridge = await startMqttBridge(broker.port);
    const [older, newer] = await Promise.all(
      ([4, 5] as const).map((protocolVersion) =>
        connectAsync(`${bridge.url}/mqtt`, { protocolVersion, reconnectPeriod: 0 }),
      ),
    );
    const heard = new Promise((resolve) => {
      newer?.once("message", (topic, payload) => resolve([topic, payload.toString()]));
    });
    await newer?.subscribeAsync("a/+");
    await older?.publishAsync("a/b", "x", { qos: 1 });
    expect(await heard).toEqual(["a/b", "x"]);
    expect(bridge.handshakes.map(({ headers }) => headers["sec-websocket-protocol"])).toEqual([
      "mqtt",
      "mqtt",
    ]);
    const cut = [older, newer].flatMap((client) => (client === undefined ? [] : [closed(client)]));
    bridge.cut();
    await Promise.all(cut);
    await bridge.close();
    await broker.close();
    return undefined;
  });
});
