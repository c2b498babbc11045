import { describe, expect, it } from "vitest";
import { parseDynamoDb } from "../../../src/local/guard/dynamodb-request.ts";
import type { DynamoDbCall } from "../../../src/local/guard/dynamodb-request.ts";
import type { KeySchemaOf } from "../../../src/local/guard/key-schema.ts";

const TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/";
const keySchemaOf: KeySchemaOf = (table, index) => {
  if (table !== "Orders" && table !== "Notes") return undefined;
  if (index === "by-state") return { partitionKey: "state" };
  return index === undefined ? { partitionKey: "pk", sortKey: "sk" } : undefined;
};

function parse(operation: string, input: unknown): DynamoDbCall {
  const body = Buffer.from(JSON.stringify(input));
  return parseDynamoDb(`DynamoDB_20120810.${operation}`, body, {
    account: "123456789012",
    region: "us-east-1",
    keySchemaOf,
  });
}

function needs(call: DynamoDbCall): readonly string[] {
  return call.requirements.map(({ action, resource }) => `${action} ${resource.replace(TABLE, "")}`);
}

function context(operation: string, input: unknown): Readonly<Record<string, unknown>> {
  return parse(operation, input).requirements[0]?.context ?? {};
}

const Key = { pk: { S: "acme" }, sk: { S: "1" } };

describe("parseDynamoDb and what a call touches", () => {
  it.each([
    ["GetItem", { TableName: "Orders", Key }, ["dynamodb:GetItem Orders"]],
    ["PutItem", { TableName: "Orders", Item: Key }, ["dynamodb:PutItem Orders"]],
    ["UpdateItem", { TableName: `${TABLE}Orders`, Key }, ["dynamodb:UpdateItem Orders"]],
    ["DeleteItem", { TableName: "Orders", Key }, ["dynamodb:DeleteItem Orders"]],
    ["Query", { TableName: "Orders" }, ["dynamodb:Query Orders"]],
    ["Query", { TableName: "Orders", IndexName: "by-state" }, ["dynamodb:Query Orders/index/by-state"]],
    ["Scan", { TableName: "Orders", IndexName: "by-state" }, ["dynamodb:Scan Orders/index/by-state"]],
    ["DescribeTable", { TableName: "Orders" }, ["dynamodb:DescribeTable Orders"]],
    ["CreateTable", { TableName: "New" }, ["dynamodb:CreateTable New"]],
    ["TagResource", { ResourceArn: `${TABLE}Orders` }, ["dynamodb:TagResource Orders"]],
    ["ListTables", {}, ["dynamodb:ListTables *"]],
    ["DescribeEndpoints", {}, ["dynamodb:DescribeEndpoints *"]],
    [
      "BatchGetItem",
      { RequestItems: { Orders: { Keys: [Key] }, Notes: { Keys: [Key] } } },
      ["dynamodb:BatchGetItem Orders", "dynamodb:BatchGetItem Notes"],
    ],
    [
      "BatchWriteItem",
      { RequestItems: { Orders: [{ PutRequest: { Item: Key } }], Notes: [{ DeleteRequest: { Key } }] } },
      ["dynamodb:BatchWriteItem Orders", "dynamodb:BatchWriteItem Notes"],
    ],
    [
      "TransactGetItems",
      { TransactItems: [{ Get: { TableName: "Orders", Key } }, { Get: { TableName: "Notes", Key } }] },
      ["dynamodb:GetItem Orders", "dynamodb:GetItem Notes"],
    ],
    [
      "TransactWriteItems",
      {
        TransactItems: [
          { Put: { TableName: "Orders", Item: Key } },
          { Update: { TableName: "Orders", Key } },
          { Delete: { TableName: "Notes", Key } },
          { ConditionCheck: { TableName: "Notes", Key } },
        ],
      },
      [
        "dynamodb:PutItem Orders",
        "dynamodb:UpdateItem Orders",
        "dynamodb:DeleteItem Notes",
        "dynamodb:ConditionCheckItem Notes",
      ],
    ],
  ])("reads %s of %j", (operation, input, expected) => {
    const call = parse(operation, input);
    expect(call.operation).toBe(operation);
    expect(call.input).toEqual(input);
    expect(
      needs(call).map((need) => need.replace("arn:aws:dynamodb:us-east-1:123456789012:table/", "")),
    ).toEqual(expected);
  });

  it.each([
    ["ExecuteStatement", {}, "ValidationException"],
    ["StartBulkPutItems", {}, "UnknownOperationException"],
    ["GetRecords", {}, "UnknownOperationException"],
    ["constructor", {}, "UnknownOperationException"],
    ["", {}, "UnknownOperationException"],
    ["GetItem", {}, "ValidationException"],
    ["GetItem", { TableName: "a/b" }, "ValidationException"],
    ["GetItem", { TableName: "arn:aws:dynamodb:us-east-1:999999999999:table/Orders" }, "ValidationException"],
    ["Query", { TableName: "Orders", IndexName: "a/b" }, "ValidationException"],
    ["BatchGetItem", { RequestItems: {} }, "ValidationException"],
    ["BatchGetItem", { RequestItems: { Orders: [] } }, "ValidationException"],
    ["BatchWriteItem", {}, "ValidationException"],
    ["TransactWriteItems", { TransactItems: [] }, "ValidationException"],
    ["TransactWriteItems", { TransactItems: [{}] }, "ValidationException"],
    ["TransactWriteItems", { TransactItems: [{ constructor: {} }] }, "ValidationException"],
    [
      "TransactWriteItems",
      { TransactItems: [{ Put: { TableName: "Orders" }, Delete: { TableName: "Notes" } }] },
      "ValidationException",
    ],
    ["GetItem", [], "SerializationException"],
    ["GetItem", "text", "SerializationException"],
  ])("refuses %s of %j", (operation, input, code) => {
    expect(() => parse(operation, input)).toThrowError(expect.objectContaining({ code, status: 400 }));
  });

  it.each(["{", "", "\ufeff{}", '{"TableName":"\ud800"', "null"])(
    "refuses a body that is no JSON: %j",
    (text) => {
      const options = { account: "1", region: "r", keySchemaOf };
      expect(() => parseDynamoDb("DynamoDB_20120810.GetItem", Buffer.from(text), options)).toThrowError(
        expect.objectContaining({ code: "SerializationException" }),
      );
    },
  );

  it.each([
    "DynamoDBStreams_20120810.GetItem",
    "DynamoDB_20120810.ListStreams",
    "DynamoDB_20111205.GetItem",
    "dynamodb_20120810.GetItem",
    "DynamoDB_20120810.GetItem.",
    "GetItem",
    "",
  ])("refuses the target %j", (target) => {
    const options = { account: "1", region: "r", keySchemaOf };
    expect(() => parseDynamoDb(target, Buffer.from('{"TableName":"a"}'), options)).toThrowError(
      expect.objectContaining({ code: "UnknownOperationException" }),
    );
  });
});

