import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Recorded } from "../../src/sidecar/recorded.ts";
import { type ConfigMap, mountConfigMap } from "../support/config-map.ts";
import { NO_MOSQUITTO } from "../support/mosquitto.ts";
import { type Connected, type MqttWish, openMqtt, refusedMqtt, SUBS } from "../support/mqtt-clients.ts";
import { type OpenBroker, startOpenBroker, withThings } from "../support/open-broker.ts";
import { withOpenIot } from "../support/open-iot-world.ts";
import { roleArn, withRules } from "../support/own-rules.ts";
import { scrape } from "../support/scrape.ts";
import { type Stack, type StackOptions, startStack } from "../support/stack.ts";
import { until } from "../support/until.ts";

const SUB = SUBS.analyst;
const OWN = `things/${SUB}`;
const IOT = "arn:aws:iot:us-east-1:123456789012";
const ON = "    - name: everyone has things\n";

/** Who takes the place of AWS IoT, by the version that is spoken. */
interface Aws {
  readonly protocolVersion: 4 | 5;
  readonly config: (settings?: string) => (yaml: string) => string;
  /** Connections that it has. */
  readonly open: () => number;
  /** Ends all of them. */
  readonly cut: () => void;
}

let stack: Stack;
let opened: Connected[] = [];
let folder: string;
let files: ConfigMap | undefined;
/** The text of the configuration that is followed. */
let text = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "postern-mqtt-ends-"));
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(async () => {
  for (const { vanish } of opened) vanish();
  opened = [];
  await stack.close();
  files?.remove();
  files = undefined;
});

/** Starts Postern, which follows its configuration. */
async function start(config: (yaml: string) => string, options: StackOptions = {}): Promise<void> {
  stack = await startStack({
    ...options,
    config: (yaml) => {
      text = config(yaml);
      return text;
    },
  });
  files = mountConfigMap({ "postern.yaml": text });
  stack.follow(files.pathOf("postern.yaml"));
}

const taken = (): number => stack.logged().split("the configuration was reloaded").length;

/** Puts another configuration in place, and waits until it is taken over. */
async function change(config: (yaml: string) => string): Promise<void> {
  const before = taken();
  files?.swap({ "postern.yaml": config(text) });
  await until(() => taken() > before);
}

async function connected(wish: MqttWish): Promise<Connected> {
  const client = await openMqtt(stack, { clientId: SUB, ...wish });
  opened.push(client);
  return client;
}

const tokenFor = (lifetimeMs: number): Promise<string> =>
  stack.aws.identity.tokens.issueIdToken({ username: "analyst", clientId: "web", lifetimeMs });

const withRule = (rule: string) => (yaml: string) => yaml.replace(ON, `    - ${rule}\n${ON}`);
const denying = (action: string, on: string) =>
  withRule(`{ name: no more, deny: ["${action}"], on: ["${IOT}:${on}"] }`);

const will = {
  topic: `${OWN}/${SUB}-watch/gone`,
  payload: Buffer.from("gone"),
  qos: 1,
  retain: false,
} as const;

