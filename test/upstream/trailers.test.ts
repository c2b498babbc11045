import { describe, expect, it } from "vitest";
import { announcedTrailers, trailersToClient } from "../../src/upstream/trailers.ts";

const raw = (...parts: readonly string[]): Buffer[] => parts.map((part) => Buffer.from(part, "latin1"));

/** What may stand behind a body, and what not. */
const STAYING = [
  "Set-Cookie",
  "Location",
  "Transfer-Encoding",
  "Connection",
  "Trailer",
  "X-Postern-Reason",
  "X-Accel-Redirect",
  "Content-Length",
  "Content-Encoding",
  "Content-Type",
  "Content-Range",
  "Cache-Control",
  "Vary",
  "Strict-Transport-Security",
];

describe("trailers of an answer", () => {
  it("cross as they came: case, order, repeated names, bytes", () => {
    expect(trailersToClient(raw("X-Amz-Checksum-CRC32", "a", "x-b", "caf\u00e9", "x-b", "2"))).toEqual([
      ["X-Amz-Checksum-CRC32", "a"],
      ["x-b", "caf\u00e9"],
      ["x-b", "2"],
    ]);
    expect(trailersToClient([])).toEqual([]);
    expect(trailersToClient(["x-a", "as text"])).toEqual([["x-a", "as text"]]);
  });

  it.each(STAYING)("S5 %s stays behind, announced or not", (name) => {
    expect(trailersToClient(raw(name, "v", "x-a", "1", name.toLowerCase(), "v"))).toEqual([["x-a", "1"]]);
    expect(announcedTrailers(raw("trailer", name))).toEqual([]);
    expect(announcedTrailers(raw("Trailer", `${name}, x-a`, "TRAILER", "x-b,"))).toEqual([
      "Trailer",
      "x-a, x-b",
    ]);
  });

  it("are announced where there are any", () => {
    expect(announcedTrailers(raw("etag", "e", "trailer", ""))).toEqual([]);
    expect(announcedTrailers(raw("TRAILER", "x-a"))).toEqual(["Trailer", "x-a"]);
  });
});
