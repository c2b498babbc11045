import { describe, expect, it } from "vitest";
import { readHeaders } from "../../src/domain/head.ts";
import { crossToAws, type Recipient, repeatedSingle } from "../../src/upstream/headers.ts";

const AWS: Recipient = { service: { speaker: "aws" }, identityHeaders: [] };
const APPLICATION: Recipient = {
  service: { speaker: "application" },
  identityHeaders: [{ name: "x-user" }, { name: "x-user-groups" }],
};

const cross = (raw: string[], own: [string, string][] = [], to = AWS) =>
  crossToAws(readHeaders(raw), own, to);

/** What of these headers an application gets, in order, but for the one line that it always gets. */
const seen = (raw: string[], own: [string, string][] = []): readonly (readonly [string, string])[] => {
  const { signed, unsigned } = cross(raw, own, APPLICATION);
  return [...signed, ...unsigned.slice(1)];
};

describe("crossToAws, to AWS itself", () => {
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

describe("crossToAws, to an application", () => {
  it.each([
    "Accept",
    "Accept-Language",
    "Cache-Control",
    "If-None-Match",
    "Range",
    "User-Agent",
    "X-Api-Key",
    "X-Anything-Else",
    "X-Requested-With",
    "X-Csrf-Token",
    "X-Request-Id",
    "Idempotency-Key",
    "Traceparent",
    "Origin",
    "Referer",
    "Sec-Fetch-Site",
    "Sec-CH-UA",
    "Access-Control-Request-Method",
    "api_key",
    "X-Users",
    "X-Methodology",
    "Proximity",
    "constructor",
  ])("lets %s through as it is, unsigned", (name) => {
    expect(cross([name, "v"], [], APPLICATION)).toEqual({
      signed: [],
      unsigned: [
        ["accept-encoding", "identity"],
        [name.toLowerCase(), "v"],
      ],
    });
  });

  it("signs what describes the body", () => {
    expect(cross(["Content-Type", "a/b", "Content-MD5", "x"], [], APPLICATION).signed).toEqual([
      ["content-type", "a/b"],
      ["content-md5", "x"],
    ]);
  });

  it.each([
    "Authorization",
    "Cookie",
    "Cookie2",
    "Proxy-Authorization",
    "Proxy-Connection",
    "X-Amz-Security-Token",
    "X-Amz-Date",
    "X-Amz-Content-Sha256",
    "X-Amz-Invocation-Type",
    "X-Amz-Apigw-Id",
    "X-Amzn-Trace-Id",
    "X-Amzn-Oidc-Identity",
    "Amz-Sdk-Request",
    "X-Apigw-Api-Id",
    "X-Postern-Token",
    "X-Postern-Id-Token",
    "X-Postern-Role",
    "X-Postern-Anything",
    "Host",
    "Connection",
    "Keep-Alive",
    "TE",
    "Trailer",
    "Upgrade",
    "HTTP2-Settings",
    "Expect",
    "Max-Forwards",
    "Transfer-Encoding",
    "Content-Length",
    "Content-Encoding",
    "Accept-Encoding",
    "Date",
    "Sec-WebSocket-Key",
    "Forwarded",
    "Forwarded-For",
    "X-Forwarded",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-User",
    "X-Forwarded-Client-Cert",
    "X-Real-IP",
    "Client-IP",
    "X-Client-IP",
    "True-Client-IP",
    "X-Cluster-Client-IP",
    "CF-Connecting-IP",
    "CF-Access-Authenticated-User-Email",
    "CloudFront-Viewer-Address",
    "Fastly-Client-IP",
    "Client-Cert",
    "Client-Cert-Chain",
    "X-Envoy-Original-Path",
    "X-Accel-Redirect",
    "Via",
    "Front-End-Https",
    "X-Url-Scheme",
    "X-Host",
    "X-HTTP-Host-Override",
    "X-Original-URL",
    "X-Original-Method",
    "X-Rewrite-URL",
    "X-HTTP-Method",
    "X-HTTP-Method-Override",
    "X-Method-Override",
    "X-Override-Method",
    "X-Method",
    "Proxy",
    "Remote-User",
    "Remote-Groups",
    "X-Remote-User",
    "X-Auth-Request-User",
    "X-Auth-Request-Email",
    "SSL-Client-Cert",
    "X-SSL-Client-S-DN",
    "X-User",
    "X-User-Groups",
  ])("S3.8 leaves %s behind, however its words are joined", (name) => {
    const forms = [name, name.toUpperCase(), name.replaceAll("-", "_"), name.replace("-", "_")];
    for (const form of [...forms, name.replaceAll("-", ".")]) expect(seen([form, "v"])).toEqual([]);
  });

  it("S3.8 leaves behind what Connection names", () => {
    expect(seen(["X-A", "1", "X-B", "2", "Connection", "close, x-a"])).toEqual([["x-b", "2"]]);
  });

  it("doubles nothing that the operation brings itself, by whatever name", () => {
    const own: [string, string][] = [["accept-language", "de"]];
    expect(seen(["Accept-Language", "en", "Accept_Language", "fr", "Accept", "a"], own)).toEqual([
      ["accept", "a"],
    ]);
  });

  it("asks for answers that are not compressed, in which a token can be seen", () => {
    expect(cross(["Accept-Encoding", "gzip, br"], [], APPLICATION).unsigned).toEqual([
      ["accept-encoding", "identity"],
    ]);
  });

  it("keeps a value byte for byte", () => {
    expect(seen(["X-A", "caf\u00e9 \u00ff  two"])).toEqual([["x-a", "caf\u00e9 \u00ff  two"]]);
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
