import { describe, expect, it } from "vitest";
import { readAsked } from "../../src/admin/asked.ts";
import { Refusal } from "../../src/domain/refusal.ts";

const read = (value: unknown) =>
  readAsked(
    Buffer.isBuffer(value) ? value : Buffer.from(typeof value === "string" ? value : JSON.stringify(value)),
  );

/** What somebody is told who asks in this shape. */
function told(value: unknown): string {
  try {
    read(value);
  } catch (error) {
    if (error instanceof Refusal) return error.detail ?? "";
    throw error;
  }
  return "nothing";
}

const REQUEST = "GET /s3/a";
const GUEST = { guest: true, request: REQUEST };

describe("a question", () => {
  it("is a caller and a request in one line", () => {
    expect(read({ token: "a.b.c", idToken: "d.e.f", request: "DELETE /s3/reports/q3.txt" })).toEqual({
      caller: { token: "a.b.c", idToken: "d.e.f" },
      method: "DELETE",
      target: "/s3/reports/q3.txt",
      headers: [],
      body: undefined,
      sourceIp: undefined,
      atMs: undefined,
    });
    expect(read({ claims: { sub: "x" }, issuer: "staff", request: REQUEST }).caller).toEqual({
      claims: { sub: "x" },
      issuer: "staff",
    });
    expect(read(GUEST).caller).toBe("guest");
  });

  it("is a request part by part, from where and when", () => {
    const request = { method: "PUT", target: "/s3/a", headers: { "Content-Type": "text/plain" }, body: "ä" };
    const asked = read({ guest: true, request, sourceIp: "::1", at: "2026-01-15T13:00:00.5+01:00" });
    expect(asked).toMatchObject({
      headers: [["Content-Type", "text/plain"]],
      body: Buffer.from("ä"),
      sourceIp: "::1",
      atMs: Date.UTC(2026, 0, 15, 12) + 500,
    });
  });

  it("may have a header twice, and a body that is no text", () => {
    const headers = [
      ["a", "1"],
      ["a", "2"],
    ];
    const asked = read({ guest: true, request: { method: "PUT", target: "/", headers, bodyBase64: "/wA=" } });
    expect(asked).toMatchObject({ headers, body: Buffer.from([255, 0]) });
  });

  it.each<[string, unknown]>([
    ["the JSON cannot be parsed", "{"],
    ["the JSON is not an object", "[]"],
    ["the JSON is not an object", "null"],
    ["the JSON cannot be parsed", ""],
    ["a JSON member stands twice", '{"guest":true,"guest":true,"request":"GET /"}'],
    ["bytes that are not UTF-8", Buffer.from([0x7b, 0xff, 0x7d])],
    ["JSON nested too deep", `{"claims":${"[".repeat(100)}${"]".repeat(100)}}`],
    ["the question has a member that is not known", { ...GUEST, __proto: 1 }],
    ["who asks?", { request: REQUEST }],
    ["who asks?", { ...GUEST, token: "a" }],
    ["who asks?", { ...GUEST, claims: {} }],
    ["idToken stands beside token only", { ...GUEST, idToken: "a" }],
    ["issuer stands beside claims only", { ...GUEST, issuer: "a" }],
    ["the question: token is a text", { token: 1, request: REQUEST }],
    ["claims are an object", { claims: [], request: REQUEST }],
    ["claims are an object", { claims: null, request: REQUEST }],
    ["guest is true", { ...GUEST, guest: false }],
    ["request is missing", { guest: true }],
    ["request is missing", { guest: true, request: 1 }],
    ["request is a method and a target", { guest: true, request: "GET" }],
    ["request is a method and a target", { guest: true, request: "GET /a b" }],
    ["request: target is a text", { guest: true, request: { method: "GET" } }],
    [
      "request has a member that is not known",
      { guest: true, request: { method: "GET", target: "/", host: "a" } },
    ],
    ["request: headers are", { guest: true, request: { method: "GET", target: "/", headers: "a: b" } }],
    ["request: a header is", { guest: true, request: { method: "GET", target: "/", headers: { a: 1 } } }],
    ["request: a header is", { guest: true, request: { method: "GET", target: "/", headers: [["a"]] } }],
    [
      "request: a header is",
      { guest: true, request: { method: "GET", target: "/", headers: [["a", "b", "c"]] } },
    ],
    ["two bodies", { guest: true, request: { method: "GET", target: "/", body: "", bodyBase64: "" } }],
    ["are texts", { guest: true, request: { method: "GET", target: "/", body: {} } }],
    ["are texts", { guest: true, request: { method: "GET", target: "/", bodyBase64: 7 } }],
    ["not base64", { guest: true, request: { method: "GET", target: "/", bodyBase64: "a" } }],
    ["sourceIp is an address", { ...GUEST, sourceIp: "10.0.0.0/8" }],
    ["the question: sourceIp is a text", { ...GUEST, sourceIp: 1 }],
    ["at is a moment", { ...GUEST, at: "tomorrow" }],
    ["at is a moment", { ...GUEST, at: "2026-01-15T12:00:00" }],
    ["at is a moment", { ...GUEST, at: "2026-13-45T12:00:00Z" }],
    ["at is a moment", { ...GUEST, at: "2026-02-30T12:00:00Z" }],
    ["at is a moment", { ...GUEST, at: "2026-02T12:00:00Z" }],
    ["at is a moment", { ...GUEST, at: "2026-02-28T24:00:00Z" }],
    ["claims are longer", { claims: { note: "x".repeat(12_300) }, request: REQUEST }],
  ])("is told what is wrong with it: %s", (words, value) => expect(told(value)).toContain(words));
});

