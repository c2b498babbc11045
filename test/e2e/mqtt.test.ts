import type { IClientOptions, MqttClient } from "mqtt";
import { generate, type ISubackPacket } from "mqtt-packet";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { NO_MOSQUITTO } from "../support/mosquitto.ts";
import {
  type Connected,
  type MqttWish,
  openMqtt,
  openRawMqtt,
  refusedMqtt,
  SUBS,
} from "../support/mqtt-clients.ts";
import { type OpenBroker, startOpenBroker } from "../support/open-broker.ts";
import { countsOf, type Stack, startStack } from "../support/stack.ts";
import { until } from "../support/until.ts";
import { open, refusal } from "../support/web-sockets.ts";

const OWN = `things/${SUBS.analyst}`;
const FOREIGN = `things/${SUBS.editor}`;

/** With leave to have messages kept, on some topics. */
const withKept = (yaml: string): string =>
  yaml.replace(
    "    - name: editors write reports\n",
    `    - name: some things are kept
      who: { authenticated: true }
      allow: [iot:RetainPublish]
      on: ["arn:aws:iot:us-east-1:123456789012:topic/things/\${claim:sub}/kept/*"]
      role: pool
    - name: editors write reports\n`,
  );

let stack: Stack;
const tokens = new Map<string, string>();
const opened: Connected[] = [];
afterEach(() => {
  for (const { vanish } of opened.splice(0)) vanish();
});

/** Starts with the tokens of those who connect. */
async function start(config: (yaml: string) => string = withKept): Promise<void> {
  stack = await startStack({ config });
  for (const user of ["analyst", "editor"]) tokens.set(user, await stack.tokenOf(user));
}

/** The analyst's, by default with the client id that is theirs. */
async function connected(options: MqttWish = {}, user: keyof typeof SUBS = "analyst"): Promise<Connected> {
  const client = await openMqtt(stack, { token: tokens.get(user), clientId: SUBS[user], ...options });
  opened.push(client);
  return client;
}
const refused = (options: MqttWish = {}) =>
  refusedMqtt(stack, { token: tokens.get("analyst"), clientId: SUBS.analyst, ...options });

const willOn = (topic: string, retain = false): NonNullable<IClientOptions["will"]> => ({
  topic,
  payload: Buffer.from("gone"),
  qos: 1,
  retain,
});

const texts = ({ messages }: Connected): readonly string[] => messages.map(({ text }) => text);

/** Waits for an answer to everything that was sent before. */
async function settled({ mqtt, messages }: Connected, topic = `${OWN}/settled`): Promise<void> {
  await mqtt.subscribeAsync(topic);
  await mqtt.publishAsync(topic, "settled", { qos: 1 });
  await until(() => messages.at(-1)?.text === "settled");
}

/** Publishes by an alias. */
const by = (topicAlias: number) => ({ qos: 1, properties: { topicAlias } }) as const;

