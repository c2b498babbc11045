import { describe, expect, it } from "vitest";
import { s3 } from "../../../src/aws/s3/s3.ts";
import { aHead, anUpstream, readWhole } from "../../support/asking.ts";

const OBJECT = "arn:aws:s3:::reports/a";
const ACCESS_POINT = "arn:aws:s3:us-east-1:123456789012:accesspoint/analysts";
const THROUGH = anUpstream({
  addressing: { style: "path", bucket: "reports", accessPoint: ACCESS_POINT },
});
const COPY = { "x-amz-copy-source": "audit/x" };

const asks = (line: string, headers: Record<string, string> = {}, body = "", upstream = anUpstream()) =>
  readWhole(s3, upstream, aHead(line, headers), body).requirements.map(
    ({ action, resource }) => `${action} ${resource}`,
  );
const deletes = (etag: string, upstream = anUpstream()) =>
  asks(
    "POST /reports?delete",
    {},
    `<Delete><Object><Key>b</Key></Object><Object><Key>a</Key>${etag}</Object></Delete>`,
    upstream,
  );

describe("the ETag of an object", () => {
  it.each([
    ["PUT /reports/a", {}],
    ["PUT /reports/a", COPY],
    ["POST /reports/a?uploadId=u", {}],
    ["DELETE /reports/a", {}],
    ["DELETE /reports/a?versionId=1", {}],
  ])("is read by %s with If-Match and %o", (line, headers) => {
    const without = asks(line, headers);
    for (const etag of ['"e"', "e", 'W/"e"', '"e", *', "**", ""]) {
      const compared = asks(line, { ...headers, "if-match": etag });
      expect(compared.toSorted()).toEqual([...without, `s3:GetObject ${OBJECT}`].toSorted());
    }
  });

  it("is read by a write even where any will do, but not by a delete", () => {
    const any = { "if-match": "*" };
    expect(asks("PUT /reports/a", any)).toEqual([`s3:PutObject ${OBJECT}`, `s3:GetObject ${OBJECT}`]);
    expect(asks("DELETE /reports/a", any)).toEqual([`s3:DeleteObject ${OBJECT}`]);
  });

  it.each([
    "PUT /reports/a?annotation&annotationName=n",
    "DELETE /reports/a?annotation&annotationName=n",
    "PUT /reports/a?annotation&annotationName=n&versionId=1",
  ])("is read by %s with a header of its own", (line) => {
    for (const etag of ['"e"', "*", ""]) {
      expect(asks(line, { "x-amz-object-if-match": etag })).toEqual([
        ...asks(line),
        `s3:GetObject ${OBJECT}`,
      ]);
    }
  });

  it("is not asked for by a write that is to be the first", () => {
    expect(asks("PUT /reports/a", { "if-none-match": "*" })).toEqual([`s3:PutObject ${OBJECT}`]);
  });

  it.each([
    "GET /reports/a",
    "HEAD /reports/a?versionId=1",
    "POST /reports/a?uploads",
    "PUT /reports/a?uploadId=u&partNumber=1",
    "DELETE /reports/a?uploadId=u",
    "PUT /reports/a?tagging",
  ])("is nothing besides to %s", (line) => {
    expect(asks(line, { "if-match": '"e"' })).toEqual(asks(line));
  });

  it("is read of that object alone which DeleteObjects gives one of", () => {
    const both = ["s3:DeleteObject arn:aws:s3:::reports/b", `s3:DeleteObject ${OBJECT}`];
    expect(deletes("<ETag>e</ETag>")).toEqual([...both, `s3:GetObject ${OBJECT}`]);
    expect(deletes("<ETag/>")).toEqual([...both, `s3:GetObject ${OBJECT}`]);
    expect(deletes("<ETag>*</ETag>")).toEqual(both);
    expect(deletes("<Size>1</Size>")).toEqual(both);
  });

  it("is read through an access point as well", () => {
    const needs = [`s3:GetObject ${OBJECT}`, `s3:GetObject ${ACCESS_POINT}/object/a`];
    expect(asks("DELETE /reports/a", { "if-match": "e" }, "", THROUGH)).toEqual(
      expect.arrayContaining(needs),
    );
    expect(deletes("<ETag>e</ETag>", THROUGH)).toEqual(expect.arrayContaining(needs));
  });
});
