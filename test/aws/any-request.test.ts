import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DYNAMODB_TABLE } from "../../src/aws/dynamodb/table.ts";
import { dynamodb } from "../../src/aws/dynamodb/dynamodb.ts";
import { knownActionsOf } from "../../src/aws/known-actions.ts";
import { s3 } from "../../src/aws/s3/s3.ts";
import { HEADER_KEYS } from "../../src/aws/s3/header-keys.ts";
import { S3_TABLE } from "../../src/aws/s3/table.ts";
import type { Service, Upstream } from "../../src/aws/service.ts";
import type { Head } from "../../src/domain/head.ts";
import type { ResourceShape } from "../../src/domain/known-action.ts";
import type { Requirement } from "../../src/domain/operation.ts";
import { Refusal } from "../../src/domain/refusal.ts";
import { aHead, anUpstream, readWhole } from "../support/asking.ts";

/** What a request needs; nothing where it is refused. Whatever else is thrown ends the test. */
function needsOf(service: Service, upstream: Upstream, head: Head, body: string): readonly Requirement[] {
  try {
    return readWhole(service, upstream, head, body).requirements;
  } catch (error) {
    if (error instanceof Refusal) return [];
    throw error;
  }
}

function fits(resource: string, { prefix, rest }: ResourceShape): boolean {
  const after = resource.slice(prefix.length);
  if (!resource.startsWith(prefix)) return false;
  if (rest === "nothing") return after === "";
  return after !== "" && after.includes("/") === (rest === "path");
}

/** A requirement that its upstream does not know, or not on such a resource. */
function unknownTo(upstream: Upstream): (requirement: Requirement) => boolean {
  const known = new Map(knownActionsOf(upstream).map((one) => [one.action, one]));
  return ({ action, resource }) =>
    known.get(action)?.asked !== true ||
    known.get(action)?.resources.some((shape) => fits(resource, shape)) !== true;
}

const places = Object.keys(S3_TABLE).map((place) => place.split(" "));
const rows = Object.values(S3_TABLE);
const s3Names = [...new Set(rows.flatMap(({ headers = [] }) => headers))].map((name) =>
  name.endsWith("-") ? `${name}x` : name,
);
const xml = fc.constantFrom(
  "",
  "<Delete><Object><Key>a</Key></Object><Object><Key>b</Key><VersionId>1</VersionId></Object></Delete>",
  "<CreateBucketConfiguration><Tags/></CreateBucketConfiguration>",
  "<Delete>",
);
const odd = fc.oneof(
  fc.constantFrom("", "u", "COPY", "audit/x", "a=b"),
  fc.string({ unit: "binary", maxLength: 12 }),
);
const s3Request = fc.record({
  place: fc.constantFrom(...places),
  query: fc.dictionary(fc.constantFrom("prefix", "versionId", "partNumber", "max-keys", "uploads"), odd, {
    maxKeys: 2,
  }),
  headers: fc.dictionary(fc.constantFrom(...s3Names, ...HEADER_KEYS.keys()), odd, { maxKeys: 4 }),
  key: fc.oneof(fc.constantFrom("a", "a/b"), odd),
  body: xml,
});

/** Every target of a level, with whatever may stand in a key. */
function lineOf(place: readonly string[], key: string, query: Readonly<Record<string, string>>): string {
  const [level, method, selector] = place;
  const path =
    level === "service"
      ? "/"
      : level === "bucket"
        ? "/reports"
        : `/reports/${Buffer.from(key).toString("latin1")}`;
  const chosen =
    selector === undefined || selector === "copy" ? {} : { [selector]: selector === "uploadId" ? "u" : "" };
  if (selector === "list-type") Object.assign(chosen, { "list-type": "2" });
  const text = new URLSearchParams({ ...chosen, ...query }).toString();
  return `${method} ${path}${text === "" ? "" : `?${text}`}`;
}

