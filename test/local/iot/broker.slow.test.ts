import { once } from "node:events";
import { request } from "node:http";
import type { IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import type { MqttClient } from "mqtt";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import type { LocalAws } from "../../../src/local/aws.ts";
import { until } from "../../support/until.ts";
import { startStandIn } from "../stand-in.ts";
import { sessionOf } from "../signed-call.ts";
import { closed, connected, mqttClient, nextMessage } from "./mqtt-client.ts";
import type { MqttStart } from "./mqtt-client.ts";
import { signIn } from "./identities.ts";
import type { SignedIn } from "./identities.ts";
import { IOT_HOST, signedHandshake } from "./signed-handshake.ts";

let aws: LocalAws;
let analyst: SignedIn;
const reports: unknown[] = [];
beforeAll(async () => {
  aws = await startStandIn({ report: (error) => reports.push(error) });
});
beforeEach(async () => {
  analyst = await signIn(aws, "analyst");
  aws.calls.reset();
});
afterEach(async () => {
  aws.faults.clear();
  for (const { clientId } of aws.iot.clients()) aws.iot.disconnect(clientId);
  await until(() => aws.iot.clients().length === 0);
});
afterAll(async () => {
  await aws.close();
  expect(reports).toEqual([]);
});

/** A client of the analyst, by default with the id that its policies want. */
const connect = (start: MqttStart = {}): Promise<MqttClient> =>
  connected(aws, analyst, { clientId: analyst.sub, ...start });

/** What a handshake is answered that is not accepted. */
async function refused(target: string, headers: Record<string, string> = {}): Promise<IncomingMessage> {
  const outgoing = request(aws.url + target, {
    agent: false,
    headers: {
      host: IOT_HOST,
      connection: "Upgrade",
      upgrade: "websocket",
      "sec-websocket-version": "13",
      "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA==",
      "sec-websocket-protocol": "mqtt",
      ...headers,
    },
  }).end();
  const [answer] = (await once(outgoing, "response")) as [IncomingMessage];
  return answer;
}

describe("a signed-in identity with a policy", () => {
  it("finds the messages that it missed, in the session that it left", async () => {
    const topic = `things/${analyst.sub}/a`;
    const before = await connect({ clean: false });
    await before.subscribeAsync(topic, { qos: 1 });
    await before.endAsync();
    const admin = await connected(aws, sessionOf(aws, "admin"), { clientId: "console" });
    await admin.publishAsync(topic, "missed", { qos: 1 });
    const client = mqttClient(aws, analyst, { clientId: analyst.sub, clean: false });
    expect(await nextMessage(client)).toEqual([topic, "missed"]);
  });

  it.each(["http", "https"] as const)("publishes and hears, over %s", async (over) => {
    const client = await connect({ over });
    const topic = `things/${analyst.sub}/temperature`;
    await client.subscribeAsync(`things/${analyst.sub}/#`, { qos: 1 });
    const heard = nextMessage(client);
    await client.publishAsync(topic, "21", { qos: 1 });
    expect(await heard).toEqual([topic, "21"]);
    expect(aws.iot.clients()).toMatchObject([
      { clientId: analyst.sub, principal: { identityId: analyst.identityId, secure: over === "https" } },
    ]);
    const counts = ["OpenConnection", "Connect", "Publish", "Subscribe"].map((operation) =>
      aws.calls.of(`iotdevicegateway:${operation}`),
    );
    expect(counts).toEqual([1, 1, 1, 1]);
    await client.endAsync();
    await until(() => aws.iot.clients().length === 0);
  });

  it("is told which subprotocol was taken", async () => {
    const url = aws.url.replace("http", "ws") + signedHandshake(analyst);
    for (const offered of [["mqtt"], ["mqttv3.1"], ["x", "mqtt"]]) {
      const socket = new WebSocket(url, offered, { headers: { host: IOT_HOST } });
      await once(socket, "open");
      expect(socket.protocol).toBe(offered.at(-1));
      socket.terminate();
    }
  });

  it("gets retained messages, and its will is published", async () => {
    const phone = `${analyst.sub}-phone`;
    const topic = `things/${analyst.sub}/${phone}/state`;
    const will = { topic, payload: Buffer.from("gone"), qos: 1, retain: true } as const;
    const dying = await connect({ clientId: phone, will });
    const watching = await connect();
    await watching.subscribeAsync(`things/${analyst.sub}/#`, { qos: 1 });
    const heard = nextMessage(watching);
    expect(aws.iot.disconnect(phone)).toBe(true);
    await closed(dying);
    expect(await heard).toEqual([topic, "gone"]);
    const late = await connect({ clientId: phone });
    const retained = nextMessage(late);
    await late.subscribeAsync(`things/${analyst.sub}/${phone}/+`);
    expect(await retained).toEqual([topic, "gone"]);
    await late.publishAsync(topic, "", { qos: 1, retain: true });
    await late.endAsync();
    await until(() => !aws.iot.disconnect(phone));
  });

  it("ends its older connection by a newer one of the same client", async () => {
    const older = await connect();
    const gone = closed(older);
    const newer = await connect();
    await gone;
    expect(aws.iot.clients()).toHaveLength(1);
    await newer.publishAsync(`things/${analyst.sub}/a`, "", { qos: 1 });
    await newer.endAsync();
  });

  it("is not let subscribe to what is not its own, and stays connected", async () => {
    const client = await connect();
    const granted: number[][] = [];
    client.on("packetreceive", (packet) => {
      if (packet.cmd === "suback") granted.push(packet.granted as number[]);
    });
    const filters = [`things/${analyst.sub}/a`, "things/other/#", "#", `$share/g/things/${analyst.sub}/a`];
    await client.subscribeAsync(filters).catch(() => {});
    expect(granted).toEqual([[0, 128, 128, 128]]);
    expect(client.connected).toBe(true);
    await client.endAsync();
  });

  it.each<readonly [what: string, ask: (client: MqttClient) => unknown]>([
    ["publishes elsewhere", (client) => client.publish("things/other/a", "")],
    ["publishes to nine levels", (client) => client.publish(`things/${analyst.sub}/3/4/5/6/7/8/9`, "")],
    ["publishes too much", (client) => client.publish(`things/${analyst.sub}/a`, Buffer.alloc(131_073))],
    ["publishes by QoS 2", (client) => client.publish(`things/${analyst.sub}/a`, "", { qos: 2 })],
    ["subscribes by QoS 2", (client) => client.subscribe(`things/${analyst.sub}/a`, { qos: 2 })],
  ])("is cut off when it %s", async (_what, ask) => {
    const client = await connect();
    const cut = closed(client);
    ask(client);
    await cut;
    expect(aws.iot.clients()).toEqual([]);
  });

  it("stays connected when its credentials end, as AWS leaves it", async () => {
    const client = await connect();
    aws.sessions.expire(analyst.accessKeyId);
    await client.publishAsync(`things/${analyst.sub}/a`, "", { qos: 1 });
    await client.endAsync();
    await expect(connect()).rejects.toThrow("closed before CONNACK");
  });
});

describe("a CONNECT is dropped without an answer", () => {
  it("where the identity has no policy, until it has one", async () => {
    const member = await signIn(aws, "member");
    const start = { clientId: member.sub };
    const dropped = mqttClient(aws, member, start);
    const packets: string[] = [];
    dropped.on("packetreceive", ({ cmd }) => packets.push(cmd));
    await closed(dropped);
    expect([packets, aws.calls.of("iotdevicegateway:OpenConnection")]).toEqual([[], 1]);
    aws.iot.policies.attach("postern-things", member.identityId);
    await (await connected(aws, member, start)).endAsync();
    expect(aws.iot.policies.detach("postern-things", member.identityId)).toBe(true);
    await expect(connected(aws, member, start)).rejects.toThrow("closed before CONNACK");
  });

  it.each<readonly [what: string, start: () => MqttStart]>([
    ["by another client's id", () => ({ clientId: "other" })],
    ["by MQTT 3.1", () => ({ protocolId: "MQIsdp", protocolVersion: 3 })],
    ["with a will elsewhere", () => ({ will: { topic: "things/other/a", payload: Buffer.from("x") } })],
  ])("%s", async (_what, start) => {
    await expect(connect(start())).rejects.toThrow("closed before CONNACK");
    expect(aws.calls.of("iotdevicegateway:Connect")).toBe(1);
  });

  it.each(["", "x".repeat(129)])(
    "by an id that is none, of whomever IAM allows everything: %s",
    async (clientId) => {
      const admin = sessionOf(aws, "admin");
      await expect(connected(aws, admin, { clientId })).rejects.toThrow("closed before CONNACK");
    },
  );

  it("of a guest whom IAM allows nothing", async () => {
    const guest = await signIn(aws);
    await expect(connected(aws, guest, { clientId: "guest" })).rejects.toThrow("closed before CONNACK");
  });

  it("when a fault says so", async () => {
    aws.faults.add({ service: "iotdevicegateway", operation: "Connect", times: 1, effect: { kind: "cut" } });
    await expect(connect()).rejects.toThrow("closed before CONNACK");
    await (await connect()).endAsync();
  });
});

describe("a session of a role that no identity pool gave", () => {
  it("needs no policy but IAM's, and hears what others publish", async () => {
    const admin = await connected(aws, sessionOf(aws, "admin"), { clientId: "console" });
    await admin.subscribeAsync("things/#");
    const heard = nextMessage(admin);
    const client = await connect();
    client.publish(`things/${analyst.sub}/a`, "x");
    expect(await heard).toEqual([`things/${analyst.sub}/a`, "x"]);
    await Promise.all([admin.endAsync(), client.endAsync()]);
  });

  it("hears nothing of what it may not receive", async () => {
    const { roleArn } = sessionOf(aws, "admin");
    const deaf = { Effect: "Deny", Action: "iot:Receive", Resource: "*" };
    const all = { Effect: "Allow", Action: "*", Resource: "*" };
    const session = aws.sessions.issue({
      roleArn,
      sessionName: "deaf",
      expiresAtMs: Date.now() + 60_000,
      sessionPolicies: [{ Version: "2012-10-17", Statement: [all, deaf] }],
    });
    const client = await connected(aws, session, { clientId: "deaf" });
    const messages: string[] = [];
    client.on("message", (topic) => messages.push(topic));
    await client.subscribeAsync("#");
    await client.publishAsync("a", "", { qos: 1 });
    await client.publishAsync("a", "", { qos: 1 });
    await client.endAsync();
    expect(messages).toEqual([]);
  });
});

describe("a handshake is refused", () => {
  it("with 403 where its signature is not good", async () => {
    const good = signedHandshake(analyst);
    const signsToken = signedHandshake(analyst, { signsToken: true });
    const forged = signedHandshake({ ...analyst, secretAccessKey: "wrong" });
    for (const target of [signsToken, forged, `${good}&a=1`, "/mqtt"]) {
      const answer = await refused(target);
      expect([answer.statusCode, answer.headers["x-amzn-errortype"]]).toEqual([403, "ForbiddenException"]);
      expect(JSON.parse(await text(answer))).toEqual({
        message: "Forbidden",
        traceId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      });
    }
    expect(aws.calls.of("iotdevicegateway:refused")).toBe(4);
  });

  it("with 400 where it is no handshake of MQTT, or of a service that has none", async () => {
    const good = signedHandshake(analyst);
    const answers = await Promise.all([
      refused(good, { "sec-websocket-protocol": "chat" }),
      refused(good, { upgrade: "h2c" }),
      refused(good, { "sec-websocket-key": "short" }),
      refused("/reports/q3.txt"),
    ]);
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([400, 400, 400, 400]);
  });

  it("with what a fault says, or with nothing", async () => {
    aws.faults.add({ service: "iotdevicegateway", times: 1, effect: { kind: "throttle" } });
    expect((await refused(signedHandshake(analyst))).statusCode).toBe(429);
    aws.faults.down("iotdevicegateway");
    await expect(refused(signedHandshake(analyst))).rejects.toThrow("socket hang up");
  });
});

it("the stand-in closes with clients connected", async () => {
  const other = await startStandIn();
  const client = await connected(other, sessionOf(other, "admin"), { clientId: "console" });
  const gone = closed(client);
  await other.close();
  await gone;
});
