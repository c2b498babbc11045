import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect as connectTcp } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Aedes } from "aedes";
import { connectAsync, type IClientOptions, type IPublishPacket, type MqttClient } from "mqtt";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createWebSocketStream } from "ws";
import type { MqttAsk } from "../../../src/aws/iot/mqtt-ask.ts";
import type { RefusalCode } from "../../../src/domain/refusal.ts";
import { freePort } from "../../support/free-port.ts";
import { until } from "../../support/until.ts";
import { type ServeUpstream, type Stage, startStage } from "./stage.ts";

const MOSQUITTO = "/usr/sbin/mosquitto";
const hasMosquitto = existsSync(MOSQUITTO);

let stage: Stage;
let clients: MqttClient[] = [];
let serve: ServeUpstream;
afterEach(() => {
  for (const client of clients) client.end(true);
  clients = [];
  stage.close();
});

async function client(clientId: string, options: IClientOptions = {}): Promise<MqttClient> {
  const made = await connectAsync(stage.url, {
    clientId,
    reconnectPeriod: 0,
    connectTimeout: 5000,
    ...options,
  });
  made.on("error", () => {});
  clients.push(made);
  return made;
}

interface Message {
  readonly topic: string;
  readonly text: string;
  readonly packet: IPublishPacket;
}

function messagesOf(receiver: MqttClient): Message[] {
  const messages: Message[] = [];
  receiver.on("message", (topic, payload, packet) =>
    messages.push({ topic, text: payload.toString(), packet }),
  );
  return messages;
}

function willOf(name: string): NonNullable<IClientOptions["will"]> {
  return { topic: `wills/${name}`, payload: Buffer.from("gone"), qos: 1, retain: false };
}

/** What any broker and any version have in common. */
function speaksMqtt(version: IClientOptions): void {
  it.each([0, 1, 2] as const)("carries a message from one client to another with QoS %d", async (qos) => {
    stage = await startStage(serve);
    const receiver = await client("receiver", version);
    const sender = await client("sender", version);
    const messages = messagesOf(receiver);
    await receiver.subscribeAsync("a/#", { qos });
    for (let i = 0; i < 20; i++) await sender.publishAsync("a/b", `hello ${i}`, { qos });
    await until(() => messages.length === 20);
    expect(messages.map(({ text }) => text)).toEqual(Array.from({ length: 20 }, (_, i) => `hello ${i}`));
    expect(messages[0]).toMatchObject({ topic: "a/b", packet: { qos } });
    expect(stage.tunnels[0]?.filters()).toEqual(["a/#"]);
    await receiver.unsubscribeAsync("a/#");
    expect(stage.tunnels[0]?.filters()).toEqual([]);
  });

  it("carries the largest payload that AWS takes", async () => {
    stage = await startStage(serve);
    const both = await client("both", version);
    const messages = messagesOf(both);
    await both.subscribeAsync("large", { qos: 1 });
    const payload = "x".repeat(128 * 1024);
    await both.publishAsync("large", payload, { qos: 1 });
    await until(() => messages.length === 1);
    expect(messages[0]?.text === payload).toBe(true);
  });

  it("keeps what is retained", async () => {
    stage = await startStage(serve);
    const sender = await client("sender", version);
    await sender.publishAsync("kept", "still here", { qos: 1, retain: true });
    const receiver = await client("receiver", version);
    const messages = messagesOf(receiver);
    await receiver.subscribeAsync("kept");
    await until(() => messages.length === 1);
    expect(messages[0]).toMatchObject({ text: "still here", packet: { retain: true } });
    expect(stage.asks).toContainEqual({ kind: "publish", topic: "kept", retain: true });
    await sender.publishAsync("kept", "", { qos: 1, retain: true });
  });

  it("publishes the will of a client that vanishes, and not that of one whose right is gone", async () => {
    stage = await startStage(serve);
    const receiver = await client("receiver", version);
    const messages = messagesOf(receiver);
    await receiver.subscribeAsync("wills/#", { qos: 1 });
    await client("denied", { ...version, will: willOf("denied") });
    stage.tunnels[1]?.end("denied");
    await until(() => stage.reports.length === 1);
    const vanishing = await client("vanishing", {
      ...version,
      will: willOf("vanishing"),
    });
    vanishing.stream.destroy();
    await until(() => messages.length > 0);
    expect(messages.map(({ topic }) => topic)).toEqual(["wills/vanishing"]);
  });

  it("withholds what may not be received, and goes on", async () => {
    let refuses = false;
    const decide = (ask: MqttAsk): RefusalCode | undefined =>
      refuses && ask.kind === "receive" && ask.topic === "w/secret" ? "denied-by-rule" : undefined;
    stage = await startStage(serve, { decide });
    const receiver = await client("receiver", version);
    const sender = await client("sender", version);
    const messages = messagesOf(receiver);
    await receiver.subscribeAsync("w/#", { qos: 2 });
    refuses = true;
    for (const qos of [0, 1, 2] as const) {
      await sender.publishAsync("w/secret", "s", { qos });
      await sender.publishAsync("w/open", "o", { qos });
    }
    await until(() => messages.length === 3);
    expect(new Set(messages.map(({ topic }) => topic))).toEqual(new Set(["w/open"]));
  });

  it("resumes a session, whose messages are decided though its filters are not known", async () => {
    const session: IClientOptions = {
      ...version,
      clean: false,
      ...(version.protocolVersion === 5 && { properties: { sessionExpiryInterval: 60 } }),
    };
    stage = await startStage(serve);
    const first = await client("returning", session);
    await first.subscribeAsync("s/#", { qos: 1 });
    await first.endAsync();
    const sender = await client("sender", version);
    await sender.publishAsync("s/1", "while you were out", { qos: 1 });
    const again = await client("returning", session);
    const messages = messagesOf(again);
    await until(() => stage.asks.some((ask) => ask.kind === "receive" && ask.topic === "s/1"));
    await sender.publishAsync("s/2", "and now", { qos: 1 });
    await until(() => messages.some(({ topic }) => topic === "s/2"));
    expect(stage.tunnels.at(-1)?.filters()).toEqual([]);
  });
}