const value: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom<unknown>(
      null,
      7,
      true,
      "",
      "pk",
      "Orders",
      ":v",
      "#a",
      { S: "a" },
      { N: "1" },
      { B: "AA==" },
    ),
    fc.string({ unit: "binary", maxLength: 8 }),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom("pk", "#a", ":v", "__proto__", "S", "Keys", "PutRequest"), tie("value"), {
      maxKeys: 3,
    }),
  ),
})).value;
const members = [
  ..."Key Item Keys KeyConditions Expected AttributeUpdates QueryFilter ScanFilter AttributesToGet Select".split(
    " ",
  ),
  ..."IndexName ReturnValues ReturnConsumedCapacity ExpressionAttributeNames ExpressionAttributeValues".split(
    " ",
  ),
  ..."ProjectionExpression KeyConditionExpression FilterExpression UpdateExpression ConditionExpression".split(
    " ",
  ),
];
const expression = fc
  .array(
    fc.constantFrom("pk", "#a", ":v", "=", "(", ")", ".", "[0]", ",", "AND", "BETWEEN", "begins_with", "SET"),
    {
      maxLength: 9,
    },
  )
  .map((pieces) => pieces.join(" "));
const input = fc.dictionary(fc.constantFrom(...members), fc.oneof(value, expression), { maxKeys: 6 });
const entry = fc.dictionary(fc.constantFrom("Get", "Put", "Update", "PutRequest", "DeleteRequest"), input, {
  maxKeys: 2,
});
const dynamodbRequest = fc.record({
  operation: fc.constantFrom(...Object.keys(DYNAMODB_TABLE)),
  input: fc
    .tuple(
      input,
      fc.record(
        {
          TableName: fc.constantFrom<unknown>("Orders", "Secret", "x", 7),
          RequestItems: fc.oneof(
            value,
            fc.record({ Orders: fc.oneof(input, fc.array(entry, { maxLength: 3 })) }),
          ),
          TransactItems: fc.array(
            fc.oneof(
              value,
              entry.map((one) => ({ ...one })),
            ),
            { maxLength: 3 },
          ),
        },
        { requiredKeys: ["TableName"] },
      ),
    )
    .map(([some, more]) => ({ ...some, ...more })),
});

describe("whatever is asked", () => {
  it("of S3 is refused, or needs what is known to be needed", () => {
    const upstream = anUpstream({ expectBucketOwner: true });
    const isUnknown = unknownTo(upstream);
    let read = 0;
    fc.assert(
      fc.property(s3Request, ({ place, query, headers, key, body }) => {
        const line = lineOf(place, key, query);
        const sent = place.includes("copy") ? { "x-amz-copy-source": "audit/x", ...headers } : headers;
        const needs = needsOf(s3, upstream, aHead(line, sent), body);
        if (needs.length > 0) read++;
        expect(needs.filter(isUnknown)).toEqual([]);
      }),
      { numRuns: 600 },
    );
    expect(read).toBeGreaterThan(20);
  });

  it("of DynamoDB is refused, or needs what is known to be needed", () => {
    const keys = { partitionKey: "pk", indexes: new Map([["pk", "S"]]) };
    const upstream = anUpstream({ service: "dynamodb", tables: new Map([["Orders", keys]]) });
    const isUnknown = unknownTo(upstream);
    let read = 0;
    fc.assert(
      fc.property(dynamodbRequest, ({ operation, input: asked }) => {
        const headers = {
          "content-type": "application/x-amz-json-1.0",
          "x-amz-target": `DynamoDB_20120810.${operation}`,
        };
        const needs = needsOf(dynamodb, upstream, aHead("POST /", headers), JSON.stringify(asked));
        if (needs.length > 0) read++;
        expect(needs.filter(isUnknown)).toEqual([]);
      }),
      { numRuns: 600 },
    );
    expect(read).toBeGreaterThan(40);
  });
});
