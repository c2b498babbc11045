import { describe, expect, it } from "vitest";
import { GUEST } from "../../../src/domain/caller.ts";
import { readHeaders } from "../../../src/domain/head.ts";
import { checkAmbientUpgrade, checkOrigin } from "../../../src/proxy/tunnels/check-origin.ts";
import { codeOf } from "../../support/asking.ts";

const LISTED = "https://app.example.com";
const RULES = { origins: new Set([LISTED]), queryToken: false, idleMs: 1, lifetimeMs: 1 };
const AMBIENT = { hosts: new Set<string>(), origins: new Set([LISTED, "https://other.example.com"]) };

const headOf = (...lines: string[]) => ({
  method: "GET",
  target: "/",
  headers: readHeaders(["Host", "localhost:4480", ...lines]),
});

const checkPage = (origin: string | undefined, hasQueryToken = false, queryToken = false) =>
  codeOf(() =>
    checkOrigin(
      { head: headOf(...(origin === undefined ? [] : ["Origin", origin])), hasQueryToken },
      { ...RULES, queryToken },
    ),
  );

describe("pages", () => {
  it("may open a tunnel where they are listed, and what is no page too", () => {
    expect([checkPage(LISTED), checkPage(undefined)]).toEqual(["nothing", "nothing"]);
  });

  it.each(["https://evil.example", "null", "", "https://APP.example.com", `${LISTED}:443`, `${LISTED}/`])(
    "may not as %j",
    (origin) => {
      expect(checkPage(origin)).toBe("origin-not-allowed");
    },
  );

  it("bring a token in the query where that is on, and nobody else does", () => {
    expect(checkPage(LISTED, true, true)).toBe("nothing");
    expect(checkPage(LISTED, true)).toBe("query-not-allowed");
    expect(checkPage(undefined, true, true)).toBe("query-not-allowed");
    expect(checkPage("https://evil.example", true, true)).toBe("origin-not-allowed");
  });
});

describe("whom nobody meant to be", () => {
  const cookie = { ...GUEST, kind: "user" as const };
  const check = (caller: typeof cookie | typeof GUEST, ...lines: string[]) =>
    codeOf(() => checkAmbientUpgrade(headOf(...lines), caller, AMBIENT, RULES));

  it("a cookie opens tunnels from pages that both lists have, and never without an Origin", () => {
    expect(check(cookie, "Origin", LISTED)).toBe("nothing");
    expect(check(cookie)).toBe("origin-not-allowed");
    expect(check(cookie, "X-Postern-Client", "1")).toBe("origin-not-allowed");
    expect(check(cookie, "Sec-Fetch-Site", "same-origin")).toBe("origin-not-allowed");
  });

  it("a guest does from listed pages, or says on purpose that it is none of a browser's", () => {
    expect(check(GUEST, "Origin", LISTED)).toBe("nothing");
    expect(check(GUEST, "X-Postern-Client", "1")).toBe("nothing");
    expect(check(GUEST)).toBe("origin-not-allowed");
    expect(check(GUEST, "Sec-Fetch-Site", "same-origin")).toBe("origin-not-allowed");
  });

  it("a token in a header is its sender's own", () => {
    expect(check({ ...cookie, ambient: false })).toBe("nothing");
  });
});
