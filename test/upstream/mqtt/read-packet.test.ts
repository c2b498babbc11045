import type { Packet } from "mqtt-packet";
import { describe, expect, it } from "vitest";
import { writePacket } from "../../../src/upstream/mqtt/write-packet.ts";
import { read } from "./readers.ts";

/** A packet; whatever stands for its length is replaced by the true one. */
function bytesOf(hex: string): Buffer {
  const bytes = Buffer.from(hex.replaceAll(/[^0-9a-f]/g, ""), "hex");
  bytes[1] = bytes.length - 2;
  return bytes;
}

describe("reading a packet", () => {
  it("keeps user properties in their order, with equal and empty ones among them", () => {
    const bytes = bytesOf(
      "30 21  0001 61  1a  26 0001 62 0001 31  26 0001 61 0000  26 0001 62 0001 32  26 0001 31 0000",
    );
    const packet = read("client 5", bytes) as Packet;
    expect(writePacket(packet, 5)).toEqual(bytes);
  });
});

describe("a client's packets", () => {
  it.each([
    ["a type that there is not", "00 00", 0x82],
    ["a CONNECT", "10 00", 0x82],
    ["a CONNACK", "20 02 00 00", 0x82],
    ["a SUBACK", "90 03 0001 00", 0x82],
    ["an UNSUBACK", "b0 02 0001", 0x82],
    ["a PINGRESP", "d0 00", 0x82],
    ["an AUTH", "f0 00", 0x82],
  ])("may not be %s", (_, hex, code) => {
    expect(read("client 4", bytesOf(hex))).toBe(code);
    expect(read("client 5", bytesOf(hex))).toBe(code);
  });

  it.each([
    ["a PUBLISH of QoS 3", "36 05 0001 61 0001", 0x81],
    ["a duplicate of QoS 0", "38 03 0001 61", 0x81],
    ["a PUBLISH without a topic", "30 02 0000", 0x81],
    ["a PUBLISH with the identifier 0", "32 05 0001 61 0000", 0x81],
    ["a PUBLISH that ends in its topic", "30 03 0002 61", 0x81],
    ["a topic with +", "30 05 0003 612f2b", 0x90],
    ["a topic with #", "30 03 0001 23", 0x90],
    ["a topic with U+0000", "30 03 0001 00", 0x81],
    ["a topic that is not UTF-8", "30 03 0001 ff", 0x81],
    ["a topic with half a surrogate pair", "30 05 0003 eda080", 0x81],
    ["a topic in an overlong form", "30 04 0002 c0af", 0x81],
    ["a PUBACK with the identifier 0", "40 02 0000", 0x81],
    ["a PUBACK with more behind it", "40 03 0001 00", 0x81],
    ["a PUBACK with flags", "41 02 0001", 0x81],
    ["a PUBREL without its flag", "60 02 0001", 0x81],
    ["a SUBSCRIBE without its flag", "80 06 0001 0001 61 00", 0x81],
    ["a SUBSCRIBE of nothing", "82 02 0001", 0x81],
    ["a SUBSCRIBE with the identifier 0", "82 06 0000 0001 61 00", 0x81],
    ["a SUBSCRIBE of QoS 3", "82 06 0001 0001 61 03", 0x81],
    ["a SUBSCRIBE with options of MQTT 5", "82 06 0001 0001 61 04", 0x81],
    ["a filter with + in a level", "82 07 0001 0002 612b 00", 0x8f],
    ["a filter with # before its end", "82 08 0001 0003 232f61 00", 0x8f],
    ["an empty filter", "82 05 0001 0000 00", 0x8f],
    ["a share of nothing", `82 0f 0001 000a ${hexOf("$share/g//")} 00`, undefined],
    ["a share without a filter", `82 0e 0001 0009 ${hexOf("$share/g/")} 00`, 0x8f],
    ["a share with a wildcard for its name", `82 0f 0001 000a ${hexOf("$share/+/a")} 00`, 0x8f],
    ["a share without a name", `82 0d 0001 0008 ${hexOf("$share//")} 00`, 0x8f],
    ["an UNSUBSCRIBE of nothing", "a2 02 0001", 0x81],
    ["a PINGREQ with something in it", "c0 01 00", 0x81],
    ["a DISCONNECT with something in it", "e0 01 00", 0x81],
  ])("may not be %s", (_, hex, code) => {
    const found = read("client 4", bytesOf(hex));
    if (code === undefined) expect(found).toMatchObject({ cmd: "subscribe" });
    else expect(found).toBe(code);
  });

  it.each([
    ["a property twice", "30 0a 0001 61 06 23 0001 23 0001", 0x82],
    ["a property twice, of which the first is 0", "30 0a 0001 61 06 23 0000 23 0001", 0x82],
    ["a property of another packet", "30 09 0001 61 05 11 00000001", 0x82],
    ["an unknown property", "30 06 0001 61 02 7f 00", 0x81],
    ["the property 0", "30 06 0001 61 02 00 00", 0x81],
    ["a property that ends early", "30 06 0001 61 02 23 00", 0x81],
    ["properties that are longer than the packet", "30 05 0001 61 05 23", 0x81],
    ["a flag of 2", "30 06 0001 61 02 01 02", 0x82],
    ["a user property that is not UTF-8", "30 0a 0001 61 06 26 0001 ff 0000", 0x81],
    ["a response topic with a wildcard", "30 08 0001 61 04 08 0001 23", 0x90],
    ["two subscription identifiers", "82 0b 0001 04 0b 01 0b 02 0001 61 00", 0x82],
    ["a subscription identifier of 0", "82 09 0001 02 0b 00 0001 61 00", 0x82],
    ["a length of properties that is longer than it need be", "30 05 0001 61 8000", 0x81],
    ["reserved subscription options", "82 07 0001 00 0001 61 40", 0x81],
    ["a retain handling of 3", "82 07 0001 00 0001 61 30", 0x81],
    ["an unknown reason", "40 03 0001 55", 0x81],
    ["a PUBACK with more behind its properties", "40 05 0001 00 00 00", 0x81],
  ])("may not have, in MQTT 5, %s", (_, hex, code) => {
    expect(read("client 5", bytesOf(hex))).toBe(code);
  });
});