describe("parseDynamoDb and dynamodb:LeadingKeys", () => {
  it.each([
    ["GetItem", { Key }, ["acme"]],
    ["PutItem", { Item: { ...Key, total: { N: "1" } } }, ["acme"]],
    ["GetItem", { Key: { pk: { N: "42" } } }, ["42"]],
    ["GetItem", { Key: { pk: { B: "QQ==" } } }, ["QQ=="]],
    [
      "Query",
      { KeyConditionExpression: "pk = :v", ExpressionAttributeValues: { ":v": { S: "acme" } } },
      ["acme"],
    ],
    [
      "Query",
      {
        KeyConditionExpression: ":v=pk AND sk > :w",
        ExpressionAttributeValues: { ":v": { S: "acme" }, ":w": { S: "x" } },
      },
      ["acme"],
    ],
    [
      "Query",
      {
        KeyConditionExpression: "(begins_with(sk, :w)) and (#p = :v)",
        ExpressionAttributeNames: { "#p": "pk" },
        ExpressionAttributeValues: { ":v": { S: "acme" }, ":w": { S: "x" } },
      },
      ["acme"],
    ],
    [
      "Query",
      { KeyConditions: { pk: { ComparisonOperator: "EQ", AttributeValueList: [{ S: "acme" }] } } },
      ["acme"],
    ],
    [
      "Query",
      {
        IndexName: "by-state",
        KeyConditionExpression: "state = :v",
        ExpressionAttributeValues: { ":v": { S: "open" } },
      },
      ["open"],
    ],
    [
      "Query",
      {
        IndexName: "unknown",
        KeyConditionExpression: "pk = :v",
        ExpressionAttributeValues: { ":v": { S: "open" } },
      },
      [],
    ],
    ["Query", { KeyConditionExpression: "sk = :v", ExpressionAttributeValues: { ":v": { S: "acme" } } }, []],
    ["Scan", { FilterExpression: "pk = :v", ExpressionAttributeValues: { ":v": { S: "acme" } } }, []],
  ])("finds those of %s %j", (operation, input, expected) => {
    expect(context(operation, { TableName: "Orders", ...input })["dynamodb:LeadingKeys"]).toEqual(expected);
  });

  it("finds all those of a batch, each once", () => {
    const keys = [{ pk: { S: "a" } }, { pk: { S: "b" } }, { pk: { S: "a" } }];
    expect(
      context("BatchGetItem", { RequestItems: { Orders: { Keys: keys } } })["dynamodb:LeadingKeys"],
    ).toEqual(["a", "b"]);
    const requests = [
      { PutRequest: { Item: { pk: { S: "a" } } } },
      { DeleteRequest: { Key: { pk: { S: "c" } } } },
    ];
    expect(context("BatchWriteItem", { RequestItems: { Orders: requests } })["dynamodb:LeadingKeys"]).toEqual(
      ["a", "c"],
    );
  });

  it("knows none of a table that it does not know", () => {
    expect(context("GetItem", { TableName: "Other", Key })["dynamodb:LeadingKeys"]).toEqual([]);
  });
});

