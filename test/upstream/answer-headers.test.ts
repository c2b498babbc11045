import { describe, expect, it } from "vitest";
import { crossToClient } from "../../src/upstream/answer-headers.ts";
import type { SignedRequest } from "../../src/upstream/signed-request.ts";

const VARY = [
  "vary",
  "Authorization, Cookie, X-Amz-Security-Token, X-Postern-Id-Token, X-Postern-Role, X-Postern-Token",
];
const ID = ["x-postern-request-id", "id"];
const added = [...ID, ...VARY];
const bytesOf = (lines: readonly string[]) => lines.map((part) => Buffer.from(part, "latin1"));
const back = (...lines: string[]): string[] =>
  crossToClient(bytesOf(lines), { answerHeaders: ID, path: "/k" });

/** What crosses of an application's answer to a request for `/prod/users/1?x=y`, without Postern's own. */
const ofApplication = (lines: readonly string[], changes: Partial<SignedRequest> = {}): string[] =>
  crossToClient(bytesOf(lines), {
    answerHeaders: ID,
    path: "/prod/users/1?x=y",
    application: { host: "api.example", basePath: "/prod", mount: "/shop", ownCookie: "postern" },
    ...changes,
  }).slice(added.length);

describe("crossToClient", () => {
  it("keeps each line as it came: case, order, repeated names, bytes", () => {
    const lines = [
      "X-Amz-Meta-A",
      "1",
      "ETag",
      '"e"',
      "x-amz-meta-a",
      "2",
      "Content-Encoding",
      "gzip",
      "X-Amz-Meta-B",
      "caf\u00e9",
    ];
    expect(back(...lines)).toEqual([...added, ...lines]);
  });

  it.each([
    "Location",
    "Refresh",
    "Alt-Svc",
    "Strict-Transport-Security",
    "Clear-Site-Data",
    "Service-Worker-Allowed",
    "NEL",
    "Report-To",
    "Reporting-Endpoints",
    "X-Postern-Reason",
    "x-postern-request-id",
    "X_Postern_Reason",
    "Set-Cookie",
    "Set_Cookie",
  ])("S5 drops %s, however often and in whatever case", (name) => {
    expect(back(name, "a", name.toLowerCase(), "b", "ETag", "e", name.toUpperCase(), "c")).toEqual([
      ...added,
      "ETag",
      "e",
    ]);
  });

  it.each([
    "Connection",
    "Keep-Alive",
    "Proxy-Authenticate",
    "Proxy-Connection",
    "TE",
    "Trailer",
    "Transfer-Encoding",
    "Upgrade",
  ])("drops %s, which describes the other connection", (name) => {
    expect(back(name, "close")).toEqual(added);
  });

  it("drops what Connection names, on whichever of its lines", () => {
    expect(
      back(
        "Connection",
        "close",
        "X-A",
        "1",
        "Connection",
        "x-a, X-B",
        "connection",
        "X-C",
        "X-B",
        "2",
        "X-C",
        "3",
        "X-D",
        "4",
      ),
    ).toEqual([...added, "X-D", "4"]);
  });

  it.each([
    "X-Accel-Redirect",
    "X_Accel_Expires",
    "X-Sendfile",
    "X-Lighttpd-Send-File",
    "X-LiteSpeed-Location",
    "X-Reproxy-URL",
    "CDN-Cache-Control",
    "Cloudflare-CDN-Cache-Control",
    "Surrogate-Control",
  ])("drops %s, an order to whoever stands in front", (name) => {
    expect(back(name, "max-age=60")).toEqual(added);
    expect(ofApplication([name, "max-age=60"])).toEqual([]);
  });

  it("keeps an object's metadata, whatever its name", () => {
    const lines = ["x-amz-meta-cdn-cache-control", "a", "x-amz-meta-x_postern_reason", "b"];
    expect(back(...lines)).toEqual([...added, ...lines]);
  });

  it.each([
    ["public, max-age=3600", "private, max-age=3600"],
    ["PUBLIC", "private"],
    ["max-age=1, s-maxage=600", "private, max-age=1"],
    ["s-maxage=600, S-MaxAge=7", "private"],
    ["public, private, no-cache", "private, no-cache"],
    ["Public ,immutable", "private, immutable"],
    ['public="x", max-age=1', "private, max-age=1"],
    ["private, max-age=5", "private, max-age=5"],
    ["no-store", "no-store"],
    ["max-age=60,  must-revalidate", "max-age=60,  must-revalidate"],
    ["publicity=1", "publicity=1"],
  ])("S5 makes Cache-Control %s into %s", (from, to) => {
    expect(back("Cache-Control", from)).toEqual([...added, "Cache-Control", to]);
  });

  it("leaves behind lines of AWS's that Postern's own take the place of", () => {
    const lines = crossToClient(bytesOf(["Content-Security-Policy", "x", "etag", "e"]), {
      answerHeaders: ["content-security-policy", "y"],
      replacedHeaders: new Set(["content-security-policy"]),
      path: "/k",
    });
    expect(lines.filter((line) => line === "x" || line === "y" || line === "e")).toEqual(["y", "e"]);
  });

  it("S5 adds its Vary to AWS's own", () => {
    expect(back("Vary", "Origin")).toEqual([...added, "Vary", "Origin"]);
  });
});