/** What any version has in common. */
function carriesMessages(version: IClientOptions): void {
  it.each([0, 1] as const)("a thousand messages of QoS %d come, whole and in order", async (qos) => {
    const sender = await connected(version);
    const receiver = await connected({ ...version, clientId: `${SUBS.analyst}-phone` });
    await receiver.mqtt.subscribeAsync(`${OWN}/${SUBS.analyst}-phone/#`, { qos });
    const topic = `${OWN}/${SUBS.analyst}-phone/lamp`;
    const sent = Array.from({ length: 1000 }, (_, i) => `message ${i}`);
    await Promise.all(sent.map((text) => sender.mqtt.publishAsync(topic, text, { qos })));
    await until(() => receiver.messages.length === sent.length);
    expect(texts(receiver)).toEqual(sent);
    expect(receiver.messages[0]).toMatchObject({ topic, packet: { qos } });
    expect(sender.messages).toEqual([]);
  });

  it("one of the longest that AWS takes is not altered", async () => {
    const { mqtt, messages } = await connected(version);
    await mqtt.subscribeAsync(`${OWN}/long`, { qos: 1 });
    const long = Buffer.alloc(128 * 1024, "0123456789abcdef\u00e9");
    await mqtt.publishAsync(`${OWN}/long`, long, { qos: 1 });
    await until(() => messages.length === 1);
    expect(messages[0]?.packet.payload).toEqual(long);
  });

  it("two users have the same names below what is theirs, and neither hears the other", async () => {
    const users = ["analyst", "editor"] as const;
    const both = await Promise.all(users.map((user) => connected(version, user)));
    await Promise.all(
      both.map(({ mqtt }, i) => mqtt.subscribeAsync(`things/${SUBS[users[i] ?? "admin"]}/#`)),
    );
    for (let round = 0; round < 20; round++) {
      await Promise.all(
        both.map(({ mqtt }, i) =>
          mqtt.publishAsync(`things/${SUBS[users[i] ?? "admin"]}/same`, `of ${users[i]}`, { qos: 1 }),
        ),
      );
    }
    await until(() => both.every(({ messages }) => messages.length >= 20));
    await Promise.all(both.map((one, i) => settled(one, `things/${SUBS[users[i] ?? "admin"]}/last`)));
    expect(new Set(texts(both[0] as Connected))).toEqual(new Set(["of analyst", "settled"]));
    expect(new Set(texts(both[1] as Connected))).toEqual(new Set(["of editor", "settled"]));
  });

  it("one is kept where a rule says so, and comes to who subscribes later", async () => {
    const first = await connected(version);
    await first.mqtt.publishAsync(`${OWN}/kept/lamp`, "on", { qos: 1, retain: true });
    await first.mqtt.endAsync();
    const later = await connected(version);
    await later.mqtt.subscribeAsync(`${OWN}/kept/+`);
    await until(() => later.messages.length === 1);
    expect(later.messages[0]).toMatchObject({ text: "on", packet: { retain: true } });
    await later.mqtt.publishAsync(`${OWN}/kept/lamp`, "", { qos: 1, retain: true });
  });

  it("a will is published for a client that vanishes, and for none that says goodbye", async () => {
    const watching = await connected({ ...version, clientId: `${SUBS.analyst}-watch` });
    const topic = `${OWN}/${SUBS.analyst}-watch/gone`;
    await watching.mqtt.subscribeAsync(topic);
    const polite = await connected({ ...version, will: willOn(topic) });
    await polite.mqtt.endAsync();
    await polite.closed;
    const rude = await connected({ ...version, will: { ...willOn(topic), payload: Buffer.from("rude") } });
    rude.vanish();
    await until(() => watching.messages.length > 0);
    expect(texts(watching)).toEqual(["rude"]);
  });

  it.each([
    ["on another's topic", willOn(`${FOREIGN}/x`)],
    ["that is kept without leave", willOn(`${OWN}/x`, true)],
    ["on a reserved topic", willOn(`$aws/things/${SUBS.editor}/shadow/update`)],
  ])("no client is connected with a will %s", async (_which, will) => {
    const before = stack.aws.calls.of("iotdevicegateway:Connect");
    const { code, closed } = await refused({ ...version, will });
    expect(code).toBe(version.protocolVersion === 5 ? 0x87 : 5);
    expect(closed).toEqual([1008, "refused"]);
    expect(stack.aws.calls.of("iotdevicegateway:Connect")).toBe(before);
  });

  it.each([SUBS.editor, `${SUBS.analyst}x`, "*", "", `things/${SUBS.analyst}`, SUBS.analyst.toUpperCase()])(
    "no client is connected as %j",
    async (clientId) => {
      const raw = await openRawMqtt(stack, { token: tokens.get("analyst"), ...version });
      const protocolVersion = version.protocolVersion === 5 ? 5 : 4;
      raw.send(generate({ cmd: "connect", clientId, clean: true, protocolVersion }));
      expect(await raw.closed).toEqual([1008, "refused"]);
      const isNone = clientId === "" || clientId === "*";
      expect(raw.packets).toMatchObject([
        protocolVersion === 5 ? { reasonCode: isNone ? 0x85 : 0x87 } : { returnCode: isNone ? 2 : 5 },
      ]);
    },
  );

  it("of two clients of one name the older has to go", async () => {
    const older = await connected(version);
    const newer = await connected(version);
    expect((await older.closed)[0]).toBe(1014);
    await settled(newer);
    expect(newer.isClosed()).toBe(false);
  });

  const REFUSED_FILTERS = [
    "#",
    "+/x",
    "things/#",
    "things/+/x",
    `+/${SUBS.analyst}/x`,
    "things//x",
    `/things/${SUBS.analyst}/x`,
    `${FOREIGN}/x`,
    `Things/${SUBS.analyst}/x`,
    "$SYS/#",
    `$share/g/${FOREIGN}/x`,
    "$share/g/#",
    `$share/g/$share/g/${OWN}/x`,
    `$aws/things/${SUBS.analyst}/shadow/get/accepted`,
  ];

  it("filters that are nobody's are refused one by one, and those beside them stand", async () => {
    const raw = await openRawMqtt(stack, { token: tokens.get("analyst"), ...version });
    const protocolVersion = version.protocolVersion === 5 ? 5 : 4;
    raw.send(generate({ cmd: "connect", clientId: SUBS.analyst, clean: true, protocolVersion }));
    await until(() => raw.packets.length === 1);
    const topics = [`${OWN}/a`, ...REFUSED_FILTERS, `${OWN}/+/b`];
    const subscriptions = topics.map((topic) => ({ topic, qos: 1 as const }));
    raw.send(generate({ cmd: "subscribe", messageId: 7, subscriptions }, { protocolVersion }));
    await until(() => raw.packets.length === 2);
    const { messageId, granted } = raw.packets[1] as ISubackPacket;
    expect(messageId).toBe(7);
    expect([granted[0], granted.at(-1)]).toEqual([1, 1]);
    const codes = new Set(granted.slice(1, -1));
    expect(codes).toEqual(new Set(protocolVersion === 5 ? [0x87, 0x8f] : [0x80]));
    raw.terminate();
  });

  it("dots are plain letters of a topic: nothing is climbed by them", async () => {
    const { mqtt, messages } = await connected(version);
    await mqtt.subscribeAsync([`${OWN}/../x`, `${OWN}/./y`]);
    await mqtt.publishAsync(`${OWN}/x`, "no", { qos: 1 });
    await mqtt.publishAsync(`${OWN}/y`, "no", { qos: 1 });
    await mqtt.publishAsync(`${OWN}/../x`, "yes", { qos: 1 });
    await until(() => messages.length === 1);
    expect(messages).toMatchObject([{ topic: `${OWN}/../x`, text: "yes" }]);
  });
}

