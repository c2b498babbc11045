import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { closeFrame } from "../../src/upstream/close-frame.ts";
import { FrameTracker } from "../../src/upstream/frame-tracker.ts";

interface Frame {
  readonly opcode: number;
  readonly fin: boolean;
  readonly payload: Buffer;
}

const MASK = Buffer.from([0x12, 0xa4, 0xff, 0x03]);

/** Written from RFC 6455 section 5.2, by itself. */
function wire({ opcode, fin, payload }: Frame, isMasked: boolean): Buffer {
  const bit = isMasked ? 0x80 : 0;
  const head = [(fin ? 0x80 : 0) | opcode];
  if (payload.length < 126) head.push(bit | payload.length);
  else if (payload.length < 65_536) head.push(bit | 126, payload.length >> 8, payload.length & 0xff);
  else {
    const length = Buffer.alloc(8);
    length.writeBigUInt64BE(BigInt(payload.length));
    head.push(bit | 127, ...length);
  }
  if (!isMasked) return Buffer.concat([Buffer.from(head), payload]);
  return Buffer.concat([Buffer.from(head), MASK, payload.map((byte, i) => byte ^ (MASK[i % 4] ?? 0))]);
}

/** Reads pieces as a lane does, and notes where each frame ends in the whole. */
function boundaries(pieces: readonly Buffer[], isMasked: boolean): { ends: number[]; tracker: FrameTracker } {
  const tracker = new FrameTracker(isMasked);
  const ends: number[] = [];
  let before = 0;
  for (const piece of pieces) {
    for (let at = 0; at < piece.length && tracker.closeCode === undefined;) {
      at += tracker.scan(piece.subarray(at), true);
      if (tracker.isBetween) ends.push(before + at);
    }
    before += piece.length;
  }
  return { ends, tracker };
}

const data = fc.record({
  opcode: fc.constantFrom(0x0, 0x1, 0x2),
  fin: fc.boolean(),
  payload: fc.oneof(
    fc.uint8Array({ maxLength: 8 }),
    fc.constantFrom(125, 126, 127, 65_535, 65_536).map((length) => new Uint8Array(length).fill(0x88)),
  ),
});
const control = fc.record({
  opcode: fc.constantFrom(0x9, 0xa),
  fin: fc.constant(true),
  payload: fc.uint8Array({ maxLength: 125 }),
});
const frames = fc.array(
  fc
    .oneof({ weight: 3, arbitrary: data }, control)
    .map(({ opcode, fin, payload }) => ({ opcode, fin, payload: Buffer.from(payload) })),
  { maxLength: 6 },
);

function splitAt(bytes: Buffer, places: readonly number[]): Buffer[] {
  const cuts = [0, ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return cuts.slice(1).map((cut, i) => bytes.subarray(cuts[i], cut));
}

describe("the frame tracker", () => {
  it("finds the same ends of the same frames, however they are split", () => {
    fc.assert(
      fc.property(frames, fc.boolean(), fc.array(fc.nat(), { maxLength: 12 }), (sent, isMasked, places) => {
        const written = sent.map((frame) => wire(frame, isMasked));
        const bytes = Buffer.concat(written);
        const expected = written.map((_, i) => Buffer.concat(written.slice(0, i + 1)).length);
        const { ends, tracker } = boundaries(splitAt(bytes, places), isMasked);
        expect(ends).toEqual(expected);
        expect(tracker.isBetween).toBe(true);
        expect(tracker.fault).toBeUndefined();
      }),
      { numRuns: 60 },
    );
  });

  it("finds them byte by byte too", () => {
    const sent = [
      { opcode: 1, fin: false, payload: Buffer.alloc(200) },
      { opcode: 9, fin: true, payload: Buffer.alloc(0) },
      { opcode: 0, fin: true, payload: Buffer.from("x") },
    ];
    const bytes = Buffer.concat(sent.map((frame) => wire(frame, true)));
    const { ends } = boundaries(
      [...bytes].map((byte) => Buffer.from([byte])),
      true,
    );
    expect(ends).toEqual([208, 214, 221]);
  });

  it("goes through a chunk of many frames at once where nobody asks for each", () => {
    const frame = wire({ opcode: 2, fin: true, payload: Buffer.from("abc") }, false);
    const tracker = new FrameTracker(false);
    expect(tracker.scan(Buffer.concat([frame, frame, frame]), false)).toBe(15);
    expect(tracker.isBetween).toBe(true);
    expect(tracker.scan(frame.subarray(0, 3), false)).toBe(3);
    expect(tracker.isBetween).toBe(false);
  });

  it.each([true, false])("reads the code of a close frame, and nothing behind it; masked: %s", (isMasked) => {
    const close = closeFrame(4321, "why not", isMasked ? MASK : undefined);
    const tracker = new FrameTracker(isMasked);
    expect(tracker.scan(Buffer.concat([close, Buffer.from("more")]), false)).toBe(close.length);
    expect(tracker.closeCode).toBe(4321);
    for (let split = 1; split < close.length; split += 1) {
      const inTwo = new FrameTracker(isMasked);
      inTwo.scan(close.subarray(0, split), false);
      expect(inTwo.closeCode).toBeUndefined();
      inTwo.scan(close.subarray(split), false);
      expect(inTwo.closeCode).toBe(4321);
    }
  });

  it("calls a close frame without a code 1005", () => {
    const tracker = new FrameTracker(false);
    tracker.scan(Buffer.from([0x88, 0]), false);
    expect(tracker.closeCode).toBe(1005);
  });

  const good = wire({ opcode: 1, fin: true, payload: Buffer.from("hi") }, false);

  it.each([
    ["a reserved opcode", Buffer.from([0x83, 0])],
    ["a reserved opcode", Buffer.from([0x8b, 0])],
    ["a control frame in pieces", Buffer.from([0x09, 0])],
    ["a control frame that is too long", Buffer.from([0x89, 126, 0, 126])],
    ["a server's frame that is masked", Buffer.from([0x81, 0x80, 1, 2, 3, 4])],
    ["a frame that is too long", Buffer.from([0x82, 127, 0x80, 0, 0, 0, 0, 0, 0, 0])],
    ["a frame that is too long", Buffer.from([0x82, 127, 0, 0x20, 0, 0, 0, 0, 0, 0])],
  ])("stops before %s", (fault, bad) => {
    const tracker = new FrameTracker(false);
    expect(tracker.scan(Buffer.concat([good, bad]), false)).toBe(good.length);
    expect(tracker.fault).toBe(fault);
    expect(tracker.isBetween).toBe(true);
  });

  it("cannot take back what has passed of a frame that turns out bad", () => {
    const tracker = new FrameTracker(false);
    expect(tracker.scan(Buffer.concat([good, Buffer.from([0x81])]), false)).toBe(good.length + 1);
    expect(tracker.scan(Buffer.from([0x80]), false)).toBe(0);
    expect(tracker.fault).toBe("a server's frame that is masked");
    expect(tracker.isBetween).toBe(false);
  });

  it("wants a client's frames masked", () => {
    const tracker = new FrameTracker(true);
    expect(tracker.scan(good, false)).toBe(0);
    expect(tracker.fault).toBe("a client's frame that is not masked");
  });

  it("takes lengths of up to 2^53 - 1", () => {
    const tracker = new FrameTracker(false);
    tracker.scan(Buffer.from([0x82, 127, 0, 0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]), false);
    expect(tracker.fault).toBeUndefined();
    expect(tracker.isBetween).toBe(false);
  });
});
