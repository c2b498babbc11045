import { generate } from "mqtt-packet";
import { describe, expect, it } from "vitest";
import { askOf, connackOf, connectUpstream, refusalOfConnect } from "../../../src/upstream/mqtt/connect.ts";
import { farewellOf, farewellToUpstream } from "../../../src/upstream/mqtt/farewell.ts";
import { type ConnectPacket, readConnect } from "../../../src/upstream/mqtt/read-packet.ts";
import { writePacket } from "../../../src/upstream/mqtt/write-packet.ts";
import { TUNNEL_ENDS } from "../../../src/domain/tunnel-end.ts";

const packet: ConnectPacket = {
  cmd: "connect",
  clientId: "c",
  protocolVersion: 5,
  clean: true,
  keepalive: 60,
};

describe("what a CONNECT asks", () => {
  it("is its client id and its will", () => {
    const will = { topic: "t", payload: Buffer.from("gone"), retain: true };
    expect(askOf({ ...packet, will })).toEqual({
      kind: "connect",
      clientId: "c",
      will: { topic: "t", retain: true },
    });
    expect(askOf(packet)).toEqual({ kind: "connect", clientId: "c", will: undefined });
  });

  it.each([
    ["what a rule denies", packet, "denied-by-rule", "not-authorized"],
    ["a client id that nothing may be called", packet, "target-malformed", "client-id"],
    ["an empty client id, whoever allows it", { ...packet, clientId: "" }, undefined, "client-id"],
    ["what may pass", packet, undefined, undefined],
  ] as const)("is answered for %s", (_, asked, code, refusal) => {
    expect(refusalOfConnect(asked, () => code)?.[0]).toBe(refusal);
  });

  it("is not even decided with an authentication method, which only AWS could judge", () => {
    const asked = { ...packet, properties: { authenticationMethod: "x" } };
    expect(refusalOfConnect(asked, () => expect.unreachable())?.[0]).toBe("method");
  });
});

describe("the CONNECT to AWS", () => {
  it("has no user name, no password and no topic aliases, and all else as it was", () => {
    const will = {
      topic: "t",
      payload: Buffer.from("gone"),
      qos: 1 as const,
      retain: true,
      properties: { willDelayInterval: 5, userProperties: { a: "1" } },
    };
    const properties = { sessionExpiryInterval: 60, receiveMaximum: 5, requestResponseInformation: true };
    const asked = {
      ...packet,
      username: "x?x-amz-customauthorizer-name=mine",
      password: Buffer.from("token"),
      will,
      properties: { ...properties, topicAliasMaximum: 10 },
    };
    const read = readConnect(generate(asked));
    const sent = writePacket(connectUpstream(read), 5);
    expect(sent).toEqual(generate({ ...packet, will, properties }));
    expect(sent.includes("token")).toBe(false);
  });
});

describe("the CONNACK of a refusal", () => {
  it.each([
    ["version", 4, "20020001"],
    ["client-id", 4, "20020002"],
    ["not-authorized", 4, "20020005"],
    ["method", 4, "20020005"],
    ["unavailable", 4, "20020003"],
    ["client-id", 5, "2003008500"],
    ["not-authorized", 5, "2003008700"],
    ["method", 5, "2003008c00"],
    ["unavailable", 5, "2003008800"],
  ] as const)("for %s in version %d is %s", (refusal, version, hex) => {
    expect(writePacket(connackOf(refusal, version), version).toString("hex")).toBe(hex);
  });
});

describe("the last word", () => {
  it("to a connected client of MQTT 5 is a DISCONNECT with the reason", () => {
    const told = TUNNEL_ENDS.map((why) => [why, farewellOf("open", 5, why, {})]);
    expect(Object.fromEntries(told)).toEqual({
      client: undefined,
      upstream: undefined,
      token: { cmd: "disconnect", reasonCode: 0x87 },
      credentials: { cmd: "disconnect", reasonCode: 0x87 },
      denied: { cmd: "disconnect", reasonCode: 0x87 },
      refused: { cmd: "disconnect", reasonCode: 0x87 },
      protocol: { cmd: "disconnect", reasonCode: 0x82 },
      idle: { cmd: "disconnect", reasonCode: 0x8d },
      lifetime: { cmd: "disconnect", reasonCode: 0xa0 },
      drain: { cmd: "disconnect", reasonCode: 0x8b },
      locked: { cmd: "disconnect", reasonCode: 0x98 },
    });
  });

  it("says more exactly what a fault was", () => {
    expect(farewellOf("open", 5, "protocol", { reasonCode: 0x95 })).toMatchObject({ reasonCode: 0x95 });
    expect(farewellOf("open", 5, "upstream", { reasonCode: null })).toBeUndefined();
  });

  it("is not for MQTT 3.1.1, nor for who sent no CONNECT", () => {
    for (const why of TUNNEL_ENDS) {
      expect(farewellOf("open", 4, why, { reasonCode: 0x82 })).toBeUndefined();
      expect(farewellOf("new", 5, why, { reasonCode: 0x82 })).toBeUndefined();
    }
  });

  it("is a CONNACK while there was none", () => {
    expect(farewellOf("asked", 5, "denied", {})).toMatchObject({ cmd: "connack", reasonCode: 0x87 });
    expect(farewellOf("asked", 5, "drain", {})).toMatchObject({ cmd: "connack", reasonCode: 0x88 });
    expect(farewellOf("asked", 4, "token", {})).toMatchObject({ cmd: "connack", returnCode: 5 });
    expect(farewellOf("asked", 4, "upstream", { connack: "not-authorized" })).toMatchObject({
      returnCode: 5,
    });
    expect(farewellOf("new", 4, "protocol", { connack: "version" })).toMatchObject({ returnCode: 1 });
  });

  it("to AWS takes the will back where the right is gone, and only there", () => {
    const said = TUNNEL_ENDS.filter((why) => farewellToUpstream(why) !== undefined);
    expect(said).toEqual(["token", "credentials", "denied", "locked"]);
  });
});
