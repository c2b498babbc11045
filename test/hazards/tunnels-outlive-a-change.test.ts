import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connect, type MqttClient } from "mqtt";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type ConfigMap, mountConfigMap } from "../support/config-map.ts";
import { type Stack, startStack } from "../support/stack.ts";
import { bearer, open } from "../support/web-sockets.ts";

const DEV = readFileSync(join(import.meta.dirname, "../../config/dev.yaml"), "utf8");
const THINGS = "things: { service: iotdevicegateway }";
const [ANALYST, MEMBER] = ["00000000-aaaa-4000-8000-000000000002", "00000000-aaaa-4000-8000-000000000004"];

let stack: Stack;
let map: ConfigMap;

afterEach(async () => {
  await stack.close();
  map.remove();
});

async function start(config: string): Promise<void> {
  map = mountConfigMap({ "postern.yaml": config });
  stack = await startStack({ config: () => config });
  stack.follow(map.pathOf("postern.yaml"));
}

const reloads = (): number => stack.logged().split("the configuration was reloaded").length - 1;

async function change(config: string): Promise<void> {
  const before = reloads();
  map.swap({ "postern.yaml": config });
  await vi.waitFor(() => expect(reloads()).toBe(before + 1), { timeout: 20_000, interval: 5 });
}

/** A rule that stands before that for things. */
const withRule = (config: string, ...lines: string[]): string =>
  config.replace("    - name: everyone has things", `${lines.map((line) => `    ${line}\n`).join("")}$&`);

async function dial(
  user: string,
  clientId: string,
): Promise<{ client: MqttClient; closed: Promise<unknown> }> {
  const client = connect(`${stack.url.replace("http", "ws")}/things/mqtt`, {
    clientId,
    protocolVersion: 4,
    reconnectPeriod: 0,
    keepalive: 0,
    wsOptions: { headers: { authorization: `Bearer ${await stack.tokenOf(user)}` } },
  });
  client.on("error", () => {}); // shows as its end
  return { client, closed: new Promise((resolve) => void client.once("close", () => resolve("closed"))) };
}

async function connected(user: string, clientId: string) {
  const dialled = await dial(user, clientId);
  await new Promise((resolve, reject) => {
    dialled.client.once("connect", resolve).once("close", () => reject(new Error("closed")));
  });
  return dialled;
}

describe("a tunnel that was open before a change", () => {
  it("is held to denies on the account that its upstream is of then", async () => {
    const anyAccount = withRule(
      DEV.replaceAll("arn:aws:iot:us-east-1:123456789012:", "arn:aws:iot:us-east-1:*:"),
      "- name: nobody tells secrets",
      "  deny: [iot:Publish]",
      '  on: ["arn:aws:iot:us-east-1:123456789012:topic/things/*/secret"]',
    );
    await start(anyAccount.replace(THINGS, THINGS.replace(" }", ', account: "999999999999" }')));
    const { closed } = await connected("analyst", ANALYST);
    await change(anyAccount);
    expect(await closed).toBe("closed");
  });

  it("is held to denies of its caller under the name that the issuer has then", async () => {
    await start(DEV);
    const { closed } = await connected("analyst", ANALYST);
    await change(
      withRule(
        DEV.replace("- name: local\n", "- name: staff\n"),
        "- name: staff tell no secrets",
        "  who: { issuers: [staff] }",
        "  deny: [iot:Publish]",
        '  on: ["arn:aws:iot:us-east-1:123456789012:topic/things/*/secret"]',
      ),
    );
    expect(await closed).toBe("closed");
  });

  it("does not go on with the credentials of a source that is another by the same name", async () => {
    await start(DEV);
    const { closed } = await connected("analyst", ANALYST);
    const raw = await open(stack, { headers: bearer(await stack.tokenOf("analyst")) });
    const ended = new Promise((resolve) => void raw.socket.once("close", resolve));
    await change(DEV.replace(/(identityPoolId: "us-east-1:0{8}-0000-4000-8000-0{9})001"/, '$10ff"'));
    expect([await closed, await ended]).toEqual(["closed", 1008]);
  });

  it("stands where nothing changed that it goes by", async () => {
    await start(DEV);
    const { client } = await connected("analyst", ANALYST);
    await change(withRule(DEV, "- name: nobody is told", '  deny: ["sns:*"]', '  on: ["*"]'));
    await client.publishAsync(`things/${ANALYST}/a`, "x", { qos: 1 });
    expect(client.connected).toBe(true);
    client.end(true);
  });
});

it("a CONNECT that is withdrawn while credentials are got attaches no policy", async () => {
  const attaching = DEV.replace(THINGS, THINGS.replace(" }", ", iotPolicy: postern-things }"));
  expect(attaching).not.toBe(DEV);
  await start(attaching);
  stack.aws.faults.add({
    service: "cognito-identity",
    operation: "GetCredentialsForIdentity",
    effect: { kind: "latency", ms: 3000 },
  });
  const { closed } = await dial("member", MEMBER);
  await vi.waitFor(() => expect(stack.aws.calls.of("cognito-identity:GetId")).toBe(1), { timeout: 10_000 });
  await change(withRule(attaching, "- name: no things any more", '  deny: ["iot:*"]', '  on: ["*"]'));
  expect(await closed).toBe("closed");
  await vi.waitFor(() => expect(stack.aws.calls.of("cognito-identity:GetCredentialsForIdentity")).toBe(1), {
    timeout: 10_000,
  });
  await sleep(3500);
  expect([stack.aws.calls.of("iot:GetPolicy"), stack.aws.calls.of("iot:AttachPolicy")]).toEqual([0, 0]);
});
