import { describe, expect, it } from "vitest";
import { corsLinesFor, isPreflight } from "../../src/proxy/cors.ts";
import type { Cors } from "../../src/proxy/live.ts";
import { aHead } from "../support/asking.ts";

const ORIGIN = "https://app.example.com";
const cors: Cors = {
  origins: new Set([ORIGIN, "http://localhost:3000"]),
  allowHeaders: ["x-trace"],
  exposeHeaders: ["x-total"],
  maxAgeSeconds: 600,
  credentialed: new Set(["http://localhost:3000"]),
};

const linesFor = (origin?: string): Map<string, string> => {
  const lines = corsLinesFor(aHead("GET /x", origin === undefined ? {} : { origin }), cors);
  return new Map(lines.flatMap((name, i) => (i % 2 === 0 ? [[name, lines[i + 1] ?? ""] as const] : [])));
};

describe("a preflight", () => {
  it("is an OPTIONS with an origin and a method that is asked for", () => {
    const asked = { origin: ORIGIN, "access-control-request-method": "PUT" };
    expect(isPreflight(aHead("OPTIONS /x", asked))).toBe(true);
    expect(isPreflight(aHead("GET /x", asked))).toBe(false);
    expect(isPreflight(aHead("OPTIONS /x", { origin: ORIGIN }))).toBe(false);
    expect(isPreflight(aHead("OPTIONS /x", { "access-control-request-method": "PUT" }))).toBe(false);
  });
});

describe("S5 an answer", () => {
  it("may be read by a page of a listed origin, and by no other", () => {
    expect(linesFor(ORIGIN).get("access-control-allow-origin")).toBe(ORIGIN);
    for (const other of [
      "https://app.example.com.evil.test",
      "https://evil.test",
      "http://app.example.com",
      "https://app.example.com:443",
      "https://APP.example.com",
      "https://app.example.com/",
      "null",
      "*",
      "",
    ])
      expect([...linesFor(other)], other).toEqual([["vary", "Origin"]]);
  });

  it("differs by origin to a cache, whoever asks", () => {
    for (const origin of [undefined, ORIGIN, "https://evil.test"])
      expect(linesFor(origin).get("vary")).toBe("Origin");
  });

  it("to a request with a cookie is for the pages alone that may send one", () => {
    expect(linesFor(ORIGIN).has("access-control-allow-credentials")).toBe(false);
    expect(linesFor("http://localhost:3000").get("access-control-allow-credentials")).toBe("true");
  });

  it("shows the headers that SDKs read, and those that the upstream lists", () => {
    const exposed = linesFor(ORIGIN).get("access-control-expose-headers")?.split(", ");
    expect(exposed).toEqual(expect.arrayContaining(["etag", "date", "x-postern-reason", "x-total"]));
    expect(exposed).not.toContain("*");
  });

  it("of an upstream without CORS has none of it", () => {
    expect(corsLinesFor(aHead("GET /x", { origin: ORIGIN }), undefined)).toEqual([]);
  });
});
