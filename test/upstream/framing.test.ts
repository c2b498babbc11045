import { describe, expect, it } from "vitest";
import { framingOf, isBodiless } from "../../src/upstream/framing.ts";

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

it("an answer to HEAD, a 204 and a 304 have no body, whatever they state", () => {
  expect([isBodiless("HEAD", 200), isBodiless("GET", 204), isBodiless("GET", 304)]).toEqual([
    true,
    true,
    true,
  ]);
  expect([isBodiless("GET", 200), isBodiless("POST", 500)]).toEqual([false, false]);
});
