import { afterEach, describe, expect, it, vi } from "vitest";
import { dynamodb } from "../../src/aws/dynamodb/dynamodb.ts";
import type { Upstream } from "../../src/aws/service.ts";
import { aHead, anUpstream, codeOf, readWhole } from "../support/asking.ts";

const schema = { partitionKey: "id", indexes: new Map<string, string>() };
const upstream = anUpstream({ service: "dynamodb", tables: new Map([["Orders", schema]]) });
const KIB = 1024;

function reading(operation: string, RequestItems: object, at: Upstream = upstream) {
  const headers = {
    "content-type": "application/x-amz-json-1.0",
    "x-amz-target": `DynamoDB_20120810.${operation}`,
  };
  const body = JSON.stringify({ RequestItems });
  return () => readWhole(dynamodb, at, aHead("POST /", headers), body).requirements;
}

const keys = (count: number) => Array.from({ length: count }, (_, at) => ({ id: { S: `${at}` } }));
const namesOf = (count: number, length: number) =>
  Array.from({ length: count }, (_, at) => `${at}`.padStart(length, "n"));
/** A projection that names as many attributes as an expression has room for, and as an item does. */
const names = namesOf(800, 500);
const projection = {
  ProjectionExpression: names.map((_, at) => `#${at}`).join(),
  ExpressionAttributeNames: Object.fromEntries(names.map((name, at) => [`#${at}`, name])),
};

/** An upstream that tells how many ARNs were made of it. */
function counted(): { readonly at: Upstream; readonly arns: () => number } {
  let arns = 0;
  const at = Object.defineProperty({ ...upstream }, "partition", {
    get: () => {
      arns++;
      return "aws";
    },
  });
  return { at, arns: () => arns };
}

const manyTables = (value: object) =>
  Object.fromEntries(Array.from({ length: 5000 }, (_, at) => [`Table${at}`, value]));
const puts = (count: number) => Array.from({ length: count }, () => ({ PutRequest: { Item: {} } }));
const renamed = (name: string) => ({
  Keys: keys(100),
  ProjectionExpression: "#a",
  ExpressionAttributeNames: { "#a": name },
});

afterEach(() => vi.restoreAllMocks());

describe("a batch that is larger than DynamoDB takes is refused before anything is made of it", () => {
  it.each<readonly [operation: string, what: string, items: object]>([
    ["BatchGetItem", "tables", manyTables({ Keys: Array<number>(90).fill(1) })],
    ["BatchGetItem", "tables without keys", manyTables({})],
    ["BatchGetItem", "keys of one table", { Orders: { Keys: keys(50_000) } }],
    ["BatchGetItem", "keys of some", { Orders: { Keys: keys(60) }, Secret: { Keys: keys(60) } }],
    ["BatchWriteItem", "tables", manyTables(puts(1))],
    ["BatchWriteItem", "entries", { Orders: puts(26) }],
    ["BatchWriteItem", "entries of some", { Orders: puts(20), Secret: puts(20) }],
  ])("%s of too many %s", (operation, _what, items) => {
    const { at, arns } = counted();
    expect(codeOf(reading(operation, items, at))).toBe("body-malformed");
    expect(arns()).toBe(0);
  });

  it("but not one of as many", () => {
    expect(reading("BatchGetItem", { Orders: { Keys: keys(100) } })()).toHaveLength(100);
    expect(codeOf(reading("BatchWriteItem", { Orders: puts(25) }))).toBe("nothing");
  });
});

describe("what a part of BatchGetItem says of all its keys", () => {
  it("is read once", () => {
    const read = reading("BatchGetItem", { Orders: { Keys: keys(100), ...projection } });
    const match = vi.spyOn(String.prototype, "match");
    const { length } = read();
    expect([length, match.mock.calls.length]).toEqual([100, 1]);
  });

  it("is not compared key by key", () => {
    const read = reading("BatchGetItem", { Orders: { Keys: keys(100), ...projection } });
    const written = vi.spyOn(JSON, "stringify");
    const requirements = read();
    const sizes = written.mock.results.map(({ value }) => `${value}`.length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(100 * 200);
    const named = requirements.map((one) => one.keys?.get("dynamodb:attributes"));
    expect(new Set(named.map((some) => some?.length))).toEqual(new Set([801]));
  });

  it("is not told where no item could have so much", () => {
    const read = reading("BatchGetItem", {
      Orders: { Keys: keys(100), AttributesToGet: namesOf(8, 60 * KIB) },
    });
    expect(new Set(read().map((one) => one.keys?.get("dynamodb:attributes")))).toEqual(new Set(["unknown"]));
  });

  it("is refused where it is a name that no attribute has", () => {
    expect(codeOf(reading("BatchGetItem", { Orders: renamed("n".repeat(64 * KIB - 1)) }))).toBe("nothing");
    expect(codeOf(reading("BatchGetItem", { Orders: renamed("n".repeat(64 * KIB)) }))).toBe("body-malformed");
  });
});