describe("parseDynamoDb and the other condition keys", () => {
  it("gives the attributes that a call names", () => {
    const input = {
      TableName: "Orders",
      Key,
      UpdateExpression:
        "SET #t = if_not_exists(#t, :z) + :n, address.city = :c REMOVE notes[0], old ADD hits :n",
      ConditionExpression: "attribute_exists(pk) AND NOT contains(tags, :c) AND size(title) < :n",
      ExpressionAttributeNames: { "#t": "total" },
    };
    expect(context("UpdateItem", input)["dynamodb:Attributes"]).toEqual(
      expect.arrayContaining(["pk", "sk", "total", "address", "notes", "old", "hits", "tags", "title"]),
    );
    expect(context("UpdateItem", input)["dynamodb:Attributes"]).toHaveLength(9);
  });

  it("gives the attributes of a projection and of the legacy list", () => {
    const projected = {
      TableName: "Orders",
      Key: { pk: { S: "a" } },
      ProjectionExpression: "total, #s.a",
      ExpressionAttributeNames: { "#s": "state" },
    };
    expect(context("GetItem", projected)["dynamodb:Attributes"]).toEqual(["pk", "total", "state"]);
    expect(context("Scan", { TableName: "Orders", AttributesToGet: ["a"] })["dynamodb:Attributes"]).toEqual([
      "a",
    ]);
  });

  it.each([
    [{}, "ALL_ATTRIBUTES"],
    [{ ProjectionExpression: "a" }, "SPECIFIC_ATTRIBUTES"],
    [{ IndexName: "by-state" }, "ALL_PROJECTED_ATTRIBUTES"],
    [{ Select: "COUNT" }, "COUNT"],
  ])("gives what a query with %j selects", (input, select) => {
    expect(context("Query", { TableName: "Orders", ...input })["dynamodb:Select"]).toBe(select);
  });

  it("gives what a write returns, and what encloses it", () => {
    expect(context("PutItem", { TableName: "Orders", Item: Key })).toMatchObject({
      "dynamodb:ReturnValues": "NONE",
    });
    expect(context("UpdateItem", { TableName: "Orders", Key, ReturnValues: "ALL_OLD" })).toMatchObject({
      "dynamodb:ReturnValues": "ALL_OLD",
    });
    expect(
      context("TransactWriteItems", { TransactItems: [{ Put: { TableName: "Orders", Item: Key } }] }),
    ).toMatchObject({
      "dynamodb:EnclosingOperation": ["TransactWriteItems"],
      "dynamodb:LeadingKeys": ["acme"],
    });
  });
});
