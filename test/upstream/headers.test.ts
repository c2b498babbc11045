import { describe, expect, it } from "vitest";
import { readHeaders } from "../../src/domain/head.ts";
import { crossToAws, crossToClient, repeatedSingle } from "../../src/upstream/headers.ts";

const VARY = [
  "vary",
  "Authorization, Cookie, X-Amz-Security-Token, X-Postern-Id-Token, X-Postern-Role, X-Postern-Token",
];
const back = (...lines: string[]): string[] =>
  crossToClient(
    lines.map((part) => Buffer.from(part, "latin1")),
    ["x-postern-request-id", "id"],
  );
const added = ["x-postern-request-id", "id", ...VARY];

const cross = (raw: string[], own: [string, string][] = []) => crossToAws(readHeaders(raw), own);

describe("crossToAws", () => {
  it("takes what AWS needs of the client's headers, apart by whether it is signed", () => {
    expect(
      cross([
        "Content-Type",
        "text/plain",
        "Content-MD5",
        "x",
        "Range",
        "bytes=0-1",
        "If-Match",
        '"a"',
        "User-Agent",
        "aws",
      ]),
    ).toEqual({
      signed: [
        ["content-type", "text/plain"],
        ["content-md5", "x"],
      ],
      unsigned: [
        ["range", "bytes=0-1"],
        ["if-match", '"a"'],
        ["user-agent", "aws"],
      ],
    });
  });

  it("takes If-Range along with Range, or a resumed download would join two versions of an object", () => {
    const { unsigned } = cross(["Range", "bytes=5-", "If-Range", '"etag"']);
    expect(unsigned).toEqual([
      ["range", "bytes=5-"],
      ["if-range", '"etag"'],
    ]);
  });

  it("never adds or changes Accept-Encoding, and never signs it", () => {
    expect(cross([])).toEqual({ signed: [], unsigned: [] });
    expect(cross(["Accept-Encoding", "identity"]).unsigned).toEqual([["accept-encoding", "identity"]]);
  });

  it.each([
    "Authorization",
    "Cookie",
    "Proxy-Authorization",
    "X-Amz-Security-Token",
    "X-Postern-Token",
    "X-Postern-Id-Token",
    "X-Postern-Role",
    "X_Postern_Token",
    "x-postern-anything",
    "X-Amz-Date",
    "X-Amz-Content-Sha256",
    "X-Amz-Acl",
    "X-Amz-Copy-Source",
    "X-Amz-Credential",
    "Host",
    "Connection",
    "Keep-Alive",
    "TE",
    "Trailer",
    "Upgrade",
    "Expect",
    "Transfer-Encoding",
    "Content-Length",
    "Content-Encoding",
    "Forwarded",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X_Forwarded_For",
    "X-Real-IP",
    "X-Original-URL",
    "X-Rewrite-URL",
    "X-HTTP-Method-Override",
    "X-HTTP-Method",
    "X-Method-Override",
    "X_HTTP_Method_Override",
    "X-Original-Host",
    "X-Forwarded-Proto",
    "X-Forwarded-Prefix",
    "X_Real_IP",
    "X-Apigw-Api-Id",
    "X_Apigw_Api_Id",
    "Via",
    "Origin",
    "Referer",
    "X-Anything-Else",
    "__proto__",
    "constructor",
  ])("S3.8 leaves %s behind", (name) => {
    expect(cross([name, "v"])).toEqual({ signed: [], unsigned: [] });
  });

  it("S3.8 leaves behind what Connection names", () => {
    const raw = ["Range", "bytes=0-1", "Content-Type", "a/b", "User-Agent", "x"];
    expect(cross([...raw, "Connection", "close, Range", "Connection", "content-type"])).toEqual({
      signed: [],
      unsigned: [["user-agent", "x"]],
    });
    expect(cross([...raw, "Connection", "Keep-Alive"]).unsigned).toHaveLength(2);
  });

  it("doubles nothing that the operation brings itself", () => {
    const own: [string, string][] = [["content-type", "application/x-amz-json-1.0"]];
    expect(cross(["Content-Type", "text/html"], own)).toEqual({ signed: [], unsigned: [] });
  });
});

describe("repeatedSingle", () => {
  it.each([
    "Authorization",
    "X-Amz-Security-Token",
    "X-Postern-Token",
    "X-Postern-Role",
    "Host",
    "Content-Type",
    "Content-Length",
    "Content-Encoding",
    "Range",
    "X-Amz-Copy-Source",
    "X-Amz-Target",
    "X-Amz-Acl",
    "If-Match",
    "X-Unheard-Of",
  ])("S3.8 finds %s on two lines, whatever the case", (name) => {
    expect(repeatedSingle(readHeaders([name, "a", "Accept", "b", name.toUpperCase(), "a"]))).toBe(
      name.toLowerCase(),
    );
  });

  it("lets pass what is a list, or is not read", () => {
    const lines = [
      "Accept",
      "Cookie",
      "Connection",
      "Via",
      "X-Forwarded-For",
      "X-Forwarded-Proto",
      "Tracestate",
    ];
    expect(repeatedSingle(readHeaders([...lines, ...lines].flatMap((name) => [name, "v"])))).toBeUndefined();
  });
});

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
    "X-Postern-Reason",
    "x-postern-request-id",
    "Set-Cookie",
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

  it.each(["X-Accel-Redirect", "X-Accel-Expires", "CDN-Cache-Control", "Surrogate-Control"])(
    "drops %s, an order to whoever stands in front",
    (name) => {
      expect(back(name, "max-age=60")).toEqual(added);
    },
  );

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
    const raw = ["Content-Security-Policy", "x", "etag", "e"].map((text) => Buffer.from(text));
    const lines = crossToClient(raw, ["content-security-policy", "y"], new Set(["content-security-policy"]));
    expect(lines.filter((line) => line === "x" || line === "y" || line === "e")).toEqual(["y", "e"]);
  });

  it("S5 adds its Vary to AWS's own", () => {
    expect(back("Vary", "Origin")).toEqual([...added, "Vary", "Origin"]);
  });
});
