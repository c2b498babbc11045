import { describe, expect, it } from "vitest";
import { findRoute } from "../../../src/aws/api/find-route.ts";
import { routesOf, sameRoutes } from "../../../src/aws/api/routes.ts";
import { needsBody } from "../../../src/aws/service.ts";
import { readSegments } from "../../../src/aws/segments.ts";
import { aHead, codeOf, readWhole } from "../../support/asking.ts";
import { ARN, rest, shop, SHOP } from "./models.ts";

const read = (line: string, headers: Record<string, string> = {}, body?: string) =>
  readWhole(rest, shop, aHead(line, headers), body);
const refusal = (line: string, headers: Record<string, string> = {}, body?: string) =>
  codeOf(() => read(line, headers, body));
const resourceOf = (line: string) => read(line).requirements.map(({ resource }) => resource);
const JSON_TYPE = { "content-type": "application/json" };
const TOPIC = `${ARN}topic/`;
const tagged = encodeURIComponent(`${ARN}shelf/a1`);

describe("S3.7 a request of rest-json", () => {
  it("is the operation that method and path name, and its body is streamed", () => {
    expect(read("PUT /shelves/a1/items/x%20y?b=2&a=%20&b=1")).toEqual({
      upstream: "up",
      service: "shop",
      region: "us-east-1",
      hostPrefix: undefined,
      name: "PutItem",
      requirements: [{ action: "shop:PutItem", covers: ["shop:WriteItem"], resource: `${ARN}shelf/a1` }],
      method: "PUT",
      path: "/shelves/a1/items/x%20y",
      query: "a=%20&b=1&b=2",
      headers: [],
      payload: { kind: "streamed" },
    });
  });

  it.each([
    ["GET /shelves/a1/items", "ListItems"],
    ["GET /shelves/a1/items/", "ListItems"],
    ["GET /shelves/a1/items?state=", "target-ambiguous"],
    ["GET /shelves/a1/items?state=Sold&x=1", "ListSold"],
    ["GET /shelves/a1/items?state=sold", "target-ambiguous"],
    ["GET /shelves/a1/items?State=Sold", "target-ambiguous"],
    ["GET /shelves/a1/items?state=Sold&state=Sold", "target-ambiguous"],
    ["GET /shelves/a1/items/report", "GetReport"],
    ["PUT /shelves/a1/items/report", "PutItem"],
    ["GET /shelves/a1/items/other", "operation-unknown"],
    ["GET /shelves/a1/items/report/x", "operation-unknown"],
    ["GET /Shelves/a1/items", "operation-unknown"],
    ["get /shelves/a1/items", "operation-unknown"],
    ["HEAD /shelves/a1/items", "operation-unknown"],
    ["GET /", "operation-unknown"],
    ["GET /shelves/a1/%69tems", "target-ambiguous"],
    ["GET /shelves//items", "target-ambiguous"],
    ["GET /shelves/../items", "target-ambiguous"],
    ["GET /shelves/a1;x/items", "target-ambiguous"],
    ["GET /shelves/a1%2Fitems", "operation-unknown"],
    ["PUT /shelves/a1/items/x%2Fy", "target-ambiguous"],
    ["PUT /shelves/a1/items/x%252Fy", "target-ambiguous"],
    ["PUT /shelves/a1/items/x%5Cy", "target-ambiguous"],
    ["POST /guesses/a%2Fb", "target-ambiguous"],
    ["PUT /shelves/a%2Fb/items/x", "target-malformed"],
    ["PUT /shelves/a*/items/x", "target-malformed"],
    ["PUT /shelves/a%3Ab/items/x", "target-malformed"],
    ["GET /shelves/a1/items?Action=PutItem", "target-ambiguous"],
    ["GET /shelves/a1/items?action=PutItem", "target-ambiguous"],
    ["GET /shelves/a1/items?X-Amz-Target=PutItem", "query-not-allowed"],
    ["GET /shelves/a1/items?x-amz-acl=x", "query-not-allowed"],
    ["GET /shelves/a1/items?a+b", "target-malformed"],
    ["GET /shelves/a1/items?a=%ff", "target-malformed"],
    ["GET /shelves/a1/items?a=%zz", "target-malformed"],
  ])("%s is %s", (line, name) => {
    const code = refusal(line);
    expect(code === "nothing" ? read(line).name : code).toBe(name);
  });

  it.each([
    ["POST /topics/a/b", [`${TOPIC}a/b`]],
    ["POST /topics/a%2Fb", [`${TOPIC}a/b`]],
    ["POST /topics/%24aws/things/a%20b", [`${TOPIC}$aws/things/a b`]],
    [`POST /tags/${tagged}`, [`${ARN}shelf/a1`]],
    [`DELETE /tags?Resource=${tagged}&tagKeys=a&tagKeys=b`, [`${ARN}shelf/a1`]],
    ["DELETE /tags?tagKeys=a", ["*"]],
  ])("%s is about %s", (line, resources) => {
    expect(resourceOf(line)).toEqual(resources);
  });

  it.each([
    ["POST /topics/a/", "target-ambiguous"],
    ["POST /topics", "operation-unknown"],
    ["POST /topics/a%2A", "target-malformed"],
    ["POST /topics/a%25b", "nothing"],
    ["POST /topics/a%2F..%2Fb", "target-ambiguous"],
    ["POST /tags/a1", "target-ambiguous"],
    [`DELETE /tags?Resource=${tagged}&Resource=${tagged}`, "target-ambiguous"],
    [`DELETE /tags?resource=${tagged}`, "target-ambiguous"],
  ])("%s: %s", (line, code) => {
    expect(refusal(line)).toBe(code);
  });

  it.each([
    ["a target", { "x-amz-target": "Shop_20260101.PutItem" }, "target-ambiguous"],
    ["another protocol", { "smithy-protocol": "rpc-v2-cbor" }, "target-ambiguous"],
    ["a form", { "content-type": "application/x-www-form-urlencoded" }, "header-not-allowed"],
    ["CBOR", { "content-type": "Application/CBOR ; x=y" }, "header-not-allowed"],
    ["AWS JSON", { "content-type": "application/x-amz-json-1.1" }, "header-not-allowed"],
    ["a framed body", { "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-EVENTS" }, "header-not-allowed"],
    ["a trailer", { "x-amz-trailer": "x-amz-checksum-crc32" }, "header-not-allowed"],
    ["a header of AWS that it does not take", { "x-amz-report-type": "x" }, "header-not-allowed"],
    ["another header of AWS", { "x-amzn-bedrock-trace": "x" }, "header-not-allowed"],
    ["a type of its own", { "content-type": "text/csv" }, "nothing"],
  ])("with %s: %3$s", (_name, headers, code) => {
    expect(refusal("PUT /shelves/a1/items/x", headers)).toBe(code);
  });

  it("sends those of AWS's headers that the operation has", () => {
    const headers = { "x-amz-report-type": "a", "x-amzn-report-trace": "b", "x-amz-date": "c" };
    expect(read("GET /shelves/a1/items/report", headers).headers).toEqual([
      ["x-amz-report-type", "a"],
      ["x-amzn-report-trace", "b"],
    ]);
  });

  it("reads the body where that names what it touches, and nothing of the query then", () => {
    const to = `${ARN}shelf/b2`;
    const body = JSON.stringify({ From: { Name: "a1" }, To: to });
    const found = rest.recognise(aHead("POST /moves?To=x", JSON_TYPE), shop);
    expect(needsBody(found) && found.name).toBe("Move");
    expect(read("POST /moves?To=x", JSON_TYPE, body)).toMatchObject({
      requirements: [
        { action: "shop:Move", resource: `${ARN}shelf/a1` },
        { action: "shop:Move", resource: to },
      ],
      headers: [["content-type", "application/json"]],
      payload: { kind: "buffered", bytes: Buffer.from(body) },
    });
  });

  it.each([
    ["a member twice", JSON_TYPE, '{"To":"a","To":"b"}', "body-malformed"],
    ["no type", {}, '{"To":"a"}', "body-malformed"],
    ["a text", { "content-type": "text/plain" }, '{"To":"a"}', "header-not-allowed"],
    ["what is packed", { ...JSON_TYPE, "content-encoding": "gzip" }, "{}", "header-not-allowed"],
    ["a text for a structure", JSON_TYPE, '{"From":"a"}', "body-malformed"],
    ["nothing", {}, "", "nothing"],
  ])("refuses or takes %s as such a body", (_name, headers, body, code) => {
    expect(refusal("POST /moves", headers, body)).toBe(code);
  });
});

