import { encode } from "cborg";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseStrictCbor } from "../../../src/aws/api/strict-cbor.ts";
import { aHead, codeOf, readWhole } from "../../support/asking.ts";
import { ARN, cbor, shop } from "./models.ts";

const TYPE = { "content-type": "application/cbor", "smithy-protocol": "rpc-v2-cbor" };
const LINE = "POST /service/Shop_20260101/operation/PutItem";
const read = (body: Uint8Array, headers: Record<string, string> = TYPE, line = LINE) =>
  readWhole(cbor, shop, aHead(line, headers), Buffer.from(body));
const headed = (headers: Record<string, string>, line = LINE) =>
  codeOf(() => cbor.recognise(aHead(line, headers), shop));
const text = (value: string) => Buffer.concat([Buffer.from([0x60 + value.length]), Buffer.from(value)]);
const parsed = (...parts: readonly (number | string)[]) =>
  parseStrictCbor(
    Buffer.concat(parts.map((part) => (typeof part === "string" ? text(part) : Buffer.from([part])))),
  );

const many = (count: number) =>
  Buffer.concat([Buffer.from([0xa1, 0x61, 0x41, 0x9f]), Buffer.alloc(count, 0x80), Buffer.from([0xff])]);

describe("S3.5 a request of RPC v2 CBOR", () => {
  it("is the operation that its path names, on what its body names", () => {
    const bytes = encode({ Shelf: "a1", Count: 3, Data: new Uint8Array([1]) });
    expect(read(bytes, { ...TYPE, "x-amzn-query-mode": "true" })).toMatchObject({
      name: "PutItem",
      requirements: [{ action: "shop:PutItem", covers: ["shop:WriteItem"], resource: `${ARN}shelf/a1` }],
      method: "POST",
      path: "/service/Shop_20260101/operation/PutItem",
      query: "",
      headers: [
        ["smithy-protocol", "rpc-v2-cbor"],
        ["content-type", "application/cbor"],
        ["x-amzn-query-mode", "true"],
      ],
      payload: { kind: "buffered", bytes: Buffer.from(bytes) },
    });
  });

  it("has no body and no type where it has no input", () => {
    const none = { "smithy-protocol": "rpc-v2-cbor" };
    const operation = read(Buffer.alloc(0), none, "POST /service/Shop_20260101/operation/ListItems");
    expect(operation).toMatchObject({ name: "ListItems", headers: [["smithy-protocol", "rpc-v2-cbor"]] });
    expect(codeOf(() => read(encode({ Shelf: "a" }), none))).toBe("body-malformed");
  });

  it.each([
    ["without its protocol", { "content-type": "application/cbor" }, LINE, "header-not-allowed"],
    ["with another protocol", { ...TYPE, "smithy-protocol": "rpc-v2-json" }, LINE, "header-not-allowed"],
    ["with a target beside it", { ...TYPE, "x-amz-target": "Shop_20260101.Tag" }, LINE, "target-ambiguous"],
    ["of another type", { ...TYPE, "content-type": "application/json" }, LINE, "header-not-allowed"],
    ["of another service", TYPE, "POST /service/Shed_20260101/operation/PutItem", "operation-unknown"],
    ["of no table", TYPE, "POST /service/Shop_20260101/operation/DropShop", "operation-unknown"],
    ["of what all objects have", TYPE, "POST /service/Shop_20260101/operation/toString", "operation-unknown"],
    ["under another path", TYPE, "POST /x/service/Shop_20260101/operation/PutItem", "operation-unknown"],
    ["with a slash at its end", TYPE, `${LINE}/`, "operation-unknown"],
    ["escaped", TYPE, "POST /service/Shop_20260101/operation/Put%49tem", "operation-unknown"],
    ["with a query", TYPE, `${LINE}?Action=Tag`, "query-not-allowed"],
    ["by GET", TYPE, LINE.replace("POST", "GET"), "operation-unknown"],
    ["compressed", { ...TYPE, "content-encoding": "gzip" }, LINE, "header-not-allowed"],
  ])("is refused %s", (_name, headers, line, code) => {
    expect(headed(headers, line)).toBe(code);
  });
});

