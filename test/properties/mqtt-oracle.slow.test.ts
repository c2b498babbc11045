import * as fc from "fast-check";
import type { Packet } from "mqtt-packet";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Seen } from "../../src/local/guard/guard.ts";
import { MQTT_BYTES, type Text } from "../support/mqtt-bytes.ts";
import { openRawMqtt, type RawMqtt, SUBS } from "../support/mqtt-clients.ts";
import { withOpenIot } from "../support/open-iot-world.ts";
import { type Stack, startStack } from "../support/stack.ts";
import { until } from "../support/until.ts";

/** How many connections: `POSTERN_MQTT_ORACLE=20000` for a long run. */
const COUNT = Number(process.env["POSTERN_MQTT_ORACLE"] ?? 500);
const SEED = Number(process.env["POSTERN_MQTT_ORACLE_SEED"] ?? Date.now() % 1_000_000);

const SUB = SUBS.analyst;
const IOT = "arn:aws:iot:us-east-1:123456789012";

/** Rules that are easily mistaken: folders, wildcards in the middle, denies of a part, leave to have some things kept. */
const withWideRules = (yaml: string): string =>
  yaml.replace(
    "    - name: everyone has things\n",
    `    - name: a part is nobody's
      deny: [iot:Publish, iot:Subscribe]
      on: ["${IOT}:topic/things/\${claim:sub}/secret*", "${IOT}:topicfilter/things/\${claim:sub}/secret*", "${IOT}:topic/a/*/b"]
    - name: wide things
      who: { groups: [analysts] }
      allow: [iot:Connect, iot:Publish, iot:Subscribe, iot:Receive]
      on:
        - "${IOT}:client/c*"
        - "${IOT}:client/\u00e9"
        - "${IOT}:topic/a*"
        - "${IOT}:topicfilter/a*"
        - "${IOT}:topic/\u00e9/*"
        - "${IOT}:topicfilter/+/b"
        - "${IOT}:topic/$aws/things/*"
      role: pool
    - name: some is kept
      who: { groups: [analysts] }
      allow: [iot:RetainPublish]
      on: ["${IOT}:topic/a/*", "${IOT}:topic/things/\${claim:sub}/*"]
      role: pool
    - name: everyone has things\n`,
  );

let stack: Stack;
let token: string;
/** What the stand-in was asked: for each packet what it needs, as it reads it. */
const seen = new Set<string>();
/** Of that, what came since it was looked at last. */
let fresh: string[] = [];
function observe(needed: readonly Seen[]): void {
  if (needed[0]?.service !== "iotdevicegateway") return;
  seen.add(textOf(needed));
  fresh.push(textOf(needed));
}

beforeAll(async () => {
  stack = await startStack({ config: withWideRules, world: withOpenIot, aws: { observe } });
  token = await stack.tokenOf("analyst");
});
afterAll(() => stack.close());

/** What a packet needs, as text. */
function textOf(needed: readonly Pick<Seen, "action" | "resource">[]): string {
  return JSON.stringify(needed.map(({ action, resource }) => `${action} ${resource}`));
}

/** Parts of names that nobody stumbles over, or ought not to. */
const TAME: readonly string[] = [
  "a",
  "b",
  "c1",
  "",
  "..",
  "%2F",
  "a b",
  "$aws",
  "\u00e9",
  "e\u0301",
  "\u{1f4a1}",
];

const WILD = [
  ["things", SUB, SUBS.editor, SUB.toUpperCase(), "secret", "secrets", "c"],
  ["+", "#", "a+", "#b", "*", "?", ".", "%61", " ", "\\", '"', "${claim:sub}", "${*}"],
  ["$AWS", "$share", "$Share", "$SYS", "$queue", "rules", "g", "shadow", "update", "get"],
  // The sign of a unit beside the letter that it becomes, in both forms.
  ["\u212b", "\u00c5", "A\u030a", "\ufb01", "\u{10ffff}", "\uffff"],
  [
    "\u0000",
    "a\u0000",
    "\u0001",
    "a\n",
    "\u007f",
    "\u0085",
    "\u200b",
    "\u202e",
    "\ufeff",
    "\ufeffa",
    "\ufffd",
  ],
  // No UTF-8: half a character, one written too long, a surrogate, a byte that there is not.
  [[0xc3], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xff], [0x61, 0x80]].map((bytes) => Buffer.from(bytes)),
  [127, 128, 129, 255, 256, 257].map((length) => "a".repeat(length)),
  ["\u00e9".repeat(128)],
];

