import { describe, expect, it } from "vitest";
import { framingOf } from "../../src/upstream/framing.ts";

const of = (...parts: readonly string[]) => framingOf(parts.map((part) => Buffer.from(part, "latin1")));

describe("framingOf", () => {
  it("finds what shows the end of a body, whatever the case", () => {
    expect(of()).toBe("close");
    expect(of("etag", "content-length")).toBe("close");
    expect(of("Content-Length", "3", "etag", "e")).toBe("length");
    expect(of("etag", "e", "Transfer-ENCODING", "Chunked")).toBe("chunks");
  });

  it.each(["gzip, chunked", "identity", "chunked, chunked", ""])("knows no coding but chunked: %j", (te) => {
    expect(of("transfer-encoding", te)).toBe("unknown");
  });
});
