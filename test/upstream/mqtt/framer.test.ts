import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Framer, MAX_PACKET_BYTES } from "../../../src/upstream/mqtt/framer.ts";
import { MqttFault } from "../../../src/upstream/mqtt/mqtt-fault.ts";

function packetOf(body: Uint8Array): Buffer {
  const length: number[] = [];
  let rest = body.length;
  do {
    length.push((rest % 128) + (rest >= 128 ? 128 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return Buffer.concat([Buffer.from([0x30, ...length]), body]);
}

function readAll(framer: Framer): Buffer[] {
  const packets: Buffer[] = [];
  for (let packet = framer.next(); packet !== undefined; packet = framer.next()) packets.push(packet);
  return packets;
}

/** The reason code of the fault that some bytes are. */
function faultOf(...pieces: readonly (readonly number[])[]): number | undefined {
  const framer = new Framer();
  try {
    for (const piece of pieces) {
      framer.push(Buffer.from(piece));
      framer.next();
    }
  } catch (error) {
    if (error instanceof MqttFault) return error.reasonCode;
  }
  return undefined;
}

describe("the framer", () => {
  it("finds every packet, wherever the bytes are cut", () => {
    const bodies = fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(bodies, fc.array(fc.integer({ min: 1, max: 400 })), (all, cuts) => {
        const packets = all.map(packetOf);
        const bytes = Buffer.concat(packets);
        const framer = new Framer();
        const found: Buffer[] = [];
        let at = 0;
        for (const cut of [...cuts, bytes.length]) {
          framer.push(bytes.subarray(at, at + cut));
          at += cut;
          found.push(...readAll(framer).map((packet) => Buffer.from(packet)));
        }
        expect(found).toEqual(packets);
      }),
    );
  });

  it("holds what comes while nobody reads", () => {
    const framer = new Framer();
    const packets = [packetOf(Buffer.from("a")), packetOf(Buffer.from("bc")), packetOf(Buffer.alloc(200))];
    for (const packet of packets) framer.push(packet);
    expect(readAll(framer)).toEqual(packets);
  });

  it("takes the largest packet, in many pieces", () => {
    const packet = packetOf(Buffer.alloc(MAX_PACKET_BYTES - 4, 7));
    expect(packet).toHaveLength(MAX_PACKET_BYTES);
    const framer = new Framer();
    let early = 0;
    for (let at = 0; at < packet.length; at += 16) {
      if (framer.next() !== undefined) early++;
      framer.push(packet.subarray(at, at + 16));
    }
    expect(early).toBe(0);
    expect(framer.next()?.equals(packet)).toBe(true);
  });

  it("refuses a packet that will be too large as soon as its length is there", () => {
    expect(packetOf(Buffer.alloc(MAX_PACKET_BYTES - 3)).subarray(0, 4)).toEqual(
      Buffer.from([0x30, 0xfd, 0xff, 0x09]),
    );
    expect(faultOf([0x30, 0xfd, 0xff, 0x09])).toBe(0x95);
    expect(faultOf([0x30, 0xff, 0xff, 0xff, 0x7f])).toBe(0x95);
    expect(faultOf([0x30], [0xff], [0xff], [0xff], [0x7f])).toBe(0x95);
  });

  it.each([
    { name: "has five bytes", bytes: [0x30, 0xff, 0xff, 0xff, 0xff, 0x01] },
    { name: "goes on and on", bytes: [0x30, 0x80, 0x80, 0x80, 0x80] },
    { name: "ends with nothing", bytes: [0x30, 0x81, 0x00] },
    { name: "is 0 in two bytes", bytes: [0x30, 0x80, 0x00] },
  ])("refuses a length that $name", ({ bytes }) => {
    expect(faultOf(bytes)).toBe(0x81);
    expect(faultOf(...bytes.map((byte) => [byte]))).toBe(0x81);
  });

  it("waits for a length that is not there yet", () => {
    expect(faultOf([0x30])).toBeUndefined();
    expect(faultOf([0x30, 0x80, 0x80])).toBeUndefined();
  });
});