/** Parts of names that something may stumble over. */
const LEVELS: readonly Text[] = [...TAME, ...WILD.flat()];

const joined = (levels: readonly Text[]): Text => {
  const parts = levels.flatMap((level, i) => (i === 0 ? [level] : ["/", level]));
  return parts.every((part) => typeof part === "string")
    ? parts.join("")
    : Buffer.concat(parts.map((part) => Buffer.from(part)));
};

const level = fc.constantFrom(...LEVELS);
const anyText = fc.string({ unit: "binary", maxLength: 12 });
const under = (first: readonly Text[], levels: readonly Text[] = LEVELS) =>
  fc
    .array(fc.constantFrom(...levels), { minLength: 1, maxLength: 3 })
    .map((rest) => joined([...first, ...rest]));

const name: fc.Arbitrary<Text> = fc.oneof(
  { weight: 12, arbitrary: under(["things", SUB], TAME) },
  { weight: 12, arbitrary: under(["a"], TAME) },
  { weight: 3, arbitrary: under(["things", SUB]) },
  { weight: 2, arbitrary: under(["a"]) },
  { weight: 2, arbitrary: fc.array(level, { minLength: 1, maxLength: 9 }).map(joined) },
  { weight: 1, arbitrary: under(["$share", "g"]) },
  { weight: 1, arbitrary: under(["$share", "g", "things", SUB]) },
  { weight: 1, arbitrary: under(["$aws", "things", SUB, "shadow"]) },
  { weight: 1, arbitrary: under(["\u00e9"]) },
  { weight: 1, arbitrary: anyText },
  { weight: 1, arbitrary: anyText.map((text) => `a/${text}`) },
);

const clientId: fc.Arbitrary<Text> = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(SUB, `${SUB}-phone`, "c", "c1", "\u00e9") },
  { weight: 1, arbitrary: level },
  { weight: 1, arbitrary: level.map((text) => joined(["c", text])) },
  { weight: 1, arbitrary: anyText },
);

const connect = fc.record({
  clientId,
  will: fc.option(fc.record({ topic: name, retain: fc.boolean() }), { nil: undefined, freq: 1 }),
});

type Sent =
  | { readonly kind: "publish"; readonly topic: Text; readonly retain: boolean }
  | { readonly kind: "subscribe"; readonly filters: readonly Text[] };

const packets: fc.Arbitrary<readonly Sent[]> = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant("publish" as const), topic: name, retain: fc.boolean() }),
    fc.record({
      kind: fc.constant("subscribe" as const),
      filters: fc.array(name, { minLength: 1, maxLength: 4 }),
    }),
  ),
  { maxLength: 8 },
);

/** Sends something, and waits for its answer; undefined where the connection ends instead. */
async function answer(client: RawMqtt, cmd: Packet["cmd"], bytes: Buffer): Promise<Packet | undefined> {
  const before = client.packets.length;
  client.send(bytes);
  const isAnswer = (packet: Packet): boolean => packet.cmd === cmd;
  await until(() => client.isClosed() || client.packets.slice(before).some(isAnswer));
  return client.packets.slice(before).find(isAnswer);
}

interface Asked {
  readonly clientId: Text;
  readonly will: { readonly topic: Text; readonly retain: boolean } | undefined;
}

