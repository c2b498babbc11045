import { describe, expect, it } from "vitest";
import { aHead, codeOf, readWhole } from "../../support/asking.ts";
import { ARN, query, shop, SHOP, upstreamOf } from "./models.ts";

const TYPE = { "content-type": "application/x-www-form-urlencoded; charset=utf-8" };
const V = "Version=2026-01-01";
const read = (body: string, headers: Record<string, string> = TYPE, line = "POST /") =>
  readWhole(query, shop, aHead(line, headers), body);
const refusal = (body: string, headers?: Record<string, string>, line?: string) =>
  codeOf(() => read(body, headers, line));

describe("S3.5 a request of the query protocol", () => {
  it("is the operation that its Action names, on what its members name", () => {
    const body = `Action=PutItem&${V}&Shelf=a%2D1&Note=two+words`;
    expect(read(body)).toMatchObject({
      name: "PutItem",
      requirements: [{ action: "shop:PutItem", covers: ["shop:WriteItem"], resource: `${ARN}shelf/a-1` }],
      method: "POST",
      path: "/",
      query: "",
      headers: [["content-type", TYPE["content-type"]]],
      payload: { kind: "buffered", bytes: Buffer.from(body) },
    });
  });

  it.each([
    ["no Action", V, "operation-unknown"],
    ["Action twice", `Action=ListItems&${V}&Action=PutItem`, "body-malformed"],
    ["Action in two cases", `Action=ListItems&${V}&action=PutItem`, "body-malformed"],
    ["Action in another case", `action=ListItems&${V}`, "body-malformed"],
    ["Action twice, once escaped", `Action=ListItems&${V}&%41ction=PutItem`, "body-malformed"],
    ["an action of no table", `Action=DropShop&${V}`, "operation-unknown"],
    ["an action that all objects have", `Action=toString&${V}`, "operation-unknown"],
    ["no Version", "Action=ListItems", "operation-unknown"],
    ["another Version", "Action=ListItems&Version=2025-01-01", "operation-unknown"],
    ["Version twice", `Action=ListItems&${V}&${V}`, "body-malformed"],
    ["a member twice", `Action=PutItem&${V}&Shelf=a&Shelf=b`, "body-malformed"],
    ["a member in another case", `Action=PutItem&${V}&shelf=b`, "body-malformed"],
    ["a member that is a structure too", `Action=PutItem&${V}&Shelf=a&Shelf.1=b`, "body-malformed"],
    ["a member that is a list", `Action=PutItem&${V}&Shelf.1=b`, "body-malformed"],
    ["a broken escape", `Action=PutItem&${V}&Shelf=%zz`, "body-malformed"],
    ["bytes that are no UTF-8", `Action=PutItem&${V}&Shelf=%ff`, "body-malformed"],
    ["raw text beyond ASCII", `Action=PutItem&${V}&Shelf=ä`, "body-malformed"],
    ["a line end", `Action=PutItem&${V}&Shelf=a\r\n`, "body-malformed"],
    ["JSON", '{"Action":"PutItem"}', "operation-unknown"],
    ["too many members", `Action=PutItem&${V}${"&a".repeat(100_000)}`, "body-malformed"],
    [
      "too many steps to members",
      `Action=PutItem&${V}&${Array.from({ length: 20_000 }, (_, i) => `${i}${".b".repeat(12)}=`).join("&")}`,
      "body-malformed",
    ],
    ["members too deep", `Action=PutItem&${V}&${"a.".repeat(100)}b=1`, "body-malformed"],
    ["a signature", `Action=ListItems&${V}&X-Amz-Signature=x`, "presigned-not-accepted"],
    ["an old signature", `Action=ListItems&${V}&AWSAccessKeyId=x&Signature=y`, "presigned-not-accepted"],
  ])("is refused with %s", (_name, body, code) => {
    expect(refusal(body)).toBe(code);
  });

  it.each([
    ["with a target", { ...TYPE, "x-amz-target": "Shop_20260101.PutItem" }, "POST /", "target-ambiguous"],
    ["with a protocol", { ...TYPE, "smithy-protocol": "rpc-v2-cbor" }, "POST /", "target-ambiguous"],
    ["of another type", { "content-type": "application/json" }, "POST /", "header-not-allowed"],
    [
      "in another charset",
      { "content-type": "application/x-www-form-urlencoded; charset=utf-16" },
      "POST /",
      "header-not-allowed",
    ],
    ["with Action in the URL", TYPE, "POST /?Action=ListItems", "query-not-allowed"],
    ["by GET", TYPE, "GET /?Action=ListItems&Version=2026-01-01", "operation-unknown"],
    ["on the path of a queue", TYPE, "POST /123456789012/queue", "target-malformed"],
    ["with a header of AWS", { ...TYPE, "x-amz-acl": "x" }, "POST /", "header-not-allowed"],
  ])("is refused %s", (_name, headers, line, code) => {
    expect(refusal(`Action=ListItems&${V}`, headers, line)).toBe(code);
  });

  const resources = ["arn:{partition}:shop:{region}:{account}:{Names[]}"];
  const listing = upstreamOf({ ...SHOP, operations: { Drop: { action: "shop:Drop", resources } } }, "shop");
  const drop = (members: string) =>
    readWhole(query, listing, aHead("POST /", TYPE), `Action=Drop&${V}&${members}`).requirements;

  it.each(["Names.member.1=a&Names.member.2=b", "Names.2=b&Names.1=a"])(
    "names each entry of %s",
    (members) => {
      expect(new Set(drop(members).map(({ resource }) => resource))).toEqual(new Set([`${ARN}a`, `${ARN}b`]));
    },
  );

  it.each([
    "Names.member.1=a&Names.1=b",
    "Names.member.01=a",
    "Names.member.1=a&Names.member.x=b",
    "Names.entry.1=a",
    "Names=a",
    "Names=",
    "names.member.1=a",
    "Names.member.1.x=a",
  ])("is refused with %s for a list", (members) => {
    expect(codeOf(() => drop(members))).toBe("body-malformed");
  });
});