/** Everything by which a connection ends, whoever takes the place of AWS. */
function ends(awsOf: () => Aws): void {
  let version: { protocolVersion: 4 | 5 };
  beforeAll(() => {
    version = { protocolVersion: awsOf().protocolVersion };
  });

  /** A client, and what it is told when it ends; nobody is left at AWS then. */
  async function expectEnd(
    { closed, reasons }: Connected,
    [code, why]: readonly [number, string],
    reason: number | undefined,
  ): Promise<void> {
    expect(await closed).toEqual([code, why]);
    expect(reasons).toEqual(version.protocolVersion === 5 && reason !== undefined ? [reason] : []);
    await until(() => stack.logged().includes(`"why":"${why}"`));
    await until(() => awsOf().open() === opened.filter((one) => !one.isClosed()).length);
    const open = 'postern_tunnels_open{upstream="things"}';
    expect((await scrape(stack.ports.probes))(open)).toBe(awsOf().open());
  }

  it("with the caller's token, and what the client had left to be said is not said", async () => {
    await start(awsOf().config());
    const watching = await connected({
      ...version,
      token: await stack.tokenOf("analyst"),
      clientId: `${SUB}-watch`,
    });
    await watching.mqtt.subscribeAsync(`${OWN}/${SUB}-watch/#`);
    const client = await connected({ ...version, token: await tokenFor(4000), will });
    await expectEnd(client, [1008, "token"], 0x87);
    await watching.mqtt.publishAsync(`${OWN}/${SUB}-watch/last`, "last", { qos: 1 });
    await until(() => watching.messages.length > 0);
    expect(watching.messages.map(({ text: told }) => told)).toEqual(["last"]);
  });

  it.each([
    [
      "the rule is gone",
      (yaml: string) => yaml.replace(/ {4}- name: everyone has things\n(?: {6}.*\n| {8}.*\n)+/, ""),
    ],
    ["its client id is denied", denying("iot:Connect", `client/${SUB}`)],
    ["a filter of its own is denied", denying("iot:Subscribe", `topicfilter/${OWN}/a/#`)],
    ["what may come by a filter of its own is denied", denying("iot:Subscribe", `topicfilter/${OWN}/a/b`)],
    ["its will is denied", denying("iot:Publish", `topic/${OWN}/${SUB}-watch/gone`)],
    [
      "it would have other credentials",
      (yaml: string) => yaml.replace(/(everyone has things[^]*?role: )pool/, `$1${roleArn("analyst")}`),
    ],
    ["the upstream is gone", (yaml: string) => yaml.replace(/ {2}things: .*\n/, "")],
    [
      "the upstream is elsewhere",
      (yaml: string) =>
        yaml.replace(/(things: .*?)(?:, endpoint: "[^"]*")? \}/, '$1, endpoint: "ws://127.0.0.1:9" }'),
    ],
    [
      "its path leads elsewhere",
      (yaml: string) =>
        yaml.replace(
          "service: iotdevicegateway",
          "service: iotdevicegateway, match: { pathPrefix: /elsewhere }",
        ),
    ],
  ])("once %s", async (_which, changed) => {
    await start(awsOf().config());
    const client = await connected({ ...version, token: await stack.tokenOf("analyst"), will });
    await client.mqtt.subscribeAsync([`${OWN}/a/#`, `${OWN}/b`]);
    await change(changed);
    await expectEnd(client, [1008, "denied"], 0x87);
  });

  it("but not by a change that is not about it: its subscriptions go on", async () => {
    await start(awsOf().config());
    const client = await connected({ ...version, token: await stack.tokenOf("analyst"), will });
    await client.mqtt.subscribeAsync([`${OWN}/a/#`, `${OWN}/gone`]);
    await client.mqtt.unsubscribeAsync(`${OWN}/gone`);
    await change((yaml) =>
      denying(
        "iot:Subscribe",
        `topicfilter/${OWN}/gone`,
      )(yaml).replace("admins do anything", "admins do all"),
    );
    await client.mqtt.publishAsync(`${OWN}/a/b`, "after", { qos: 1 });
    await until(() => client.messages.length > 0);
    expect([client.messages[0]?.text, client.isClosed()]).toEqual(["after", false]);
  });

  it("nor by one of what it may say: that holds from the next message on", async () => {
    await start(awsOf().config());
    const client = await connected({ ...version, token: await stack.tokenOf("analyst") });
    await client.mqtt.publishAsync(`${OWN}/quiet`, "still", { qos: 1 });
    await change(denying("iot:Publish", `topic/${OWN}/quiet`));
    expect(client.isClosed()).toBe(false);
    await client.mqtt.publishAsync(`${OWN}/loud`, "still", { qos: 1 });
    const refused = client.mqtt.publishAsync(`${OWN}/quiet`, "no more", { qos: 1 });
    if (version.protocolVersion === 5) await expect(refused).rejects.toMatchObject({ code: 0x87 });
    else expect(await Promise.race([client.closed, refused])).toEqual([1008, "refused"]);
  });

  it("once its caller is on the denylist", async () => {
    const path = join(folder, "denied.txt");
    writeFileSync(path, "# nobody\n");
    await start((yaml) =>
      awsOf().config()(yaml.replace("guests: allow", `guests: allow\n  denylistFile: "${path}"`)),
    );
    const client = await connected({ ...version, token: await stack.tokenOf("analyst"), will });
    writeFileSync(`${path}.next`, `sub:local/${SUB}\n`);
    renameSync(`${path}.next`, path);
    await expectEnd(client, [1008, "token"], 0x87);
  });

  it.each([
    ["when nothing was said for so long", "websocket: { idle: 2s }", "idle", 0x8d],
    ["when it is as old as it may be", "websocket: { lifetime: 2s }", "lifetime", 0xa0],
  ])("%s", async (_when, settings, why, reason) => {
    await start(awsOf().config(settings));
    const client = await connected({ ...version, token: await stack.tokenOf("analyst") });
    await expectEnd(client, [1001, why], reason);
  });

  it("when Postern ends", async () => {
    await start(awsOf().config());
    const token = await stack.tokenOf("analyst");
    const clients = await Promise.all(
      Array.from({ length: 20 }, (_, i) => connected({ ...version, token, clientId: `${SUB}-${i}` })),
    );
    await stack.close();
    for (const { closed, reasons } of clients) {
      expect(await closed).toEqual([1001, "drain"]);
      expect(reasons).toEqual(version.protocolVersion === 5 ? [0x8b] : []);
    }
  });

  it("when AWS ends it", async () => {
    await start(awsOf().config());
    const client = await connected({ ...version, token: await stack.tokenOf("analyst") });
    awsOf().cut();
    await expectEnd(client, [1014, "upstream"], undefined);
  });
}

describe("a connection of MQTT 3.1.1 to AWS IoT ends", () => {
  ends(() => ({
    protocolVersion: 4,
    config: (settings) => (settings === undefined ? (yaml) => yaml : withThings(settings)),
    open: () => stack.aws.iot.clients().length,
    cut: () => {
      for (const { clientId } of stack.aws.iot.clients()) stack.aws.iot.disconnect(clientId);
    },
  }));
});

if (NO_MOSQUITTO !== undefined) it.skip(NO_MOSQUITTO, () => {});

describe.skipIf(NO_MOSQUITTO !== undefined)("a connection of MQTT 5 ends", () => {
  let broker: OpenBroker;
  beforeAll(async () => {
    broker = await startOpenBroker();
  });
  afterAll(() => broker.close());
  ends(() => ({ protocolVersion: 5, config: broker.config, open: broker.open, cut: broker.cut }));
});

/** What `/.postern/whoami` tells of the IoT policy. */
async function standing(token: string): Promise<string | undefined> {
  const answer = await fetch(`${stack.url}/.postern/whoami`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const { upstreams } = (await answer.json()) as {
    readonly upstreams: { readonly things: readonly { readonly iotPolicy?: string }[] };
  };
  return upstreams.things.find(({ iotPolicy }) => iotPolicy !== undefined)?.iotPolicy;
}

describe("a connection is opened with credentials", () => {
  it("and ends with them", async () => {
    await start((yaml) => yaml, { aws: { lifetimes: { credentialsMs: 4000 } } });
    const { closed } = await connected({ token: await stack.tokenOf("analyst") });
    expect(await closed).toEqual([1008, "credentials"]);
    await until(() => stack.aws.iot.clients().length === 0);
  });
});

describe("a CONNECT", () => {
  it("is answered with unavailable where AWS is: that says nothing of a policy", async () => {
    await start((yaml) => yaml);
    const token = await stack.tokenOf("analyst");
    const up = stack.aws.faults.down("iotdevicegateway");
    expect(await refusedMqtt(stack, { token, clientId: SUB })).toEqual({
      code: 3,
      closed: [1014, "upstream"],
    });
    up();
    const removed = stack.aws.faults.add({
      service: "iotdevicegateway",
      operation: "OpenConnection",
      effect: { kind: "error", status: 503 },
    });
    expect((await refusedMqtt(stack, { token, clientId: SUB })).code).toBe(3);
    removed();
    expect(await standing(token)).toBe("unknown");
    await connected({ token });
    expect(await standing(token)).toBe("in-force");
    expect(stack.logged()).not.toContain("did not take a CONNECT");
  });

  it("is refused where AWS refuses its handshake", async () => {
    await start((yaml) => yaml);
    const token = await stack.tokenOf("analyst");
    stack.aws.faults.add({ service: "iotdevicegateway", effect: { kind: "error", status: 403 } });
    expect(await refusedMqtt(stack, { token, clientId: SUB })).toEqual({
      code: 5,
      closed: [1014, "upstream"],
    });
  });

  it.each([
    ["are refused", { kind: "error", status: 400, code: "NotAuthorizedException" }, 5, [1008, "refused"]],
    ["cannot be had", { kind: "error", status: 500 }, 3, [1014, "upstream"]],
    ["are too many", { kind: "throttle" }, 3, [1014, "upstream"]],
  ] as const)("tells where credentials %s", async (_how, effect, code, closed) => {
    await start((yaml) => yaml);
    const token = await stack.tokenOf("analyst");
    stack.aws.faults.add({ service: "cognito-identity", operation: "GetCredentialsForIdentity", effect });
    expect(await refusedMqtt(stack, { token, clientId: SUB })).toEqual({ code, closed });
    expect(stack.aws.calls.of("iotdevicegateway:OpenConnection")).toBe(0);
  });
});

const THINGS = (more: string): string => `
    - name: things
      who: { authenticated: true }
      allow: [iot:Connect, iot:Publish, iot:Subscribe]
      on:
        - "${IOT}:client/\${claim:sub}"
        - "${IOT}:topic/things/\${claim:sub}/*"
        - "${IOT}:topicfilter/things/\${claim:sub}/*"
      role: pool
${more}
    - name: the rest is used
      who: { groups: [nobody] }
      allow: ["s3:*", "execute-api:Invoke", "sts:GetCallerIdentity"]
      on: ["*"]
      role: pool
    - name: guests read what is public
      who: { guest: true }
      allow: [s3:GetObject]
      on: ["arn:aws:s3:::public/*"]
      role: pool
    - name: the service keeps orders
      who: { clients: [service] }
      allow: [dynamodb:GetItem]
      on: ["arn:aws:dynamodb:us-east-1:123456789012:table/Orders"]
      role: ${roleArn("service")}
      credentials: service
`;

describe("a message on its way to a client", () => {
  it("that no rule lets it receive is dropped and acknowledged, and the connection stands", async () => {
    await start((yaml) =>
      withRules(
        yaml,
        THINGS(`
    - name: some come in
      who: { authenticated: true }
      allow: [iot:Receive]
      on: ["${IOT}:topic/things/\${claim:sub}/in/*"]
      role: pool`),
      ),
    );
    const { mqtt, messages, isClosed } = await connected({ token: await stack.tokenOf("analyst") });
    await mqtt.subscribeAsync(`${OWN}/#`, { qos: 1 });
    for (let i = 0; i < 50; i++) {
      await mqtt.publishAsync(`${OWN}/out/${i}`, "no", { qos: i % 2 === 0 ? 0 : 1 });
      await mqtt.publishAsync(`${OWN}/in/${i}`, `in ${i}`, { qos: 1 });
    }
    await until(() => messages.length === 50);
    expect(messages.map(({ text: told }) => told)).toEqual(Array.from({ length: 50 }, (_, i) => `in ${i}`));
    expect(isClosed()).toBe(false);
    expect(stack.logged()).toMatch(
      /"operation":"Receive",[^\n]*"outcome":"refused","reason":"denied-no-rule"/,
    );
  });
});

/** A rule of the editors' that gives a role. */
const ruleOf = (name: string, role: string, on: string): string => `
    - name: ${name}
      who: { groups: [editors] }
      allow: [iot:Connect, iot:Publish, iot:Subscribe, iot:Receive]
      on: ${on}
      role: ${roleArn(role)}`;

describe("what is allowed with another role than the CONNECT", () => {
  it("is refused over its connection", async () => {
    await start((yaml) =>
      withRules(
        yaml,
        THINGS(
          ruleOf(
            "t1",
            "analyst",
            `["${IOT}:client/\${claim:sub}-a", "${IOT}:topic/t1", "${IOT}:topicfilter/t1"]`,
          ) +
            ruleOf(
              "t2",
              "editor",
              `["${IOT}:client/\${claim:sub}-b", "${IOT}:topic/t2", "${IOT}:topicfilter/t2"]`,
            ),
        ),
      ),
    );
    const token = await stack.tokenOf("editor");
    const first = await connected({ token, clientId: `${SUBS.editor}-a` });
    await expect(first.mqtt.subscribeAsync("t2")).rejects.toThrow();
    expect(first.isClosed()).toBe(false);
    first.mqtt.publish("t2", "x");
    expect(await first.closed).toEqual([1008, "refused"]);
    expect(stack.logged()).toMatch(/"operation":"Publish",[^\n]*"reason":"roles-disagree"/);
    const willed = { topic: "t1", payload: Buffer.from("x"), qos: 0, retain: false } as const;
    const { code } = await refusedMqtt(stack, { token, clientId: `${SUBS.editor}-b`, will: willed });
    expect(code).toBe(5);
    expect(stack.logged()).toMatch(/"operation":"Connect",[^\n]*"reason":"roles-disagree"/);
    // AWS takes neither, since its own policies know nothing of these topics.
    expect(stack.aws.calls.of("iotdevicegateway:Publish")).toBe(0);
  });
});

describe("in record mode", () => {
  it("what no rule allows passes and becomes a suggestion, and what a rule denies does not", async () => {
    const in60 = new Date(Date.now() + 60_000).toISOString();
    await start(
      (yaml) =>
        withRules(
          yaml,
          `
    - { name: never, deny: ["iot:Publish"], on: ["${IOT}:topic/never/*"] }${THINGS("")}`,
        )
          .replace(/ {4}- name: things\n[^]*?role: pool\n/, "")
          .replace(/^policy:\n/m, `policy:\n  mode: record\n  until: ${in60}\n`),
      { world: withOpenIot },
    );
    const client = await connected({ token: await stack.tokenOf("analyst"), clientId: "lamp" });
    await client.mqtt.subscribeAsync("lobby/+", { qos: 1 });
    await client.mqtt.publishAsync("lobby/light", "on", { qos: 1 });
    await until(() => client.messages.length === 1);
    const answer = await fetch(`http://127.0.0.1:${stack.ports.operator}/recorded`);
    const { uses, rules } = (await answer.json()) as Recorded;
    expect(uses.map(({ action, resource }) => [action, resource])).toEqual(
      expect.arrayContaining([
        ["iot:Connect", `${IOT}:client/lamp`],
        ["iot:Publish", `${IOT}:topic/lobby/light`],
        ["iot:Receive", `${IOT}:topic/lobby/light`],
        ["iot:Subscribe", `${IOT}:topicfilter/lobby/+`],
      ]),
    );
    expect(JSON.stringify(rules)).toContain("iot:Publish");
    client.mqtt.publish("never/x", "x");
    expect(await client.closed).toEqual([1008, "refused"]);
  });
});
