import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createChecksum } from "../../../src/local/s3/checksum.ts";
import type { ChecksumAlgorithm } from "../../../src/local/s3/checksum.ts";
import { combineCrc } from "../../../src/local/s3/crc-combine.ts";
import { sparseBody, sparseChecksum } from "../../../src/local/s3/sparse-body.ts";

const MiB = 1024 * 1024;

function crc(algorithm: ChecksumAlgorithm, ...pieces: readonly Uint8Array[]): string {
  const sum = createChecksum(algorithm);
  for (const piece of pieces) sum.update(piece);
  return sum.digest().toString("base64");
}

describe.each(["CRC32", "CRC32C", "CRC64NVME"] as const)("%s", (algorithm) => {
  it.each([
    [0, 0],
    [1, 0],
    [0, 1],
    [1000, 1],
    [1, 77_777],
  ])("of %d and %d bytes is that of both together", (first, second) => {
    const [left, right] = [randomBytes(first), randomBytes(second)];
    const value = crc(algorithm, right);
    expect(combineCrc(algorithm, crc(algorithm, left), { value, size: second })).toBe(
      crc(algorithm, left, right),
    );
  });
});

it("digests cannot be put together", () => {
  expect(combineCrc("SHA256", "", { value: "", size: 0 })).toBeUndefined();
});

describe("a sparse body", () => {
  it.each([0, 1, MiB - 1, MiB, 3 * MiB, 5 * MiB + 77])(
    "of %d bytes has the check of what is read",
    async (size) => {
      const sum = createChecksum("CRC32");
      let length = 0;
      for await (const piece of sparseBody(size, "seed").read()) {
        sum.update(piece);
        length += piece.length;
      }
      expect(length).toBe(size);
      expect(sparseChecksum(size, "seed").value).toBe(sum.digest().toString("base64"));
    },
  );

  it("has the same bytes in a range as in the whole, and others for another seed", async () => {
    const read = async (seed: string, range?: { start: number; end: number }) => {
      const pieces: Buffer[] = [];
      for await (const piece of sparseBody(3 * MiB, seed).read(range)) pieces.push(piece);
      return Buffer.concat(pieces);
    };
    const whole = await read("a");
    const range = { start: MiB - 3, end: 2 * MiB + 4 };
    expect((await read("a", range)).equals(whole.subarray(range.start, range.end + 1))).toBe(true);
    expect((await read("b")).equals(whole)).toBe(false);
  });

  it("of five terabytes is checked at once", () => {
    expect(sparseChecksum(5 * 1024 ** 4, "seed").value).toMatch(/^[\w+/]{6}==$/);
  });
});
