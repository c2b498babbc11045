import { describe, expect, it } from "vitest";
import { readHeaders } from "../../../src/domain/head.ts";
import { checkOuter } from "../../../src/proxy/authorize/check-outer.ts";
import { readAsked } from "../../../src/proxy/authorize/read-asked.ts";
import type { AuthorizeRules } from "../../../src/proxy/authorize/rules.ts";
import { aHead, codeOf } from "../../support/asking.ts";

const RULES: AuthorizeRules = {
  secret: "0123456789abcdef",
  methodHeader: "x-original-method",
  uriHeader: "x-original-uri",
  hostHeader: "x-original-host",
  lengthHeader: "x-original-content-length",
  exact: false,
};
const ASKED = ["X-Original-Method", "GET", "X-Original-URI", "/s3/a/b?c", "X-Original-Host", "s3.test"];
const read = (lines: readonly string[], rules: Partial<AuthorizeRules> = {}) =>
  readAsked(lines, { ...RULES, ...rules });

describe("H2 the request that an outer proxy asks about", () => {
  it("is as if the client had sent it, without what is the outer proxy's own", () => {
    const client = ["Authorization", "Bearer x", "Range", "bytes=0-1", "X-Forwarded-Uri", "/other"];
    const own = ["Host", "postern", "X-Postern-Secret", "s", "Content-Length", "0"];
    const { head, length } = read([...own, ...client, ...ASKED, "X-Original-Content-Length", "12"]);
    expect([head.method, head.target, length]).toEqual(["GET", "/s3/a/b?c", 12]);
    expect(Object.fromEntries(head.headers.entries())).toEqual({
      host: "s3.test",
      authorization: "Bearer x",
      range: "bytes=0-1",
      "x-forwarded-uri": "/other",
    });
  });

  it("has the Host of the question where no other is configured, and no length", () => {
    const lines = ["Host", "postern", ...ASKED, "X-Original-Content-Length", "12"];
    const { head, length } = read(lines, { hostHeader: undefined, lengthHeader: undefined });
    expect([head.headers.get("host"), head.headers.get("x-original-host"), length]).toEqual([
      "postern",
      "s3.test",
      undefined,
    ]);
  });

  it("keeps what stands twice apart, so that it is seen", () => {
    const { head } = read([...ASKED, "Authorization", "Bearer a", "authorization", "Bearer b"]);
    expect(head.headers.repeated).toEqual(["authorization"]);
  });

  it.each(["X-Original-Method", "X-Original-URI", "X-Original-Host"])(
    "is none where %s is missing, empty or there twice, whatever else is there",
    (name) => {
      const at = ASKED.indexOf(name);
      const others = ["X-Forwarded-Method", "GET", "X-Forwarded-Uri", "/s3/a", "X-Forwarded-Host", "s3.test"];
      const without = [...ASKED.slice(0, at), ...ASKED.slice(at + 2), ...others, "Host", "s3.test"];
      expect(codeOf(() => read(without))).toBe("target-malformed");
      expect(codeOf(() => read([...without, name, ""]))).toBe("target-malformed");
      expect(codeOf(() => read([...ASKED, name.toUpperCase(), "/s3/a/b?c"]))).toBe("target-ambiguous");
    },
  );

  it.each(["If_Match", "X_Original_URI", "x.user", "Content_Type", "X!Amz-Acl"])(
    "has no header %s, which others read as another",
    (name) => {
      expect(codeOf(() => read([...ASKED, name, "x"]))).toBe("header-not-allowed");
    },
  );

  it.each(["-1", "1e3", "0x10", "", "12, 12", "1".repeat(16)])("has no length %j", (text) => {
    const code = codeOf(() => read([...ASKED, "X-Original-Content-Length", text]));
    expect(code).toBe(text === "" ? "target-malformed" : "length-required");
  });

  it("has no two lengths", () => {
    const twice = ["X-Original-Content-Length", "1", "X-Original-Content-Length", "1"];
    expect(codeOf(() => read([...ASKED, ...twice]))).toBe("target-ambiguous");
  });
});

const SHOWN = { "x-postern-secret": "0123456789abcdef" };
const codeFor = (line: string, headers: Readonly<Record<string, string>>, rules = RULES) =>
  codeOf(() => checkOuter(aHead(line, headers), rules));

describe("H2 who asks", () => {
  it.each(["GET /.postern/authorize", "PUT /.postern/authorize/s3/a/b?c", "HEAD /.postern/authorize?x"])(
    "may ask by %s with the secret",
    (line) => {
      expect(codeFor(line, SHOWN)).toBe("nothing");
    },
  );

  it.each(["", "0123456789abcde", "0123456789abcdef0", "0123456789ABCDEF", "0123456789abcdef, x"])(
    "is nobody with the secret %j",
    (secret) => {
      expect(codeFor("GET /.postern/authorize", { "x-postern-secret": secret })).toBe("authorize-refused");
    },
  );

  it("is nobody without it, and nobody with two", () => {
    expect(codeFor("GET /.postern/authorize", {})).toBe("authorize-refused");
    const headers = readHeaders([
      "X-Postern-Secret",
      RULES.secret ?? "",
      "x-postern-secret",
      RULES.secret ?? "",
    ]);
    const head = { method: "GET", target: "/.postern/authorize", headers };
    expect(codeOf(() => checkOuter(head, RULES))).toBe("authorize-refused");
  });

  it("needs none where its connection says who it is", () => {
    expect(codeFor("GET /.postern/authorize", {}, { ...RULES, secret: undefined })).toBe("nothing");
  });

  it.each([
    "/",
    "/.postern/authorizes",
    "/.postern/whoami",
    "/x/.postern/authorize",
    "/.postern/%61uthorize",
  ])("asks nothing at %s", (path) => {
    expect(codeFor(`GET ${path}`, SHOWN)).toBe("upstream-unknown");
  });

  it.each([{ "content-length": "1" }, { "transfer-encoding": "chunked" }])("sends no body: %j", (body) => {
    expect(codeFor("GET /.postern/authorize", { ...SHOWN, ...body })).toBe("body-malformed");
  });
});
