import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Refusal } from "../../../src/domain/refusal.ts";
import { readPresignQuestion } from "../../../src/proxy/pages/presign-question.ts";
import { codeOf } from "../../support/asking.ts";

const GET = { method: "GET", target: "/s3/reports/q3.txt" };

const read = (question: unknown) =>
  readPresignQuestion(
    Buffer.from(typeof question === "string" ? question : JSON.stringify(question)),
    "postern.test",
  );

describe("a question for a URL", () => {
  it("is a request as whoever has the URL is to send it", () => {
    const { head, expiresSeconds } = read({
      method: "PUT",
      target: "/s3/reports/a%20b?x-id=PutObject",
      expires: 300,
      headers: { "X-Amz-Meta-Colour": "light  blue", "Content-Type": "text/plain", "x-amz-meta-empty": "" },
    });
    expect([head.method, head.target, expiresSeconds]).toEqual([
      "PUT",
      "/s3/reports/a%20b?x-id=PutObject",
      300,
    ]);
    expect([...head.headers.entries()]).toEqual([
      ["host", "postern.test"],
      ["x-amz-meta-colour", "light  blue"],
      ["content-type", "text/plain"],
      ["x-amz-meta-empty", ""],
    ]);
  });

  it("may name the host by which the upstream is found, and leave the rest to Postern", () => {
    const { head, expiresSeconds } = read({ ...GET, host: "files.test" });
    expect([head.headers.get("host"), expiresSeconds]).toEqual(["files.test", undefined]);
    expect(read(GET).head.headers.get("host")).toBe("postern.test");
  });

  it.each<readonly [why: string, question: unknown]>([
    ["nothing", ""],
    ["no JSON", "{"],
    ["no object", [GET]],
    ["null", "null"],
    ["a member twice", '{"method":"GET","target":"/s3/a/b","target":"/s3/audit/b"}'],
    ["a member twice, in an escape", '{"method":"GET","target":"/s3/a/b","t\\u0061rget":"/s3/audit/b"}'],
    ["a header twice", '{"method":"GET","target":"/s3/a/b","headers":{"range":"1","range":"2"}}'],
    ["a byte order mark", `\uFEFF${JSON.stringify(GET)}`],
    ["an unknown member", { ...GET, url: "/s3/audit/x" }],
    ["a member that all objects have", '{"method":"GET","target":"/s3/a/b","__proto__":{}}'],
    ["no method", { target: GET.target }],
    ["no target", { method: "GET" }],
    ["a method that is no text", { ...GET, method: ["GET"] }],
    ["a target that is no text", { ...GET, target: { toString: "/s3/a/b" } }],
    ["a host that is no text", { ...GET, host: null }],
    ["an expiry as a text", { ...GET, expires: "300" }],
    ["half a second", { ...GET, expires: 0.5 }],
    ["no time", { ...GET, expires: 0 }],
    ["a time that is past", { ...GET, expires: -1 }],
    ["an expiry that no number holds", '{"method":"GET","target":"/s3/a/b","expires":1e999}'],
    ["no expiry", { ...GET, expires: null }],
    ["headers as pairs", { ...GET, headers: [["range", "bytes=0-1"]] }],
    ["no headers", { ...GET, headers: null }],
    ["a header that is no text", { ...GET, headers: { "x-amz-meta-a": 1 } }],
    ["a line end in a header", { ...GET, headers: { "x-amz-meta-a": "b\r\nx-amz-acl: public-read" } }],
    ["a NUL in a header", { ...GET, headers: { "x-amz-meta-a": "\0" } }],
    ["a tab in a header", { ...GET, headers: { "x-amz-meta-a": "a\tb" } }],
    ["letters that have two forms on the wire", { ...GET, headers: { "x-amz-meta-a": "ü" } }],
    ["a header that begins with a space", { ...GET, headers: { "x-amz-meta-a": " a" } }],
  ])("is malformed with %s", (_why, question) => {
    expect(codeOf(() => read(question))).toBe("body-malformed");
  });

  it("is malformed in bytes that are no UTF-8", () => {
    const bytes = Buffer.from('{"method":"GET","target":"/s3/a/\xff"}', "latin1");
    expect(codeOf(() => readPresignQuestion(bytes, "postern.test"))).toBe("body-malformed");
  });

  it.each(["DELETE", "POST", "PATCH", "OPTIONS", "TRACE", "get", "GET ", ""])(
    "S3.9 is refused for the method %j",
    (method) => {
      expect(codeOf(() => read({ ...GET, method }))).toBe("presign-refused");
    },
  );

  it.each([
    "authorization",
    "Authorization",
    "cookie",
    "host",
    "Host",
    "x-postern-token",
    "x-postern-role",
    "x-postern-id-token",
    "content-length",
    "transfer-encoding",
    "content-encoding",
    "connection",
    "expect",
    "x-forwarded-for",
    "user-agent",
    "x-amz-",
    "x_amz_acl",
    "x-amz-acl ",
    "x-amz-meta-ü",
    "x-amz-meta-a\nb",
    "",
    "__proto__",
    "constructor",
  ])("is refused with the header %j, which nothing can be bound to", (name) => {
    const question = `{"method":"GET","target":"/s3/a/b","headers":{${JSON.stringify(name)}:"a"}}`;
    expect(codeOf(() => read(question))).toBe("header-not-allowed");
  });

  it("is refused where a header stands there in two cases", () => {
    const headers = { "x-amz-acl": "private", "X-Amz-Acl": "public-read" };
    expect(codeOf(() => read({ ...GET, headers }))).toBe("header-not-allowed");
  });

  it("is read or refused, whatever it is", () => {
    fc.assert(
      fc.property(fc.json(), fc.object(), (text, object) => {
        for (const question of [text, { ...GET, ...object }, { ...GET, headers: object }])
          expect(() => codeOf(() => read(question))).not.toThrow();
      }),
    );
    expect(() => read("{")).toThrow(Refusal);
  });
});