describe("the routes of a model", () => {
  const model = {
    ...SHOP,
    operations: Object.fromEntries(
      [
        ["Rest", "GET /a/{x+}"],
        ["Last", "GET /a/{x+}/end"],
        ["One", "GET /a/{x}"],
        ["Two", "GET /a/b"],
        ["Three", "GET /{y}/b"],
      ].map(([name = "", route = ""]) => [name, { action: `shop:${name}`, route }]),
    ),
  };
  const found = (path: string) => {
    const { route, labels } = findRoute(
      { method: "GET", path: readSegments(path), query: new Map() },
      model,
      shop,
    );
    return [route.name, ...labels.values()];
  };

  it.each([
    ["/a/b", ["Two"]],
    ["/a/c", ["One", "c"]],
    ["/c/b", ["Three", "c"]],
    ["/a/c/d", ["Rest", "c/d"]],
    ["/a/c/d/end", ["Last", "c/d"]],
  ])("%s takes the most literal one: %s", (path, expected) => {
    expect(found(path)).toEqual(expected);
  });

  it("are each of one operation", () => {
    expect(sameRoutes(SHOP)).toEqual([]);
    const { PutItem } = SHOP.operations;
    const twice = {
      ...SHOP,
      operations: { ...SHOP.operations, Twin: { ...PutItem!, route: "PUT /shelves/{a}/items/{b}" } },
    };
    expect(sameRoutes(twice)).toEqual(["PutItem", "Twin"]);
  });

  it("are made once", () => {
    expect(routesOf(SHOP)).toBe(routesOf(SHOP));
  });
});
