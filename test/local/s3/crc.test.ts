import { describe, expect, it } from "vitest";
import { createCrc32c, createCrc64Nvme } from "../../../src/local/s3/crc.ts";

// The check values of the catalogue of parametrised CRC algorithms, and RFC 3720 appendix B.4.
describe("CRC-32C", () => {
  it("gives the check value of the digits one to nine", () => {
    expect(digest(createCrc32c(), Buffer.from("123456789"))).toBe("e3069283");
  });

  it("gives the values of RFC 3720 for 32 bytes of zeros, of ones, and rising", () => {
    expect(digest(createCrc32c(), Buffer.alloc(32))).toBe("8a9136aa");
    expect(digest(createCrc32c(), Buffer.alloc(32, 0xff))).toBe("62a8ab43");
    expect(digest(createCrc32c(), Buffer.from(Array.from({ length: 32 }, (_, i) => i)))).toBe("46dd794e");
  });

  it("is zero of nothing", () => {
    expect(digest(createCrc32c(), Buffer.alloc(0))).toBe("00000000");
  });
});

describe("CRC-64/NVME", () => {
  it("gives the check value of the digits one to nine", () => {
    expect(digest(createCrc64Nvme(), Buffer.from("123456789"))).toBe("ae8b14860a799888");
  });

  it("gives the values of the NVM Express specification for 4 KiB of zeros and of ones", () => {
    expect(digest(createCrc64Nvme(), Buffer.alloc(4096))).toBe("6482d367eb22b64e");
    expect(digest(createCrc64Nvme(), Buffer.alloc(4096, 0xff))).toBe("c0ddba7302eca3ac");
  });

  it("is the same however the bytes are cut", () => {
    const crc = createCrc64Nvme();
    crc.update(Buffer.from("1234"));
    expect(digest(crc, Buffer.from("56789"))).toBe("ae8b14860a799888");
  });
});

it.each([createCrc32c, createCrc64Nvme])("%o takes eight bytes as it takes one by one", (create) => {
  const bytes = Buffer.from(Array.from({ length: 61 }, (_, i) => (i * 37) % 251));
  const single = create();
  for (const byte of bytes) single.update(Buffer.from([byte]));
  const expected = single.digest().toString("hex");
  for (let cut = 0; cut <= bytes.length; cut++) {
    const crc = create();
    crc.update(bytes.subarray(0, cut));
    expect(digest(crc, bytes.subarray(cut))).toBe(expected);
  }
});

function digest(crc: ReturnType<typeof createCrc32c>, bytes: Buffer): string {
  crc.update(bytes);
  return crc.digest().toString("hex");
}
