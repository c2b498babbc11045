import {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  DynamoDBClient,
  ExecuteStatementCommand,
  GetItemCommand,
  paginateQuery,
  paginateScan,
  PutItemCommand,
  ResourceNotFoundException,
  TransactGetItemsCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
  UpdateItemCommand,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListStreamsCommand,
} from "@aws-sdk/client-dynamodb-streams";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ClientStack, SCHEMES, startClientStack } from "../support/client-stack.ts";

const TableName = "Orders";
const key = (orderId: string) => ({ customerId: { S: "initech" }, orderId: { S: orderId } });
const ofInitech = {
  TableName,
  KeyConditionExpression: "customerId = :c",
  ExpressionAttributeValues: { ":c": { S: "initech" } },
};

describe.each(SCHEMES)("the JavaScript SDK's DynamoDB client over %s", (scheme) => {
  let stack: ClientStack;
  let admin: DynamoDBClient;
  let analyst: DynamoDBClient;

  beforeAll(async () => {
    stack = await startClientStack(scheme);
    admin = new DynamoDBClient(await stack.clientOf("admin"));
    analyst = new DynamoDBClient(await stack.clientOf("analyst"));
  });

  afterAll(async () => {
    admin.destroy();
    analyst.destroy();
    await stack.close();
  });

  it("writes, waits and reads in pages", async () => {
    await waitUntilTableExists({ client: admin, maxWaitTime: 10, minDelay: 1, maxDelay: 1 }, { TableName });
    for (const id of ["1", "2", "3"])
      await admin.send(
        new PutItemCommand({ TableName, Item: { ...key(id), note: { S: "gr\u00fc\u00dfe \u{1f512}" } } }),
      );
    const orders: (string | undefined)[] = [];
    for await (const { Items = [] } of paginateQuery({ client: analyst, pageSize: 2 }, { ...ofInitech }))
      orders.push(...Items.map(({ orderId }) => orderId?.S));
    expect(orders).toEqual(["1", "2", "3"]);
    let scanned = 0;
    for await (const { Count = 0 } of paginateScan({ client: admin, pageSize: 2 }, { TableName }))
      scanned += Count;
    expect(scanned).toBe(7);
    const Keys = [key("1"), key("3")];
    const { Responses } = await admin.send(new BatchGetItemCommand({ RequestItems: { Orders: { Keys } } }));
    expect(Responses?.["Orders"]?.map(({ note }) => note?.S)).toEqual(
      Keys.map(() => "gr\u00fc\u00dfe \u{1f512}"),
    );
  });

  it("raises its own typed errors", async () => {
    const Item = key("1");
    const ConditionExpression = "attribute_not_exists(orderId)";
    const put = admin.send(
      new PutItemCommand({
        TableName,
        Item,
        ConditionExpression,
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      }),
    );
    await expect(put).rejects.toBeInstanceOf(ConditionalCheckFailedException);
    const Put = { TableName, Item, ConditionExpression };
    const cancelled = admin.send(new TransactWriteItemsCommand({ TransactItems: [{ Put }] }));
    await expect(cancelled).rejects.toBeInstanceOf(TransactionCanceledException);
    await expect(cancelled).rejects.toMatchObject({
      CancellationReasons: [{ Code: "ConditionalCheckFailed" }],
    });
    const none = admin.send(new GetItemCommand({ TableName: "NoSuchTable", Key: Item }));
    await expect(none).rejects.toBeInstanceOf(ResourceNotFoundException);
    const denied = analyst.send(
      new UpdateItemCommand({ TableName, Key: Item, UpdateExpression: "REMOVE note" }),
    );
    await expect(denied).rejects.toMatchObject({ name: "AccessDeniedException", $metadata: { attempts: 1 } });
    expect(stack.outcomes.at(-1)).toMatchObject({ reason: "denied-no-rule" });
  });

  it("reads in transactions and by PartiQL", async () => {
    const Get = { TableName, Key: key("2") };
    const { Responses } = await admin.send(new TransactGetItemsCommand({ TransactItems: [{ Get }] }));
    expect(Responses?.[0]?.Item?.["orderId"]).toEqual({ S: "2" });
    const select = new ExecuteStatementCommand({
      Statement: `SELECT * FROM "Orders" WHERE customerId = ? AND orderId = ?`,
      Parameters: [{ S: "initech" }, { S: "2" }],
    });
    expect((await admin.send(select)).Items?.map(({ orderId }) => orderId?.S)).toEqual(["2"]);
    await expect(analyst.send(select)).rejects.toMatchObject({ name: "AccessDeniedException" });
  });

  it("follows the stream of a table", async () => {
    const streams = new DynamoDBStreamsClient(await stack.clientOf("admin"));
    const { Streams } = await streams.send(new ListStreamsCommand({ TableName }));
    const StreamArn = Streams?.[0]?.StreamArn;
    expect(StreamArn).toMatch(/:table\/Orders\/stream\//);
    const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn }));
    const ShardId = StreamDescription?.Shards?.[0]?.ShardId;
    const { ShardIterator } = await streams.send(
      new GetShardIteratorCommand({ StreamArn, ShardId, ShardIteratorType: "TRIM_HORIZON" }),
    );
    const { Records } = await streams.send(new GetRecordsCommand({ ShardIterator }));
    const added = Records?.map(({ eventName, dynamodb }) => [eventName, dynamodb?.Keys?.["orderId"]?.S]);
    expect(added?.slice(-3)).toEqual(["1", "2", "3"].map((id) => ["INSERT", id]));
    streams.destroy();
  });
});