/** Sends one packet after the other, to the end of them or of the connection; gives what was acknowledged. */
async function run({ clientId: id, will }: Asked, sent: readonly Sent[]): Promise<readonly string[]> {
  const acknowledged: string[] = [];
  const client = await openRawMqtt(stack, { token });
  const connack = await answer(client, "connack", MQTT_BYTES.connect(id, will));
  if (connack?.cmd === "connack" && connack.returnCode === 0) {
    acknowledged.push(`iot:Connect ${IOT}:client/${id.toString()}`);
    for (const [i, packet] of sent.entries()) {
      const granted = await grantedOf(client, packet, i + 1);
      if (granted === undefined) break;
      acknowledged.push(...granted);
    }
  }
  if (!client.isClosed()) client.send(MQTT_BYTES.disconnect);
  await client.closed;
  await until(() => stack.aws.iot.clients().length === 0);
  return acknowledged;
}

/** What of a packet was acknowledged; undefined where the connection ends instead. */
async function grantedOf(client: RawMqtt, packet: Sent, id: number): Promise<readonly string[] | undefined> {
  if (packet.kind === "publish") {
    const { topic, retain } = packet;
    const puback = await answer(client, "puback", MQTT_BYTES.publish(topic, retain, id));
    return puback && [`iot:Publish ${IOT}:topic/${topic.toString()}`];
  }
  const suback = await answer(client, "suback", MQTT_BYTES.subscribe(packet.filters, id));
  if (suback?.cmd !== "suback") return undefined;
  const isGranted = (_: Text, at: number): boolean => suback.granted[at] !== FAILURE;
  return packet.filters
    .filter(isGranted)
    .map((filter) => `iot:Subscribe ${IOT}:topicfilter/${filter.toString()}`);
}

const FAILURE = 0x80;

/** What was decided so far. */
const passed = new Set<string>();
const tally = new Map<string, number>();

/** Takes note of what was decided since the last time. */
function decidedSince(count: number): {
  readonly passing: readonly string[];
  readonly refused: readonly string[];
} {
  const passing: string[] = [];
  const refused: string[] = [];
  for (const { operation = "", outcome, requirements } of stack.packets.slice(count)) {
    const needed = textOf(requirements);
    tally.set(`${operation} ${outcome}`, (tally.get(`${operation} ${outcome}`) ?? 0) + 1);
    if (outcome === "passed") passing.push(needed);
    else if (requirements.length > 0) refused.push(needed);
    // A will is published later, and is asked for again then.
    if (outcome === "passed") passed.add(needed).add(textOf(requirements.slice(1)));
  }
  return { passing, refused };
}

/** A message that the stand-in sends may meet a client that is gone. */
const isOnTheWay = (needed: string): boolean => needed.startsWith('["iot:Receive ');

async function holds(asked: Asked, sent: readonly Sent[]): Promise<void> {
  const before = stack.packets.length;
  const acknowledged = await run(asked, sent);
  const { passing, refused } = decidedSince(before);
  // All that passed came, read alike, and nothing else did.
  for (const needed of passing) expect(seen).toContain(needed);
  for (const needed of refused) expect(seen).not.toContain(needed);
  for (const needed of fresh) if (!isOnTheWay(needed)) expect(passed).toContain(needed);
  fresh = [];
  // What was acknowledged is what was sent, to the letter.
  const letters = passing.flatMap((needed) => JSON.parse(needed) as readonly string[]);
  for (const needed of acknowledged) expect(letters).toContain(needed);
}

describe("what was decided of a packet is what AWS reads", () => {
  const title = `over ${COUNT} connections with random and hostile names, seed ${SEED}`;
  it(title, { timeout: 60_000 + COUNT * 200 }, async () => {
    await fc.assert(fc.asyncProperty(connect, packets, holds), { numRuns: COUNT, seed: SEED });
    if (process.env["POSTERN_MQTT_ORACLE"] !== undefined) console.log(Object.fromEntries(tally));
    // Not by being refused at the door.
    for (const operation of ["Connect", "Publish", "Subscribe"])
      for (const outcome of ["passed", "refused"])
        expect(tally.get(`${operation} ${outcome}`), `${operation} ${outcome}`).toBeGreaterThan(COUNT / 10);
    expect(passed.size).toBeGreaterThan(COUNT / 4);
  });
});
