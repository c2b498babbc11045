import { afterEach, describe, expect, it } from "vitest";
import type { World } from "../../src/local/world.ts";
import { mountConfigMap } from "../support/config-map.ts";
import { type Connected, type MqttWish, openMqtt, refusedMqtt, SUBS } from "../support/mqtt-clients.ts";
import { withThings } from "../support/open-broker.ts";
import { type Stack, startStack, type StackOptions } from "../support/stack.ts";
import { until } from "../support/until.ts";

const SUB = SUBS.member;
const ATTACHING = withThings("iotPolicy: postern-things");

let stack: Stack;
let token: string;
const opened: Connected[] = [];
afterEach(async () => {
  for (const { vanish } of opened.splice(0)) vanish();
  await stack.close();
});

/** Starts with a token of the member, to whose identity no policy is attached. */
async function start(options: StackOptions = {}): Promise<void> {
  stack = await startStack(options);
  token = await stack.tokenOf("member");
}

async function connected(wish: MqttWish = {}): Promise<Connected> {
  const client = await openMqtt(stack, { token, clientId: SUB, ...wish });
  opened.push(client);
  return client;
}
const refused = async (wish: MqttWish = {}) =>
  (await refusedMqtt(stack, { token, clientId: SUB, ...wish })).code;

/** What `/.postern/whoami` tells of the upstream `things`. */
interface Told {
  readonly identityId?: string;
  readonly iotPolicy?: string;
  readonly iotPolicyHint?: string;
}

async function told(bearer = token): Promise<Told | undefined> {
  const answer = await fetch(`${stack.url}/.postern/whoami`, {
    headers: { authorization: `Bearer ${bearer}` },
  });
  const { upstreams } = (await answer.json()) as { readonly upstreams: { readonly things: readonly Told[] } };
  return upstreams.things.find(({ identityId }) => identityId !== undefined);
}

/** Names of the policies that are attached to the member's identity. */
async function attached(): Promise<readonly string[]> {
  return stack.aws.iot.policies.attachedTo((await told())?.identityId ?? "");
}

/** What the control plane of AWS IoT was asked. */
const asked = () => ({
  get: stack.aws.calls.of("iot:GetPolicy"),
  attach: stack.aws.calls.of("iot:AttachPolicy"),
  refused: stack.aws.calls.of("iot:refused"),
});

const lines = (message: string): readonly string[] =>
  stack
    .logged()
    .split("\n")
    .filter((line) => line.includes(message));

/** A world in which the sidecar itself may do less. */
const withoutRights =
  (...actions: readonly string[]) =>
  (world: World): World => ({
    ...world,
    iamUsers: (world.iamUsers ?? []).map((user) => ({
      ...user,
      policies: [
        ...user.policies,
        { Version: "2012-10-17", Statement: [{ Effect: "Deny", Action: actions, Resource: "*" }] },
      ],
    })),
  });

describe("without an IoT policy to attach", () => {
  it("who has none is not let in by AWS: whoami and one line of the log say what may be missing", async () => {
    await start();
    expect(await told()).toBeUndefined();
    expect([await refused(), await refused()]).toEqual([3, 3]);
    const { iotPolicy, iotPolicyHint, identityId = "" } = (await told()) ?? {};
    expect(iotPolicy).toBe("may-be-missing");
    expect(iotPolicyHint).toContain("may not be attached");
    expect(lines("did not take a CONNECT")).toHaveLength(1);
    expect(lines("did not take a CONNECT")[0]).toContain("aws iot attach-policy --policy-name POLICY");
    expect(stack.logged()).not.toContain(identityId);
    expect(asked()).toEqual({ get: 0, attach: 0, refused: 0 });
    // Somebody attaches it.
    stack.aws.iot.policies.attach("postern-things", identityId);
    await connected();
    expect(await told()).toMatchObject({ iotPolicy: "in-force" });
  });

  it("a connection that Postern refuses says nothing of it", async () => {
    await start();
    const analyst = await stack.tokenOf("analyst");
    await connected({ token: analyst, clientId: SUBS.analyst });
    expect(await refused({ token: analyst, clientId: "another" })).toBe(5);
    expect(await told(analyst)).toMatchObject({ iotPolicy: "in-force" });
  });
});

