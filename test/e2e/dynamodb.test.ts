import {
  BatchWriteItemCommand,
  DeleteItemCommand,
  DynamoDBClient,
  DynamoDBServiceException,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
} from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Stack, startStack } from "../support/stack.ts";

const key = (orderId: string) => ({ customerId: { S: "initech" }, orderId: { S: orderId } });

describe("an unmodified DynamoDB client through Postern", () => {
  let stack: Stack;
  let admin: DynamoDBClient;
  let analyst: DynamoDBClient;

  beforeAll(async () => {
    stack = await startStack();
    admin = new DynamoDBClient(await stack.sdkOf("admin"));
    analyst = new DynamoDBClient(await stack.sdkOf("analyst"));
  });

  afterAll(async () => {
    admin.destroy();
    analyst.destroy();
    await stack.close();
  });

  it("puts, gets and queries items", async () => {
    await admin.send(
      new PutItemCommand({ TableName: "Orders", Item: { ...key("1"), note: { S: "grüße" } } }),
    );
    const { Item } = await analyst.send(new GetItemCommand({ TableName: "Orders", Key: key("1") }));
    expect(Item?.["note"]).toEqual({ S: "grüße" });
    const { Count } = await analyst.send(
      new QueryCommand({
        TableName: "Orders",
        KeyConditionExpression: "customerId = :c",
        ExpressionAttributeValues: { ":c": { S: "acme" } },
      }),
    );
    expect(Count).toBe(2);
  });

  it("takes a table's ARN for its name", async () => {
    const TableName = "arn:aws:dynamodb:us-east-1:123456789012:table/Orders";
    const { Item } = await analyst.send(new GetItemCommand({ TableName, Key: key("1") }));
    expect(Item).toBeDefined();
  });

  it("writes in transactions and batches", async () => {
    const put = (id: string) => ({ Put: { TableName: "Orders", Item: key(id) } });
    await admin.send(new TransactWriteItemsCommand({ TransactItems: [put("2"), put("3")] }));
    const check = {
      ConditionCheck: {
        TableName: "Orders",
        Key: key("9"),
        ConditionExpression: "attribute_exists(orderId)",
      },
    };
    const cancelled = admin.send(new TransactWriteItemsCommand({ TransactItems: [put("4"), check] }));
    await expect(cancelled).rejects.toBeInstanceOf(TransactionCanceledException);
    const Orders = ["2", "3"].map((id) => ({ DeleteRequest: { Key: key(id) } }));
    await admin.send(new BatchWriteItemCommand({ RequestItems: { Orders } }));
    const { Items } = await admin.send(new ScanCommand({ TableName: "Orders" }));
    expect(
      Items?.filter(({ customerId }) => customerId?.S === "initech").map(({ orderId }) => orderId?.S),
    ).toEqual(["1"]);
    expect((await admin.send(new ListTablesCommand({}))).TableNames).toEqual(["Orders"]);
  });

  it("raises the SDK's own AccessDeniedException where Postern refuses, and does not try again", async () => {
    const refused = analyst.send(new DeleteItemCommand({ TableName: "Orders", Key: key("1") }));
    await expect(refused).rejects.toBeInstanceOf(DynamoDBServiceException);
    await expect(refused).rejects.toMatchObject({
      name: "AccessDeniedException",
      $metadata: { httpStatusCode: 400, attempts: 1 },
    });
    const scan = analyst.send(new ScanCommand({ TableName: "Orders" }));
    await expect(scan).rejects.toMatchObject({ name: "AccessDeniedException" });
  });

  it("reads no body for a caller whom no rule lets use the service", async () => {
    const member = new DynamoDBClient(await stack.sdkOf("member"));
    const before = stack.aws.calls.of("dynamodb:GetItem");
    const refused = member.send(new GetItemCommand({ TableName: "Orders", Key: key("1") }));
    await expect(refused).rejects.toMatchObject({ name: "AccessDeniedException" });
    expect(stack.outcomes.at(-1)?.detail).toBe("nothing allows this caller dynamodb");
    expect(stack.aws.calls.of("dynamodb:GetItem")).toBe(before);
    member.destroy();
  });
});