const packet = (mqtt: unknown) => {
  const asked = read({ guest: true, mqtt });
  return "mqtt" in asked ? asked : undefined;
};

describe("a question about an MQTT packet", () => {
  it.each<[object, object]>([
    [{ connect: "a" }, { kind: "connect", clientId: "a", will: undefined }],
    [
      { connect: "a", will: "t", retain: true },
      { kind: "connect", clientId: "a", will: { topic: "t", retain: true } },
    ],
    [{ publish: "t" }, { kind: "publish", topic: "t", retain: false }],
    [
      { publish: "t", retain: true },
      { kind: "publish", topic: "t", retain: true },
    ],
    [{ subscribe: "a/#" }, { kind: "subscribe", filter: "a/#" }],
    [{ receive: "" }, { kind: "receive", topic: "" }],
  ])("is %j", (mqtt, read) => expect(packet(mqtt)?.mqtt).toEqual(read));

  it("says of its connection what matters", () => {
    const headers = { "x-postern-role": "r" };
    expect(packet({ receive: "t", clientId: "a", upstream: "things", headers })).toMatchObject({
      clientId: "a",
      upstream: "things",
      headers: [["x-postern-role", "r"]],
    });
  });

  it.each<[unknown, RegExp]>([
    ["publish t", /mqtt is an object/],
    [{}, /exactly one of connect, publish, subscribe, receive/],
    [{ publish: "t", receive: "t" }, /exactly one/],
    [{ publish: 1 }, /publish is a text/],
    [{ publish: "t", qos: 1 }, /a member that is not known/],
    [{ publish: "t", retain: "yes" }, /retain is true or false/],
    [{ subscribe: "t", retain: true }, /retain is of a publish/],
    [{ connect: "a", retain: true }, /retain is of a publish/],
    [{ publish: "t", will: "t" }, /will is a connect's/],
    [{ connect: "a", clientId: "a" }, /clientId is of what follows/],
    [{ publish: "t", headers: 1 }, /mqtt: headers are/],
  ])("is not %j", (mqtt, words) => expect(told({ guest: true, mqtt })).toMatch(words));

  it("is no question about a request too", () => {
    expect(told({ ...GUEST, mqtt: { publish: "t" } })).toBe("request and mqtt are two questions");
  });
});
