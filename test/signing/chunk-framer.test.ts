import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CHUNK_BYTES, createChunkFramer, framedLength } from "../../src/signing/chunk-framer.ts";
import type { Trailer } from "../../src/signing/trailer.ts";

const CRC32: Trailer = ["x-amz-checksum-crc32", "NhCmhg=="];

/** Frames data that arrives in pieces of one size. */
function frame(data: Buffer, pieceBytes: number, trailers: readonly Trailer[] = []): Buffer {
  const framer = createChunkFramer(data.length);
  const framed: Buffer[] = [];
  const emit = (piece: Buffer) => void framed.push(piece);
  for (let at = 0; at < data.length; at += pieceBytes) framer.write(data.subarray(at, at + pieceBytes), emit);
  framer.end(trailers, emit);
  return Buffer.concat(framed);
}

describe("the chunk framer", () => {
  it("writes one chunk around a small body, and the trailers behind it", () => {
    expect(frame(Buffer.from("hello"), 2, [CRC32]).toString()).toBe(
      "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n",
    );
  });

  it("writes only the terminal chunk for an empty body", () => {
    expect(frame(Buffer.alloc(0), 1).toString()).toBe("0\r\n\r\n");
  });

  it("makes every chunk but the last one MiB, so that S3's least size is never met", () => {
    const framed = frame(Buffer.alloc(2 * CHUNK_BYTES + 3, "a"), 70_000).toString("latin1");
    expect(framed.split(/\r\n/).map((line) => (line.startsWith("a") ? line.length : line))).toEqual([
      "100000",
      CHUNK_BYTES,
      "100000",
      CHUNK_BYTES,
      "3",
      3,
      "0",
      "",
      "",
    ]);
  });

  it("does not begin an empty chunk when the body ends with a whole one", () => {
    const framed = frame(Buffer.alloc(CHUNK_BYTES, "a"), CHUNK_BYTES).toString("latin1");
    expect(framed.startsWith("100000\r\naaa")).toBe(true);
    expect(framed.endsWith("aaa\r\n0\r\n\r\n")).toBe(true);
    expect(framed).toHaveLength(CHUNK_BYTES + "100000\r\n\r\n0\r\n\r\n".length);
  });

  it("writes as many bytes as framedLength says", () => {
    const length = fc.oneof(fc.nat(70_000), fc.constantFrom(CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1));
    fc.assert(
      fc.property(length, fc.boolean(), (bytes, hasTrailer) => {
        const trailers = hasTrailer ? [CRC32] : [];
        const names = trailers.map(([name]) => name);
        expect(frame(Buffer.alloc(bytes), 65_536, trailers)).toHaveLength(
          framedLength(bytes, names) ?? Number.NaN,
        );
      }),
      { numRuns: 40 },
    );
  });
});

describe("framedLength", () => {
  it("agrees with the Content-Length of real requests", () => {
    expect(framedLength(11, ["x-amz-checksum-crc32"])).toBe(52);
  });

  it("is unknown where the length of a trailer is", () => {
    expect(framedLength(11, ["x-amz-checksum-crc128"])).toBeUndefined();
  });
});