describe("MQTT 3.1.1 to AWS IoT", () => {
  beforeAll(() => start());
  afterAll(() => stack.close());

  carriesMessages({ protocolVersion: 4 });

  it.each([
    ["another's topic", (mqtt: MqttClient) => mqtt.publish(`${FOREIGN}/x`, "x")],
    ["another's topic, with QoS 1", (mqtt: MqttClient) => mqtt.publish(`${FOREIGN}/x`, "x", { qos: 1 })],
    [
      "a topic that is kept without leave",
      (mqtt: MqttClient) => mqtt.publish(`${OWN}/x`, "x", { retain: true }),
    ],
    ["a topic of AWS's own", (mqtt: MqttClient) => mqtt.publish("$aws/rules/all", "x")],
  ])("who publishes to %s is told goodbye, and AWS hears nothing of it", async (_which, publish) => {
    const editor = await connected({}, "editor");
    await editor.mqtt.subscribeAsync(`${FOREIGN}/#`);
    const client = await connected();
    const before = stack.aws.calls.of("iotdevicegateway:Publish");
    publish(client.mqtt);
    expect(await client.closed).toEqual([1008, "refused"]);
    await settled(editor, `${FOREIGN}/last`);
    expect(texts(editor)).toEqual(["settled"]);
    expect(stack.aws.calls.of("iotdevicegateway:Publish")).toBe(before + 1);
  });

  it("the will of who is told goodbye so is still published", async () => {
    const watching = await connected({ clientId: `${SUBS.analyst}-watch` });
    const topic = `${OWN}/${SUBS.analyst}-watch/gone`;
    await watching.mqtt.subscribeAsync(topic);
    const client = await connected({ will: willOn(topic) });
    client.mqtt.publish(`${FOREIGN}/x`, "x");
    await until(() => watching.messages.length > 0);
    expect(texts(watching)).toEqual(["gone"]);
  });

  it("is not spoken where the path, the query or the subprotocol is another, and guests have no things", async () => {
    const headers = { authorization: `Bearer ${tokens.get("analyst")}` };
    const wish = { headers, protocols: ["mqtt"] };
    for (const [asked, reason] of [
      [{ ...wish, path: "/things/mqtt/" }, "operation-unknown"],
      [{ ...wish, path: "/things/MQTT" }, "operation-unknown"],
      [{ ...wish, path: "/things/" }, "operation-unknown"],
      [{ ...wish, path: "/things/mqtt?X-Amz-Signature=0" }, "presigned-not-accepted"],
      [{ ...wish, path: "/things/mqtt?a=b" }, "query-not-allowed"],
      [{ headers, path: "/things/mqtt" }, "upgrade-not-accepted"],
      [{ headers, path: "/things/mqtt", protocols: ["MQTT"] }, "upgrade-not-accepted"],
      [{ path: "/things/mqtt", protocols: ["mqtt"] }, "origin-not-allowed"],
      [{ path: "/things/mqtt", protocols: ["mqtt"], headers: { "x-postern-client": "1" } }, "denied-no-rule"],
    ] as const)
      expect([asked.path, (await refusal(stack, asked)).reason]).toEqual([asked.path, reason]);
    const { socket, closed } = await open(stack, {
      headers,
      path: "/things/mqtt",
      protocols: ["v9", "mqttv3.1"],
    });
    expect(socket.protocol).toBe("mqttv3.1");
    socket.terminate();
    await closed;
    const plain = await fetch(`${stack.url}/things/mqtt`, { headers });
    expect([plain.status, plain.headers.get("upgrade")]).toEqual([426, "websocket"]);
  });

  it("each packet is in the record once it is decided, and nothing secret is in any line", async () => {
    const { mqtt } = await connected({ username: "user-9x", password: "password-9x" });
    await mqtt.publishAsync(`${OWN}/secret-topic`, "payload-9x", { qos: 1 });
    await mqtt.endAsync();
    const lines = stack.logged();
    expect(lines).toContain('"operation":"Publish"');
    expect(lines).toContain(`topic/${OWN}/secret-topic`);
    const sessions = stack.aws.sessions.all();
    expect(sessions.length).toBeGreaterThan(0);
    for (const secret of [
      ...[...tokens.values()].flatMap((token) => token.split(".").slice(1)),
      ...sessions.flatMap(({ sessionToken, secretAccessKey }) => [sessionToken, secretAccessKey]),
      "X-Amz-Signature",
      "X-Amz-Security-Token",
      "password-9x",
      "payload-9x",
    ])
      expect(lines).not.toContain(secret);
  });
});

