import * as fc from "fast-check";
import { expect, it } from "vitest";
import { createFrameWatch } from "../../../src/local/gateway/frame-watch.ts";

const MAX = 300;

/** A frame of a payload of zeroes (RFC 6455, section 5.2); `width` is how many bytes say its length. */
function frame(length: number, masked: boolean, width: 0 | 2 | 8): Buffer {
  const lengths = Buffer.alloc(width);
  if (width === 2) lengths.writeUInt16BE(length);
  if (width === 8) lengths.writeBigUInt64BE(BigInt(length));
  const short = width === 0 ? length : width === 2 ? 126 : 127;
  const second = short | (masked ? 0x80 : 0);
  return Buffer.concat([
    Buffer.from([0x82, second]),
    lengths,
    Buffer.alloc(masked ? 4 : 0),
    Buffer.alloc(length),
  ]);
}

const anyFrame = fc.oneof(
  fc.record({ length: fc.nat(125), masked: fc.boolean(), width: fc.constant(0 as const) }),
  fc.record({ length: fc.nat(600), masked: fc.boolean(), width: fc.constantFrom(2 as const, 8 as const) }),
);

it("tells of each frame that is too long, wherever the bytes are cut", () => {
  fc.assert(
    fc.property(fc.array(anyFrame, { maxLength: 8 }), fc.array(fc.nat(2_000)), (frames, cuts) => {
      const bytes = Buffer.concat(frames.map(({ length, masked, width }) => frame(length, masked, width)));
      let told = 0;
      const watch = createFrameWatch(MAX, () => told++);
      let from = 0;
      for (const to of [
        ...cuts.filter((cut) => cut < bytes.length).toSorted((a, b) => a - b),
        bytes.length,
      ]) {
        watch(bytes.subarray(from, to));
        from = to;
      }
      expect(told).toBe(frames.filter(({ length }) => length > MAX).length);
    }),
  );
});

it("tells of a frame before its payload is there", () => {
  let told = 0;
  createFrameWatch(MAX, () => told++)(frame(MAX + 1, true, 2).subarray(0, 8));
  expect(told).toBe(1);
});