describe("CBOR that decides", () => {
  it.each([
    ["maps and lists without a length", [0xbf, "A", 0x9f, 0x01, 0xff, 0xff], { A: [1] }],
    ["a length that is longer than need be", [0xa1, 0x78, 0x01, 0x41, 0x01], { A: 1 }],
    ["a time", [0xa1, "A", 0xc1, 0x01], { A: 1 }],
    ["the name of what all objects have", [0xa1, "__proto__", "x"], JSON.parse('{"__proto__":"x"}')],
  ])("may have %s", (_name, parts, value) => {
    expect(parsed(...parts)).toEqual(value);
  });

  it.each([
    ["a key twice", [0xa2, "A", 0x01, "A", 0x02]],
    ["a key twice, once of a longer length", [0xa2, "A", 0x01, 0x78, 0x01, 0x41, 0x02]],
    ["a key twice within", [0xa1, "B", 0xbf, "A", 0x01, "A", 0x02, 0xff]],
    ["a key that is no text", [0xa1, 0x01, 0x02]],
    ["a key of bytes", [0xa1, 0x41, 0x41, 0x02]],
    ["a text in pieces", [0xa1, "A", 0x7f, "b", "c", 0xff]],
    ["a text that is no UTF-8", [0xa1, "A", 0x61, 0xff]],
    ["a text with a byte order mark", [0xa1, 0x64, 0xef, 0xbb, 0xbf, 0x41, 0x01]],
    ["another tag", [0xa1, "A", 0xc6, 0x01]],
    ["more behind it", [0xa0, 0xa0]],
    ["its end cut off", [0xa2, "A", 0x01]],
    ["no end", [0xbf, "A", 0x01]],
    ["a value cut off", [0xbf, "A", 0xff]],
    ["a stray end", [0xff]],
    ["a list", [0x80]],
    ["bytes", [0x41, 0x01]],
    ["a text", ["A"]],
    ["null", [0xf6]],
    ["nothing", []],
  ])("is refused with %s", (_name, parts) => {
    expect(codeOf(() => parsed(...parts))).toBe("body-malformed");
  });

  it.each([
    ["lists", 0x81],
    ["lists without a length", 0x9f],
    ["tags", 0xc1],
  ])("is refused with %s nested too deep", (_name, byte) => {
    const nested = (depth: number) =>
      codeOf(() =>
        parseStrictCbor(
          Buffer.concat([
            Buffer.from([0xa1, 0x61, 0x41]),
            Buffer.alloc(depth, byte),
            Buffer.from([0x01]),
            Buffer.alloc(byte === 0x9f ? depth : 0, 0xff),
          ]),
        ),
      );
    expect(nested(63)).toBe("nothing");
    expect(nested(64)).toBe("body-malformed");
    expect(nested(1_000_000)).toBe("body-malformed");
  });

  it("is refused where it has too many parts", () => {
    expect(codeOf(() => parseStrictCbor(many(1_000_000)))).toBe("body-malformed");
    expect(codeOf(() => parseStrictCbor(many(10_000)))).toBe("nothing");
  });

  it("is what was written, or refused, whatever bytes come", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        expect(["nothing", "body-malformed"]).toContain(codeOf(() => parseStrictCbor(bytes)));
      }),
    );
    const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
    const { tree } = fc.letrec((tie) => ({
      tree: fc.dictionary(fc.string(), fc.oneof({ maxDepth: 4 }, leaf, fc.array(leaf), tie("tree"))),
    }));
    fc.assert(
      fc.property(tree, (value) => {
        fc.pre(!JSON.stringify(value).includes("\uFEFF"));
        expect(JSON.stringify(sorted(parseStrictCbor(encode(value))))).toBe(JSON.stringify(sorted(value)));
      }),
    );
  });
});

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, inner]) => [name, sorted(inner)]);
}
