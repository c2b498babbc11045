import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { inflate } from "../../src/upstream/inflate.ts";

const BODY = Buffer.from("<Error><Code>AccessDenied</Code></Error>");
const MIB = 1024 * 1024;

describe("inflate", () => {
  it.each([
    ["gzip", gzipSync(BODY)],
    [" GZip ", gzipSync(BODY)],
    ["x-gzip", gzipSync(BODY)],
    ["deflate", deflateSync(BODY)],
    ["deflate", deflateRawSync(BODY)],
    ["br", brotliCompressSync(BODY)],
    ["identity", BODY],
    ["", BODY],
  ])("takes %s off", (coding, packed) => {
    expect(inflate(packed, coding)).toEqual(BODY);
  });

  it("reads all members of gzip", () => {
    expect(inflate(Buffer.concat([gzipSync("a"), gzipSync("b")]), "gzip")?.toString()).toBe("ab");
  });

  it("goes to 1 MiB and no further", () => {
    for (const [coding, pack] of [
      ["gzip", gzipSync],
      ["deflate", deflateSync],
      ["br", brotliCompressSync],
    ] as const) {
      expect(inflate(pack(Buffer.alloc(MIB)), coding)?.length).toBe(MIB);
      expect(inflate(pack(Buffer.alloc(MIB + 1)), coding)).toBeUndefined();
    }
  });

  it.each([
    ["of another coding", BODY, "gzip"],
    ["that is cut off", gzipSync(BODY).subarray(0, 30), "gzip"],
    ["of a coding that is not known", BODY, "zstd"],
    ["of two codings", gzipSync(gzipSync(BODY)), "gzip, gzip"],
    ["of a coding with the name of a property", BODY, "constructor"],
  ])("gives nothing for a body %s", (_what, body, coding) => {
    expect(inflate(body, coding)).toBeUndefined();
  });

  it("leaves a body that is not there, whatever the head says of it", () => {
    expect(inflate(Buffer.alloc(0), "gzip")).toHaveLength(0);
  });
});
