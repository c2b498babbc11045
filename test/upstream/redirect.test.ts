import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toClientPath } from "../../src/upstream/redirect.ts";

const API = { host: "api.example", basePath: "/prod", mount: "/shop", ownCookie: undefined };
/** A host of Postern's own for an application without a base path. */
const BARE = { ...API, basePath: "", mount: "" };
const PATH = "/prod/users/1?x=y";

describe("a reference of an application to itself", () => {
  it.each([
    ["/prod/login", "/shop/login"],
    ["/prod", "/shop"],
    ["/prod/", "/shop/"],
    ["/prod?a=b", "/shop?a=b"],
    ["2", "/shop/users/2"],
    ["../carts?id=%2F#top", "/shop/carts?id=%2F#top"],
    ["?page=2", "/shop/users/1?page=2"],
    ["#part", "/shop/users/1?x=y#part"],
    ["/prod/a%20b%2Fc", "/shop/a%20b%2Fc"],
    ["https://api.example/prod/a", "/shop/a"],
    ["http://api.example/prod/a", "/shop/a"],
    ["HTTPS://API.example:443/prod/a", "/shop/a"],
    ["/prod/go?to=https://evil.example//x", "/shop/go?to=https://evil.example//x"],
  ])("S5 %s is %s to the client", (reference, expected) => {
    expect(toClientPath(reference, API, PATH)).toBe(expected);
  });

  it("stays as it is where the client has the same path", () => {
    const same = { ...API, mount: "/prod" };
    expect(toClientPath("/prod/a", same, PATH)).toBe("/prod/a");
    expect(toClientPath("https://api.example", BARE, "/a")).toBe("/");
    expect(toClientPath("/prod", { ...API, mount: "" }, PATH)).toBe("/");
  });

  it("knows its host with a port", () => {
    const local = { ...API, host: "127.0.0.1:4483" };
    expect(toClientPath("http://127.0.0.1:4483/prod/a", local, PATH)).toBe("/shop/a");
    expect(toClientPath("http://127.0.0.1/prod/a", local, PATH)).toBeUndefined();
  });
});

describe("any other reference", () => {
  it.each([
    "https://evil.example/prod/a",
    "https://api.example.evil.example/prod/a",
    "https://api.example:8443/prod/a",
    "https://user@api.example/prod/a",
    "https://:p@api.example/prod/a",
    "https://api.example@evil.example/prod/a",
    "//evil.example/prod/a",
    "//api.example/prod/a",
    "///evil.example/prod/a",
    "\\\\evil.example/prod/a",
    "/\\evil.example",
    "/prod/\\..\\a",
    "https:/prod/a",
    "https:prod/a",
    "https:///api.example/prod/a",
    "https:\\\\api.example/prod/a",
    "ftp://api.example/prod/a",
    "javascript:alert(1)",
    "data:text/html,x",
    "h\tttps://evil.example",
    "/prod/a\r\nset-cookie: a=b",
    "/prod/a b",
    " /prod/a",
    "/prod/caf\u00e9",
    "https://[::/prod",
    "",
    "/",
    "/login",
    "/production/a",
    "/prod/../admin",
    "/prod/%2e%2e/admin",
    "../../admin",
    "/%70rod/a",
    "/PROD/a",
  ])("S5 %j leads nowhere", (reference) => {
    expect(toClientPath(reference, API, PATH)).toBeUndefined();
  });

  it.each(["https://api.example//evil.example/", "/.//evil.example", "/.postern/whoami", "/a/../.postern/x"])(
    "S5 %s leads nowhere, though all paths of the host are the application's",
    (reference) => {
      expect(toClientPath(reference, BARE, "/a")).toBeUndefined();
    },
  );

  it("S5 never leads to another host, nor beside the application", () => {
    const piece = fc.constantFrom(
      ..."/ // \\ . .. %2e %5c : @ ? # https: http:// api.example evil.example prod a .postern".split(" "),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 9 }), (pieces) => {
        for (const [place, mount] of [
          [API, "/shop"],
          [BARE, ""],
        ] as const) {
          const led = toClientPath(pieces.join(""), place, PATH);
          if (led === undefined) continue;
          const { origin, pathname } = new URL(led, "https://postern.example/shop/users/1");
          expect(origin).toBe("https://postern.example");
          expect(pathname === mount || pathname.startsWith(`${mount}/`)).toBe(true);
          expect(pathname.startsWith("/.postern/")).toBe(false);
        }
      }),
      { numRuns: 3000 },
    );
  });
});
