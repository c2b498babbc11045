import * as fc from "fast-check";
import { generate, type Packet } from "mqtt-packet";
import { describe, expect, it } from "vitest";
import type { MqttVersion } from "../../../src/upstream/mqtt/packet-forms.ts";
import { writePacket } from "../../../src/upstream/mqtt/write-packet.ts";
import { read } from "./readers.ts";

function from(reader: string, ...all: fc.Arbitrary<unknown>[]): fc.Arbitrary<never> {
  return fc.oneof(...all).map((packet) => ({ reader, packet }) as never);
}

/** Packets as a friend would send them. */
function packets(version: MqttVersion): fc.Arbitrary<{ reader: string; packet: Packet }> {
  const is5 = version === 5;
  const text = fc.string({ unit: "grapheme", maxLength: 12 }).filter((one) => !/[\0+#]/.test(one));
  const topic = text.map((one) => `t/${one}`);
  const id = fc.integer({ min: 1, max: 65_535 });
  const pairs = fc.array(fc.tuple(fc.constantFrom("a", "b", "1", "__proto__", ""), text), { minLength: 1 });
  const user = pairs.map((all) => all.map((pair) => Object.fromEntries([pair])));
  const withUser = fc.record({ userProperties: user });
  const properties = is5 ? fc.option(withUser, { nil: undefined }) : fc.constant(undefined);
  const payload = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));
  const reason = is5 ? fc.constantFrom(0, 0x87) : fc.constant(undefined);
  const publish = fc
    .record({
      qos: fc.constantFrom(0, 1, 2),
      dup: fc.boolean(),
      retain: fc.boolean(),
      topic,
      messageId: id,
      payload,
      properties: is5
        ? fc.option(
            fc.record(
              {
                payloadFormatIndicator: fc.boolean(),
                messageExpiryInterval: fc.nat(),
                topicAlias: fc.integer({ min: 1, max: 65_535 }),
                responseTopic: topic,
                correlationData: payload,
                contentType: text,
                userProperties: user,
              },
              { requiredKeys: [] },
            ),
            { nil: undefined },
          )
        : fc.constant(undefined),
    })
    .map((one) => ({ cmd: "publish", ...one, dup: one.dup && one.qos > 0 }));
  const acks = fc.record({
    cmd: fc.constantFrom("puback", "pubrec"),
    messageId: id,
    reasonCode: reason,
    properties,
  });
  const releases = fc.record({
    cmd: fc.constantFrom("pubrel", "pubcomp"),
    messageId: id,
    reasonCode: is5 ? fc.constantFrom(0, 0x92) : fc.constant(undefined),
    properties,
  });
  const subscription = fc.record({
    topic: fc.constantFrom("a", "+", "#", "a/+/b", "a/#", "$share/g/a", "$aws/things/x", "ä"),
    qos: fc.constantFrom(0, 1, 2),
    ...(is5 && { nl: fc.boolean(), rap: fc.boolean(), rh: fc.constantFrom(0, 1, 2) }),
  });
  const subscribe = fc.record({
    cmd: fc.constant("subscribe"),
    messageId: id,
    subscriptions: fc.array(subscription, { minLength: 1, maxLength: 5 }),
    properties: is5
      ? fc.record(
          { subscriptionIdentifier: fc.integer({ min: 1, max: 268_435_455 }), userProperties: user },
          { requiredKeys: [] },
        )
      : properties,
  });
  const unsubscribe = fc.record({
    cmd: fc.constant("unsubscribe"),
    messageId: id,
    unsubscriptions: fc.array(fc.constantFrom("a", "a/#"), { minLength: 1, maxLength: 3 }),
    properties,
  });
  const suback = fc.record({
    cmd: fc.constantFrom("suback", "unsuback"),
    messageId: id,
    granted: fc.array(fc.constantFrom(0), { minLength: 1, maxLength: 4 }),
    properties,
  });
  const connack = fc.record({
    cmd: fc.constant("connack"),
    sessionPresent: fc.boolean(),
    returnCode: fc.constant(0),
    reasonCode: fc.constant(0),
    properties: is5
      ? fc.record(
          {
            receiveMaximum: id,
            maximumQoS: fc.constantFrom(0, 1),
            topicAliasMaximum: id,
            serverKeepAlive: id,
          },
          { requiredKeys: [] },
        )
      : properties,
  });
  const disconnect = fc.record({ cmd: fc.constant("disconnect"), reasonCode: fc.constant(4), properties });
  const pings = fc.record({ cmd: fc.constant("pingreq") });
  const pongs = fc.record({ cmd: fc.constant("pingresp") });
  const connect = fc.record({
    cmd: fc.constant("connect"),
    protocolVersion: fc.constant(version),
    clean: fc.boolean(),
    keepalive: fc.integer({ min: 0, max: 65_535 }),
    clientId: text.map((one) => `c${one}`),
    username: fc.option(text, { nil: undefined }),
    will: fc.option(
      fc.record({ topic, payload, qos: fc.constantFrom(0, 1, 2), retain: fc.boolean(), properties }),
      { nil: undefined },
    ),
    properties,
  });
  return fc.oneof(
    from(`client ${version}`, publish, acks, releases, subscribe, unsubscribe, pings, disconnect),
    from(`upstream ${version}`, publish, acks, releases, suback, connack, pongs),
    from("connect", connect),
  );
}

const anyPacket = fc
  .constantFrom<MqttVersion>(4, 5)
  .chain((version) => packets(version).map((one) => ({ ...one, version })));

/** Reads, writes and reads again; undefined where the first reading finds a fault. */
function twice(reader: string, bytes: Buffer, version: MqttVersion): [Packet, Packet | number] | undefined {
  const first = read(reader, bytes);
  if (typeof first === "number") return undefined;
  const forVersion = first.cmd === "connect" ? (first.protocolVersion as MqttVersion) : version;
  const again = read(reader, writePacket(first, forVersion));
  return [withoutLength(first), typeof again === "number" ? again : withoutLength(again)];
}

/** The lengths of what may be written in two ways differ. */
function withoutLength(packet: Packet): Packet {
  return { ...packet, length: 0 };
}

describe("reading a packet", () => {
  it("finds what was written, in the order in which it was written, and writes the same again", () => {
    fc.assert(
      fc.property(anyPacket, ({ reader, packet, version }) => {
        const bytes = generate(packet, { protocolVersion: version });
        const found = read(reader, bytes);
        expect(found).toMatchObject({ cmd: packet.cmd });
        expect(writePacket(found as Packet, version)).toEqual(bytes);
      }),
      { numRuns: 5000 },
    );
  });

  it("takes nothing that would be read in another way once it is written", () => {
    const change = fc.record({
      at: fc.nat(60),
      byte: fc.nat(255),
      kind: fc.constantFrom("set", "insert", "drop"),
    });
    fc.assert(
      fc.property(anyPacket, fc.array(change, { maxLength: 3 }), ({ reader, packet, version }, changes) => {
        const bytes = [...generate(packet, { protocolVersion: version })];
        for (const { at, byte, kind } of changes)
          bytes.splice(at % bytes.length, kind === "insert" ? 0 : 1, ...(kind === "drop" ? [] : [byte]));
        if (bytes.length < 2 || bytes.length > 127) return;
        bytes[1] = bytes.length - 2;
        const readings = twice(reader, Buffer.from(bytes), version);
        if (readings !== undefined) expect(readings[1]).toEqual(readings[0]);
      }),
      { numRuns: 40_000 },
    );
  });
});