describe("the IoT policy of the configuration", () => {
  it("is attached to who connects, by Postern itself, once", async () => {
    await start({ config: ATTACHING });
    await connected();
    expect(await attached()).toEqual(["postern-things"]);
    expect(asked()).toEqual({ get: 1, attach: 1, refused: 0 });
    expect(lines("IoT policy attached")).toHaveLength(1);
    expect(await told()).toMatchObject({ iotPolicy: "in-force" });
    await connected({ clientId: `${SUB}-phone` });
    await connected({ token: await stack.tokenOf("member"), clientId: `${SUB}-lamp` });
    expect(asked()).toEqual({ get: 1, attach: 1, refused: 0 });
    // Another's is another's, and the policy was looked at already.
    await connected({ token: await stack.tokenOf("editor"), clientId: SUBS.editor });
    expect(asked()).toEqual({ get: 1, attach: 2, refused: 0 });
    expect(stack.logged()).not.toContain((await told())?.identityId);
  });

  it("is attached once for fifty who connect at the same time", async () => {
    await start({ config: ATTACHING });
    await Promise.all(Array.from({ length: 50 }, (_, i) => connected({ clientId: `${SUB}-${i}` })));
    expect(stack.aws.iot.clients()).toHaveLength(50);
    expect(asked()).toEqual({ get: 1, attach: 1, refused: 0 });
  });

  it("is not attached for what Postern refuses", async () => {
    await start({ config: ATTACHING });
    expect(await refused({ clientId: SUBS.analyst })).toBe(5);
    expect(asked()).toEqual({ get: 0, attach: 0, refused: 0 });
  });

  it("is not attached again where somebody took it off", async () => {
    await start({ config: ATTACHING });
    const { closed, mqtt } = await connected();
    await mqtt.endAsync();
    await closed;
    stack.aws.iot.policies.detach("postern-things", (await told())?.identityId ?? "");
    expect(await refused()).toBe(3);
    expect(await attached()).toEqual([]);
    expect(asked()).toEqual({ get: 1, attach: 1, refused: 0 });
  });

  it("that is in force is remembered when the configuration changes", async () => {
    let text = "";
    await start({ config: (yaml) => (text = ATTACHING(yaml)) });
    const files = mountConfigMap({ "postern.yaml": text });
    stack.follow(files.pathOf("postern.yaml"));
    const client = await connected();
    files.swap({ "postern.yaml": text.replace("admins do anything", "admins do all") });
    await until(() => lines("the configuration was reloaded").length > 0);
    await connected({ clientId: `${SUB}-phone` });
    expect(asked()).toEqual({ get: 1, attach: 1, refused: 0 });
    expect(client.isClosed()).toBe(false);
    files.remove();
  });

  it("is attached to no guest", async () => {
    const guests = {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "iot:*", Resource: "*" }],
    };
    await start({
      config: (yaml) =>
        ATTACHING(yaml).replace(
          "    - name: guests read what is public\n",
          `    - name: guests have a lobby
      who: { guest: true }
      allow: [iot:Connect, iot:Publish]
      on: ["arn:aws:iot:us-east-1:123456789012:client/guest-*", "arn:aws:iot:us-east-1:123456789012:topic/lobby"]
      role: pool
    - name: guests read what is public\n`,
        ),
      world: (world) => ({
        ...world,
        roles: world.roles.map((role) =>
          role.name === "guest" ? { ...role, policies: [...role.policies, guests] } : role,
        ),
      }),
    });
    const { mqtt } = await connected({
      token: undefined,
      headers: { "x-postern-client": "1" },
      clientId: "guest-1",
    });
    await mqtt.publishAsync("lobby", "x", { qos: 1 });
    expect(asked()).toEqual({ get: 0, attach: 0, refused: 0 });
  });

  it.each([
    ["that binds nothing to who connects", "everyone", (world: World) => world, { get: 1, attach: 0 }],
    ["that is not there", "nowhere", (world: World) => world, { get: 1, attach: 0 }],
    [
      "that Postern may not look at",
      "postern-things",
      withoutRights("iot:GetPolicy"),
      { get: 0, attach: 0, refused: 1 },
    ],
    [
      "that Postern may not attach",
      "postern-things",
      withoutRights("iot:AttachPolicy"),
      { get: 1, attach: 0, refused: 1 },
    ],
  ])(
    "%s is not attached: the CONNECT is refused, and the log says why",
    async (_which, name, world, calls) => {
      await start({ config: withThings(`iotPolicy: ${name}`), world });
      expect([await refused(), await refused({ clientId: `${SUB}-phone` })]).toEqual([5, 5]);
      expect(asked()).toEqual({ refused: 0, ...calls });
      expect(await attached()).toEqual([]);
      const [line = "", ...others] = lines("IoT policy not attached");
      expect(others).toEqual([]);
      expect(JSON.parse(line)).toMatchObject({ level: "warn", upstream: "things", policy: name });
      expect(stack.aws.calls.of("iotdevicegateway:OpenConnection")).toBe(0);
      expect((await told())?.iotPolicy).toBe("unknown");
    },
  );

  it("is attached at the next attempt where AWS IoT was down at the first", async () => {
    await start({ config: ATTACHING });
    const up = stack.aws.faults.down("iot");
    expect(await refused()).toBe(3);
    up();
    await connected();
    expect(await attached()).toEqual(["postern-things"]);
  });
});
