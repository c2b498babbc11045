import { describe, expect, it } from "vitest";
import { dynamodb } from "../../src/aws/dynamodb/dynamodb.ts";
import { s3 } from "../../src/aws/s3/s3.ts";
import type { Operation } from "../../src/domain/operation.ts";
import { decide } from "../../src/policy/decide.ts";
import type { RuleDocument } from "../../src/policy/document.ts";
import { explain } from "../../src/policy/explain.ts";
import { aHead, anUpstream, readWhole } from "../support/asking.ts";
import { aCaller, aContext, anAllow, aPolicy } from "../support/ruling.ts";

/** What becomes of a request by one deny beside an allow of everything, as decided and as explained. */
function verdict(operation: Operation, deny: Omit<RuleDocument, "name">): string {
  const policy = aPolicy([anAllow("all"), { name: "no", ...deny }]);
  const decision = decide(policy, aCaller(), operation, aContext());
  const told = explain(policy, aCaller(), operation, aContext());
  expect(told.decision).toEqual(decision);
  const isDenied = decision.verdict === "denial";
  expect(told.rules[1]?.verdict).toBe(isDenied ? "decides" : "no");
  expect(told.rules[1]?.readings.some(({ matches }) => matches)).toBe(isDenied);
  return decision.verdict;
}

const asS3 = (line: string, body = "", headers: Readonly<Record<string, string>> = {}) =>
  readWhole(s3, anUpstream(), aHead(line, headers), body);

const asDynamodb = (action: string, input: object, api = "DynamoDB_20120810") =>
  readWhole(
    dynamodb,
    anUpstream({ service: "dynamodb" }),
    aHead("POST /", { "x-amz-target": `${api}.${action}`, "content-type": "application/x-amz-json-1.0" }),
    JSON.stringify(input),
  );

const ofVersion = (version: string) => ({ StringEquals: { "s3:VersionId": version } });

describe("S4.2 S4.3 a deny with conditions, of what a request counts as", () => {
  const compliance = { StringEquals: { "s3:object-lock-mode": "COMPLIANCE" } };
  const locking = asS3("PUT /trail?object-lock");

  it("holds where the request does not tell the key", () => {
    expect(verdict(locking, { deny: ["s3:PutObjectRetention"], when: compliance })).toBe("denial");
    const unless = { StringNotEqualsIfExists: { "s3:object-lock-mode": "GOVERNANCE" } };
    expect(verdict(locking, { deny: ["s3:PutObjectRetention"], when: unless })).toBe("denial");
    expect(
      verdict(locking, { deny: ["s3:PutObjectRetention"], when: { Null: { "s3:object-lock-mode": false } } }),
    ).toBe("denial");
  });

  it("holds for records of a stream, which are items", () => {
    const ShardIterator = `arn:aws:dynamodb:us-east-1:123456789012:table/Orders/stream/2026-01-01T00:00:00.000|1|x`;
    const records = asDynamodb("GetRecords", { ShardIterator }, "DynamoDBStreams_20120810");
    const when = { StringEquals: { "dynamodb:Select": "ALL_ATTRIBUTES" } };
    expect(verdict(records, { deny: ["dynamodb:GetItem"], when })).toBe("denial");
  });

  it("knows what the request tells", () => {
    const versioned = asS3("GET /trail/k?versionId=v1");
    expect(verdict(versioned, { deny: ["s3:GetObject"], when: ofVersion("v1") })).toBe("denial");
    expect(verdict(versioned, { deny: ["s3:GetObject"], when: ofVersion("v2") })).toBe("permit");
  });

  it("knows who asks, when and from where", () => {
    const outside = { NotIpAddress: { "aws:SourceIp": "127.0.0.0/8" } };
    expect(verdict(locking, { deny: ["s3:PutObjectRetention"], when: outside })).toBe("permit");
    const region = { StringEquals: { "aws:RequestedRegion": "eu-west-1" } };
    expect(verdict(locking, { deny: ["s3:PutObjectRetention"], when: region })).toBe("permit");
    const tenant = { StringEquals: { "claim:tenant": "acme" } };
    expect(verdict(locking, { deny: ["s3:PutObjectRetention"], when: tenant })).toBe("permit");
  });

  it("sees that a key is absent where it names the action itself", () => {
    const deny = ["s3:PutObjectRetention", "s3:PutBucketObjectLockConfiguration"];
    expect(verdict(locking, { deny, when: compliance })).toBe("permit");
    expect(verdict(locking, { deny: ["s3:*"], when: compliance })).toBe("permit");
    expect(verdict(locking, { deny: ["s3:*"], when: { Null: { "s3:object-lock-mode": true } } })).toBe(
      "denial",
    );
    const plain = asS3("PUT /trail/k");
    expect(verdict(plain, { deny: ["s3:PutObject"], when: compliance })).toBe("permit");
  });
});

describe("S4.3 a deny with conditions, of what a request is a part of", () => {
  const table = "arn:aws:dynamodb:us-east-1:123456789012:table/Orders";
  const when = { StringEquals: { "dynamodb:ReturnConsumedCapacity": "TOTAL" } };
  const query = {
    TableName: "Orders",
    KeyConditionExpression: "c = :c",
    ExpressionAttributeValues: { ":c": { S: "x" } },
  };

  it("holds where the request does not tell the key", () => {
    const inIndex = asDynamodb("Query", { ...query, IndexName: "byState" });
    expect(verdict(inIndex, { deny: ["dynamodb:Query"], on: [table], when })).toBe("denial");
    const counting = asDynamodb("Query", { ...query, IndexName: "byState", ReturnConsumedCapacity: "NONE" });
    expect(verdict(counting, { deny: ["dynamodb:Query"], on: [table], when })).toBe("permit");
  });

  it("sees that a key is absent where it is about the part itself", () => {
    const inIndex = asDynamodb("Query", { ...query, IndexName: "byState" });
    expect(verdict(inIndex, { deny: ["dynamodb:Query"], on: [`${table}*`], when })).toBe("permit");
    const plain = asDynamodb("Query", query);
    expect(verdict(plain, { deny: ["dynamodb:Query"], on: [table], when })).toBe("permit");
  });

  it("S4.5 is about the whole where nobody can tell which of them a claim means", () => {
    const inIndex = asDynamodb("Query", { ...query, IndexName: "byState" });
    const on = ["arn:aws:dynamodb:us-east-1:123456789012:table/${claim:tenant}"];
    expect(verdict(inIndex, { deny: ["dynamodb:Query"], on, when })).toBe("denial");
  });
});
