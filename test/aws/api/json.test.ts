import { describe, expect, it } from "vitest";
import { needsBody } from "../../../src/aws/service.ts";
import { aHead, anUpstream, codeOf, readWhole } from "../../support/asking.ts";
import { ARN, json, shop } from "./models.ts";

const TYPE = { "content-type": "application/x-amz-json-1.1" };
const PUT = { "x-amz-target": "Shop_20260101.PutItem" };
const headed = (headers: Record<string, string>, line = "POST /") =>
  codeOf(() => json.recognise(aHead(line, headers), shop));
const read = (body: string | Buffer, headers: Record<string, string> = {}) =>
  readWhole(json, shop, aHead("POST /", { ...TYPE, ...PUT, ...headers }), body);
const bodied = (body: string | Buffer) => codeOf(() => read(body));

describe("S3.5 a request of AWS JSON", () => {
  it("is the operation that its target names, on what its body names", () => {
    const bytes = Buffer.from('{ "Shelf": "a1" }');
    expect(read(bytes)).toEqual({
      upstream: "up",
      service: "shop",
      region: "us-east-1",
      hostPrefix: undefined,
      name: "PutItem",
      requirements: [{ action: "shop:PutItem", covers: ["shop:WriteItem"], resource: `${ARN}shelf/a1` }],
      method: "POST",
      path: "/",
      query: "",
      headers: [
        ["content-type", TYPE["content-type"]],
        ["x-amz-target", "Shop_20260101.PutItem"],
      ],
      payload: { kind: "buffered", bytes },
    });
  });

  it("says in the log that a client of another protocol may have sent it", () => {
    expect(() => json.recognise(aHead("POST /", TYPE), shop)).toThrow(
      expect.objectContaining({ detail: "shop without x-amz-target: another protocol than JSON" }),
    );
  });

  it.each([
    ["without a target", TYPE, "operation-unknown"],
    [
      "with another service's target",
      { ...TYPE, "x-amz-target": "Shed_20260101.PutItem" },
      "operation-unknown",
    ],
    [
      "with another version's target",
      { ...TYPE, "x-amz-target": "Shop_20250101.PutItem" },
      "operation-unknown",
    ],
    ["with the operation alone", { ...TYPE, "x-amz-target": "PutItem" }, "operation-unknown"],
    [
      "with more than the operation",
      { ...TYPE, "x-amz-target": "Shop_20260101.x.PutItem" },
      "operation-unknown",
    ],
    ["in another case", { ...TYPE, "x-amz-target": "Shop_20260101.putitem" }, "operation-unknown"],
    [
      "with what all objects have",
      { ...TYPE, "x-amz-target": "Shop_20260101.constructor" },
      "operation-unknown",
    ],
    [
      "with two targets",
      { ...TYPE, "x-amz-target": "Shop_20260101.PutItem, Shop_20260101.Tag" },
      "operation-unknown",
    ],
    ["with a second marker", { ...TYPE, ...PUT, "smithy-protocol": "rpc-v2-cbor" }, "target-ambiguous"],
    ["of JSON 1.0", { ...PUT, "content-type": "application/x-amz-json-1.0" }, "header-not-allowed"],
    ["as a form", { ...PUT, "content-type": "application/x-www-form-urlencoded" }, "header-not-allowed"],
    ["without a type", PUT, "header-not-allowed"],
    ["compressed", { ...TYPE, ...PUT, "content-encoding": "gzip" }, "header-not-allowed"],
    [
      "with a header of AWS that it does not take",
      { ...TYPE, ...PUT, "x-amz-acl": "x" },
      "header-not-allowed",
    ],
    ["with another mode", { ...TYPE, ...PUT, "x-amzn-query-mode": "false" }, "header-not-allowed"],
  ])("is refused %s, before its body is read", (_name, headers, code) => {
    expect(headed(headers)).toBe(code);
  });

  it.each([
    ["GET /", "operation-unknown"],
    ["POST /123456789012/queue", "target-malformed"],
    ["POST //", "target-malformed"],
    ["POST /?Action=PutItem", "query-not-allowed"],
  ])("is refused as %s", (line, code) => {
    expect(headed({ ...TYPE, ...PUT }, line)).toBe(code);
  });

  it.each([
    ["a member twice", '{"Shelf":"a","Shelf":"b"}'],
    ["a member twice, once escaped", '{"Shelf":"a","She\\u006cf":"b"}'],
    ["a member in two cases", '{"Shelf":"a","shelf":"b"}'],
    ["the member in another case alone", '{"shelf":"b"}'],
    ["a list for a name", '{"Shelf":["a"]}'],
    ["a number for a name", '{"Shelf":1}'],
    ["an empty name", '{"Shelf":""}'],
    ["a form", "Shelf=a"],
    ["a byte order mark", '\uFEFF{"Shelf":"a"}'],
    ["bytes that are no UTF-8", Buffer.from([0x7b, 0xff, 0x7d])],
    ["nothing", ""],
  ])("is refused with %s", (_name, body) => {
    expect(bodied(body)).toBe("body-malformed");
  });

  it.each(["{}", '{"Shelf":null}'])("touches nobody knows what with %s", (body) => {
    expect(read(body).requirements).toEqual([
      { action: "shop:PutItem", covers: ["shop:WriteItem"], resource: "*", unknownResource: true },
    ]);
  });

  it("asks for the errors of the query protocol, and sends what the operator admits, and nothing of the signature", () => {
    const headers = {
      "x-amzn-query-mode": "true",
      "x-amz-date": "x",
      "x-amz-new": "1",
      "x-amzn-trace-id": "t",
    };
    const admitting = { ...shop, allowHeaders: new Set(["x-amz-new"]) };
    const sent = readWhole(json, admitting, aHead("POST /", { ...TYPE, ...PUT, ...headers }), "{}").headers;
    expect(sent.slice(2)).toEqual([
      ["x-amzn-query-mode", "true"],
      ["x-amz-new", "1"],
    ]);
  });

  it("goes to a host of its own at AWS's endpoint alone", () => {
    const head = aHead("POST /", { ...TYPE, "x-amz-target": "Shop_20260101.SyncMove" });
    expect(readWhole(json, shop, head, "{}").hostPrefix).toBe("sync-");
    expect(readWhole(json, { ...shop, isRegional: false }, head, "{}").hostPrefix).toBeUndefined();
  });

  it("waits for its body, by the name of its operation", () => {
    const found = json.recognise(aHead("POST /", { ...TYPE, ...PUT }), shop);
    expect(needsBody(found) && found.name).toBe("PutItem");
  });

  it("is a fault of ours where the upstream has no model", () => {
    expect(codeOf(() => json.recognise(aHead("POST /", TYPE), anUpstream()))).toBe("internal");
  });
});
