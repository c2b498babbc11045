import { describe, expect, it } from "vitest";
import { GUEST } from "../../src/domain/caller.ts";
import { answerHeadersFor, checkAmbient, replacedHeadersFor } from "../../src/proxy/ambient.ts";
import { aHead, codeOf } from "../support/asking.ts";
import { callerOf } from "../support/callers.ts";

const RULES = {
  hosts: new Set(["files.example.com"]),
  origins: new Set(["https://app.example.com"]),
};

const verdict = (line: string, headers: Readonly<Record<string, string>> = {}): string =>
  codeOf(() => checkAmbient(aHead(line, { host: "127.0.0.1:4480", ...headers }), RULES));

describe("a request without a token in a header", () => {
  it.each([
    "127.0.0.1:4480",
    "127.9.9.9",
    "localhost:4480",
    "LOCALHOST",
    "app.localhost:1",
    "[::1]:4480",
    "files.example.com:443",
    "FILES.example.com",
  ])("is accepted at the host %s", (host) => expect(verdict("GET /", { host })).toBe("nothing"));

  it.each([
    "evil.example",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "xlocalhost",
    "10.0.0.7:4480",
    "files.example.com.evil.example",
    "",
  ])("is refused at the host %j, which may be a name re-bound to this address", (host) => {
    expect(verdict("GET /", { host })).toBe("origin-not-allowed");
  });

  it.each<[string, Record<string, string>, string]>([
    ["reads from a program", {}, "nothing"],
    ["reads from the address bar", { "sec-fetch-site": "none" }, "nothing"],
    ["reads from our own page", { "sec-fetch-site": "same-origin" }, "nothing"],
    ["reads from a foreign page", { "sec-fetch-site": "cross-site" }, "origin-not-allowed"],
    ["reads from a sister site", { "sec-fetch-site": "same-site" }, "origin-not-allowed"],
    ["reads from an unknown kind of page", { "sec-fetch-site": "new-kind" }, "origin-not-allowed"],
    ["reads from an old browser's foreign page", { origin: "https://evil.example" }, "origin-not-allowed"],
    ["reads from a page without an origin", { origin: "null" }, "origin-not-allowed"],
    [
      "reads from a listed page",
      { origin: "https://app.example.com", "sec-fetch-site": "cross-site" },
      "nothing",
    ],
    [
      "reads from a page like a listed one",
      { origin: "https://app.example.com.evil.example" },
      "origin-not-allowed",
    ],
  ])("%s", (_what, headers, expected) => expect(verdict("GET /", headers)).toBe(expected));

  it.each<[string, Record<string, string>, string]>([
    ["a program that says so", { "x-postern-client": "1" }, "nothing"],
    ["a program that says nothing", {}, "origin-not-allowed"],
    ["a listed page", { origin: "https://app.example.com" }, "nothing"],
    ["our own page, which is not listed", { "sec-fetch-site": "same-origin" }, "origin-not-allowed"],
    ["the address bar", { "sec-fetch-site": "none" }, "origin-not-allowed"],
    ["a foreign page", { origin: "https://evil.example", "x-postern-client": "1" }, "origin-not-allowed"],
  ])("that writes, from %s", (_what, headers, expected) => {
    for (const method of ["PUT", "POST", "DELETE", "PATCH", "OPTIONS"])
      expect(verdict(`${method} /`, headers)).toBe(expected);
  });
});

describe("an answer to a caller without a token in a header", () => {
  it("is told to browsers as inert, in place of what AWS says of it", () => {
    const lines = answerHeadersFor(GUEST);
    expect(lines).toContain("sandbox; default-src 'none'; frame-ancestors 'none'");
    expect(lines).toContain("nosniff");
    expect([...replacedHeadersFor(GUEST)]).toEqual(lines.filter((_, i) => i % 2 === 0));
  });

  it("is so too where nobody was proved: the cookie may have been no good", () => {
    expect(answerHeadersFor(undefined)).toEqual(answerHeadersFor(GUEST));
  });

  it("has nothing added for a caller who brought a token on purpose", () => {
    expect(answerHeadersFor(callerOf())).toEqual([]);
    expect(replacedHeadersFor(callerOf()).size).toBe(0);
  });
});