describe("AWS's packets", () => {
  it.each([
    ["a PINGREQ", "c0 00"],
    ["a SUBSCRIBE", "82 06 0001 0001 61 00"],
    ["a DISCONNECT of MQTT 3.1.1", "e0 00"],
  ])("may not be %s", (_, hex) => {
    expect(read("upstream 4", bytesOf(hex))).toBe(0x82);
  });

  it.each([
    ["a CONNACK with flags", "20 02 02 00", 0x81],
    ["a CONNACK that refuses a session that goes on", "20 02 01 05", 0x82],
    ["a CONNACK with more behind it", "20 03 00 00 00", 0x81],
    ["a SUBACK of nothing", "90 02 0001", 0x81],
    ["a SUBACK with an unknown code", "90 03 0001 03", 0x81],
    ["an UNSUBACK with more behind it", "b0 03 0001 00", 0x81],
  ])("may not be %s", (_, hex, code) => {
    expect(read("upstream 4", bytesOf(hex))).toBe(code);
  });

  it("may have several subscription identifiers", () => {
    const bytes = bytesOf("30 08 0001 61 04 0b 01 0b 02");
    expect(read("upstream 5", bytes)).toMatchObject({ properties: { subscriptionIdentifier: [1, 2] } });
    expect(writePacket(read("upstream 5", bytes) as Packet, 5)).toEqual(bytes);
  });
});

describe("a CONNECT", () => {
  const name = "0004 4d515454";
  it.each([
    ["another packet", "c0 00", 0x82],
    ["MQTT 3.1", `10 0f 0006 4d5149736470 03 02 003c 0001 61`, 0x84],
    ["level 3 of MQTT", `10 0d ${name} 03 02 003c 0001 61`, 0x84],
    ["level 6", `10 0d ${name} 06 02 003c 0001 61`, 0x84],
    ["a bridge", `10 0d ${name} 84 02 003c 0001 61`, 0x84],
    ["another protocol", `10 0d 0004 4d515458 04 02 003c 0001 61`, 0x82],
    ["a reserved flag", `10 0d ${name} 04 03 003c 0001 61`, 0x81],
    ["flags of a will, and no will", `10 0d ${name} 04 22 003c 0001 61`, 0x81],
    ["a QoS of a will, and no will", `10 0d ${name} 04 0a 003c 0001 61`, 0x81],
    ["a will of QoS 3", `10 12 ${name} 04 1e 003c 0001 61 0001 74 0000`, 0x81],
    ["a will without a topic", `10 11 ${name} 04 06 003c 0001 61 0000 0000`, 0x81],
    ["a will for a wildcard", `10 12 ${name} 04 06 003c 0001 61 0001 23 0000`, 0x90],
    ["a password without a user name", `10 10 ${name} 04 42 003c 0001 61 0001 70`, 0x81],
    ["more behind it", `10 0e ${name} 04 02 003c 0001 61 00`, 0x81],
    ["a client id that is not UTF-8", `10 0d ${name} 04 02 003c 0001 ff`, 0x81],
    ["flags in its first byte", `11 0d ${name} 04 02 003c 0001 61`, 0x81],
    ["a limit of 0 in MQTT 5", `10 11 ${name} 05 02 003c 03 21 0000 0001 61`, 0x82],
  ])("may not be or have %s", (_, hex, code) => {
    expect(read("connect", bytesOf(hex))).toBe(code);
  });

  it("is read whole", () => {
    const hex = `10 18 ${name} 05 e6 003c 00 0001 61 00 0001 74 0001 77 0001 75 0001 70`;
    expect(read("connect", bytesOf(hex))).toMatchObject({
      clientId: "a",
      clean: true,
      keepalive: 60,
      protocolVersion: 5,
      username: "u",
      password: Buffer.from("p"),
      will: { topic: "t", payload: Buffer.from("w"), retain: true, qos: 0 },
    });
  });
});

function hexOf(text: string): string {
  return Buffer.from(text).toString("hex");
}