if (NO_MOSQUITTO !== undefined) it.skip(NO_MOSQUITTO, () => {});

describe.skipIf(NO_MOSQUITTO !== undefined)("a broker that takes everybody", () => {
  let broker: OpenBroker;
  beforeAll(async () => {
    broker = await startOpenBroker();
    await start((yaml) => broker.config()(withKept(yaml)));
  });
  afterAll(async () => {
    await stack.close();
    await broker.close();
  });

  describe("is used by clients of MQTT 3.1.1 as the rules say", () => {
    carriesMessages({ protocolVersion: 4 });
  });

  describe("is used by clients of MQTT 5 as the rules say", () => {
    carriesMessages({ protocolVersion: 5 });
  });

  const V5 = { protocolVersion: 5 } as const;

  it("a message that is refused is acknowledged so, and the connection stands", async () => {
    const client = await connected(V5);
    const { mqtt } = client;
    const topics = [`${FOREIGN}/alone`, "nobody's", "$aws/rules/all", "$SYS/x"];
    for (const topic of topics)
      for (const qos of [1, 2] as const)
        await expect(mqtt.publishAsync(topic, "x", { qos })).rejects.toMatchObject({ code: 0x87 });
    await expect(mqtt.publishAsync(`${OWN}/x`, "x", { qos: 1, retain: true })).rejects.toMatchObject({
      code: 0x87,
    });
    await settled(client);
    for (const topic of topics) expect(broker.heard().includes(topic)).toBe(false);
  });

  it("one that nobody acknowledges ends the connection, which says why", async () => {
    const client = await connected(V5);
    client.mqtt.publish(`${FOREIGN}/unheard`, "x");
    expect(await client.closed).toEqual([1008, "refused"]);
    expect(client.reasons).toEqual([0x87]);
    expect(broker.heard().includes("unheard")).toBe(false);
  });

  it("an alias stands for an allowed topic, and for none that was refused", async () => {
    const client = await connected(V5);
    const { mqtt, messages } = client;
    await mqtt.subscribeAsync(`${OWN}/#`);
    await mqtt.publishAsync(`${OWN}/aliased`, "1", by(1));
    await mqtt.publishAsync("", "2", by(1));
    await until(() => messages.length === 2);
    expect(messages.map(({ topic, text }) => [topic, text])).toEqual([
      [`${OWN}/aliased`, "1"],
      [`${OWN}/aliased`, "2"],
    ]);
    // The alias is taken from the topic that was allowed, too.
    await expect(mqtt.publishAsync(`${FOREIGN}/aliased`, "3", by(1))).rejects.toMatchObject({ code: 0x87 });
    mqtt.publish("", "4", by(1));
    expect(await client.closed).toEqual([1002, "protocol"]);
    expect(client.reasons).toEqual([0x82]);
    expect(texts(client)).toEqual(["1", "2"]);
    expect(broker.heard().includes(`${FOREIGN}/aliased`)).toBe(false);
  });

  it("a subscription is shared below what is the caller's own", async () => {
    const { mqtt, messages } = await connected(V5);
    await mqtt.subscribeAsync(`$share/g/${OWN}/shared`, { qos: 1 });
    await mqtt.publishAsync(`${OWN}/shared`, "x", { qos: 1 });
    await until(() => messages.length === 1);
    expect(messages[0]?.topic).toBe(`${OWN}/shared`);
  });

  it("neither token, name nor password go there: the session token stands in the address alone", async () => {
    const { mqtt } = await connected({ ...V5, username: "user-7y", password: "password-7y" });
    await mqtt.endAsync();
    const handshake = broker.handshakes.at(-1);
    const url = new URL(handshake?.url ?? "", broker.url);
    expect(
      handshake?.rawHeaders
        .filter((_, i) => i % 2 === 0)
        .map((name) => name.toLowerCase())
        .sort(),
    ).toEqual([
      "connection",
      "host",
      "sec-websocket-key",
      "sec-websocket-protocol",
      "sec-websocket-version",
      "upgrade",
    ]);
    expect([...url.searchParams.keys()]).toEqual([
      "X-Amz-Algorithm",
      "X-Amz-Credential",
      "X-Amz-Date",
      "X-Amz-SignedHeaders",
      "X-Amz-Signature",
      "X-Amz-Security-Token",
    ]);
    const [signature, sessionToken] = [
      url.searchParams.get("X-Amz-Signature") ?? "",
      url.searchParams.get("X-Amz-Security-Token") ?? "",
    ];
    expect([signature.length, sessionToken.length > 50]).toEqual([64, true]);
    const heads = broker.handshakes.map(({ rawHeaders, url: target }) => `${target} ${rawHeaders.join(" ")}`);
    for (const hidden of ["user-7y", "password-7y", ...tokens.values()]) {
      expect(broker.heard().includes(hidden)).toBe(false);
      expect(heads.join("\n")).not.toContain(hidden);
      expect(stack.logged()).not.toContain(hidden);
    }
    for (const hidden of [signature, sessionToken]) {
      expect(broker.heard().includes(hidden)).toBe(false);
      expect(stack.logged()).not.toContain(hidden);
    }
    expect(countsOf(stack.aws)).not.toHaveProperty("iotdevicegateway:OpenConnection");
  });
});