describe("crossToClient, where Postern answers CORS", () => {
  const lines = ["Access-Control-Allow-Origin", "*", "ACCESS-CONTROL-EXPOSE-HEADERS", "x", "ETag", "e"];

  it("S5 drops what the upstream says of it, of AWS and of applications", () => {
    expect(crossToClient(bytesOf(lines), { answerHeaders: ID, path: "/k", answersCors: true })).toEqual([
      ...added,
      "ETag",
      "e",
    ]);
    expect(ofApplication(lines, { answersCors: true })).toEqual(["ETag", "e"]);
  });

  it("and nowhere else", () => {
    expect(back(...lines)).toEqual([...added, ...lines]);
    expect(ofApplication(lines)).toEqual(lines);
  });
});

describe("crossToClient, from an application", () => {
  it("lets cookies through, but none that Postern takes tokens from", () => {
    expect(
      ofApplication([
        "Set-Cookie",
        "a=1; Path=/",
        "set-cookie",
        "Postern=t; HttpOnly",
        "Set-Cookie",
        "=postern=t",
        "Set-Cookie",
        "b=2",
      ]),
    ).toEqual(["Set-Cookie", "a=1; Path=/", "Set-Cookie", "b=2"]);
  });

  it.each(["Location", "location", "Content-Location"])("S5 leads %s to where the client has it", (name) => {
    expect(ofApplication([name, "/prod/users/2?a=b#c"])).toEqual([name, "/shop/users/2?a=b#c"]);
    expect(ofApplication([name, "https://evil.example/"])).toEqual([]);
  });

  it("leads nothing of AWS's own anywhere", () => {
    expect(ofApplication(["Location", "/prod/a", "Set-Cookie", "a=1"], { application: undefined })).toEqual(
      [],
    );
  });

  it.each([
    "Refresh",
    "Alt-Svc",
    "Strict-Transport-Security",
    "Clear-Site-Data",
    "Service-Worker-Allowed",
    "X-Postern-Reason",
    "x_postern_reason",
    "Set_Cookie",
    "Transfer-Encoding",
  ])("drops %s all the same", (name) => {
    expect(ofApplication([name, "a"])).toEqual([]);
  });

  it("drops a cookie and a redirect that Connection names, or that Postern's own take the place of", () => {
    const lines = ["Set-Cookie", "a=1", "Location", "/prod/a", "Connection", "set-cookie, location"];
    expect(ofApplication(lines)).toEqual([]);
    expect(ofApplication(lines.slice(0, 2), { replacedHeaders: new Set(["set-cookie"]) })).toEqual([]);
  });

  it("keeps what API Gateway renames, and stores for one caller only", () => {
    expect(ofApplication(["x-amzn-Remapped-Date", "d", "Cache-Control", "public, max-age=9"])).toEqual([
      "x-amzn-Remapped-Date",
      "d",
      "Cache-Control",
      "private, max-age=9",
    ]);
  });
});