describe("MQTT 3.1.1 with aedes", () => {
  let broker: Aedes;
  beforeAll(async () => {
    broker = await Aedes.createBroker();
    serve = (socket, request) => void broker.handle(createWebSocketStream(socket), request);
  });
  afterAll(() => new Promise<void>((resolve) => broker.close(resolve)));

  speaksMqtt({ protocolVersion: 4 });

  it("ends a client that publishes what it may not", async () => {
    stage = await startStage(serve);
    const sender = await client("sender", { protocolVersion: 4 });
    const closed = new Promise((resolve) => sender.once("close", () => resolve(true)));
    sender.publish("no", "x");
    expect(await closed).toBe(true);
    await until(() => stage.reports.length > 0);
    expect(stage.reports).toMatchObject([{ why: "refused", code: 1008 }]);
  });

  it("refuses a filter alone", async () => {
    stage = await startStage(serve);
    const receiver = await client("receiver", { protocolVersion: 4 });
    const messages = messagesOf(receiver);
    await expect(receiver.subscribeAsync("no")).rejects.toThrow(/128|Unspecified/);
    await receiver.subscribeAsync("yes");
    await receiver.publishAsync("yes", "x", { qos: 1 });
    await until(() => messages.length === 1);
  });
});

describe.skipIf(!hasMosquitto)("mosquitto", () => {
  let broker: ChildProcess;
  let folder: string;
  beforeAll(async () => {
    const port = await freePort();
    folder = mkdtempSync(join(tmpdir(), "mosquitto-"));
    const file = join(folder, "mosquitto.conf");
    writeFileSync(
      file,
      `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\nmax_topic_alias 8\n`,
    );
    broker = spawn(MOSQUITTO, ["-c", file], { stdio: "ignore" });
    await answering(port);
    serve = (socket) => {
      const tcp = connectTcp(port, "127.0.0.1");
      tcp.on("error", () => socket.terminate());
      tcp.on("data", (data) => socket.send(data));
      tcp.on("close", () => socket.close());
      socket.on("message", (data: Buffer) => tcp.write(data));
      socket.on("close", () => tcp.destroy());
    };
  });
  afterAll(() => {
    broker.kill();
    rmSync(folder, { recursive: true });
  });

  describe("with MQTT 3.1.1", () => {
    speaksMqtt({ protocolVersion: 4 });
  });

  describe("with MQTT 5", () => {
    const version = { protocolVersion: 5 } as const;
    speaksMqtt(version);

    it("passes properties in their order, and shares", async () => {
      stage = await startStage(serve);
      const both = await client("both", version);
      const messages = messagesOf(both);
      await both.subscribeAsync("$share/g/p/#", { qos: 1, properties: { subscriptionIdentifier: 77 } });
      await both.publishAsync("p/1", "x", {
        qos: 1,
        properties: {
          contentType: "text/plain",
          responseTopic: "p/answers",
          correlationData: Buffer.from([1, 2]),
          userProperties: { b: ["2", "3"], a: "1" },
        },
      });
      await until(() => messages.length === 1);
      expect(messages[0]?.packet.properties).toMatchObject({
        contentType: "text/plain",
        responseTopic: "p/answers",
        correlationData: Buffer.from([1, 2]),
        userProperties: { b: ["2", "3"], a: "1" },
        subscriptionIdentifier: 77,
      });
    });

    it("resolves a client's topic aliases", async () => {
      stage = await startStage(serve);
      const both = await client("both", { ...version, autoAssignTopicAlias: true });
      const messages = messagesOf(both);
      await both.subscribeAsync("aliased/#", { qos: 1 });
      for (let i = 0; i < 30; i++) await both.publishAsync(`aliased/${i % 10}`, "x", { qos: 1 });
      await until(() => messages.length === 30);
      expect(messages.map(({ topic }) => topic)).toEqual(
        Array.from({ length: 30 }, (_, i) => `aliased/${i % 10}`),
      );
    });

    it("refuses a PUBLISH and a filter alone, and goes on", async () => {
      stage = await startStage(serve);
      const both = await client("both", version);
      const messages = messagesOf(both);
      await expect(both.publishAsync("no", "x", { qos: 1 })).rejects.toMatchObject({ code: 0x87 });
      await expect(both.publishAsync("no", "x", { qos: 2 })).rejects.toMatchObject({ code: 0x87 });
      await expect(both.subscribeAsync("no")).rejects.toThrow("Not authorized");
      await both.subscribeAsync("yes", { qos: 2 });
      await both.publishAsync("yes", "x", { qos: 2 });
      await until(() => messages.length === 1);
      expect(stage.reports).toEqual([]);
    });

    it("tells a client why it is ended", async () => {
      stage = await startStage(serve);
      const one = await client("one", version);
      const told = new Promise((resolve) => one.once("disconnect", ({ reasonCode }) => resolve(reasonCode)));
      stage.tunnels[0]?.end("lifetime");
      expect(await told).toBe(0xa0);
    });
  });
});

async function answering(port: number): Promise<void> {
  let answers = false;
  while (!answers) {
    answers = await new Promise<boolean>((resolve) => {
      const socket = connectTcp(port, "127.0.0.1");
      socket.once("connect", () => resolve(true));
      socket.once("error", () => setTimeout(() => resolve(false), 20));
      socket.once("connect", () => socket.destroy());
    });
  }
}
