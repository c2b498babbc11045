import * as sdk from "@aws-sdk/client-dynamodb";
import * as streams from "@aws-sdk/client-dynamodb-streams";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createDynamoDb } from "../../../src/local/dynamodb/handle.ts";
import { streamOperations } from "../../../src/local/dynamodb/stream-operations.ts";
import { createStreams } from "../../../src/local/dynamodb/streams.ts";
import type { DynamoDb } from "../../../src/local/dynamodb/handle.ts";
import { directTo } from "./direct-to.ts";

const TableName = "Orders";
const START = Date.parse("2026-03-04T05:06:07.089Z");
const ARN = "arn:aws:dynamodb:eu-west-1:111122223333:table/Orders/stream/2026-03-04T05:06:07.089";
const stream = "NEW_AND_OLD_IMAGES";

let now: number;
let dynamodb: DynamoDb;
let client: sdk.DynamoDBClient;
let reader: streams.DynamoDBStreamsClient;
beforeEach(async () => {
  now = START;
  dynamodb = await createDynamoDb({
    tables: [
      { name: TableName, partitionKey: "id", items: [{ id: "seed" }], stream },
      { name: "Silent", partitionKey: "id" },
    ],
    now: () => now,
    account: "111122223333",
    region: "eu-west-1",
  });
  client = new sdk.DynamoDBClient(directTo(dynamodb));
  reader = new streams.DynamoDBStreamsClient(directTo(dynamodb));
});
afterEach(() => dynamodb.close());

const key = (id: string) => ({ id: { S: id } });
const put = (id: string, more: Record<string, sdk.AttributeValue> = {}, table = TableName) =>
  client.send(new sdk.PutItemCommand({ TableName: table, Item: { ...key(id), ...more } }));
const describeStream = async (StreamArn = ARN) =>
  (await reader.send(new streams.DescribeStreamCommand({ StreamArn }))).StreamDescription ?? {};
const records = (ShardIterator: string | undefined, Limit?: number) =>
  reader.send(new streams.GetRecordsCommand({ ShardIterator, Limit }));

async function iterator(
  ShardIteratorType: streams.ShardIteratorType,
  SequenceNumber?: string,
  StreamArn = ARN,
) {
  const { Shards = [] } = await describeStream(StreamArn);
  const input = { StreamArn, ShardId: Shards[0]?.ShardId, ShardIteratorType, SequenceNumber };
  return (await reader.send(new streams.GetShardIteratorCommand(input))).ShardIterator;
}

async function all(StreamArn = ARN): Promise<readonly streams._Record[]> {
  return (await records(await iterator("TRIM_HORIZON", undefined, StreamArn))).Records ?? [];
}

const told = (list: readonly streams._Record[]) =>
  list.map(({ eventName, dynamodb }) => [eventName, dynamodb?.Keys?.["id"]?.S]);

describe("a stream", () => {
  it("is listed and described, and told of with its table", async () => {
    const listed = await reader.send(new streams.ListStreamsCommand({ TableName }));
    expect(listed.Streams).toEqual([{ StreamArn: ARN, TableName, StreamLabel: "2026-03-04T05:06:07.089" }]);
    expect(await describeStream()).toMatchObject({
      StreamStatus: "ENABLED",
      StreamViewType: stream,
      CreationRequestDateTime: new Date(START),
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      Shards: [
        {
          ShardId: expect.stringMatching(/^shardId-\d{20}-[0-9a-f]{8}$/),
          SequenceNumberRange: { StartingSequenceNumber: expect.stringMatching(/^\d{21,40}$/) },
        },
      ],
    });
    const { Table } = await client.send(new sdk.DescribeTableCommand({ TableName }));
    expect(Table).toMatchObject({
      LatestStreamArn: ARN,
      StreamSpecification: { StreamEnabled: true, StreamViewType: stream },
    });
    const silent = await client.send(new sdk.DescribeTableCommand({ TableName: "Silent" }));
    expect(silent.Table?.LatestStreamArn).toBeUndefined();
  });

  it("tells what was put, changed and deleted, and nothing of what stayed", async () => {
    await put("a", { n: { N: "1" } });
    await put("a", { n: { N: "1" } });
    await put("s", {}, "Silent");
    await client.send(
      new sdk.UpdateItemCommand({
        TableName,
        Key: key("a"),
        UpdateExpression: "SET n = :n",
        ExpressionAttributeValues: { ":n": { N: "2" } },
      }),
    );
    await client.send(new sdk.DeleteItemCommand({ TableName, Key: key("a") }));
    await client.send(new sdk.DeleteItemCommand({ TableName, Key: key("none") }));
    const [insert, modify, remove, ...others] = await all();
    expect(others).toEqual([]);
    expect(insert).toMatchObject({
      eventName: "INSERT",
      eventSource: "aws:dynamodb",
      eventVersion: "1.1",
      awsRegion: "eu-west-1",
      eventID: expect.stringMatching(/^[0-9a-f]{32}$/),
      dynamodb: {
        ApproximateCreationDateTime: new Date("2026-03-04T05:06:07Z"),
        Keys: key("a"),
        NewImage: { ...key("a"), n: { N: "1" } },
        SequenceNumber: expect.stringMatching(/^\d{21,40}$/),
        SizeBytes: expect.any(Number),
        StreamViewType: stream,
      },
    });
    expect(insert?.dynamodb?.OldImage).toBeUndefined();
    expect(modify?.dynamodb).toMatchObject({
      OldImage: { n: { N: "1" } },
      NewImage: { n: { N: "2" } },
    });
    expect(remove).toMatchObject({ eventName: "REMOVE", dynamodb: { OldImage: { n: { N: "2" } } } });
    expect(remove?.dynamodb?.NewImage).toBeUndefined();
  });

  it("tells of batches and transactions, and of no write that was refused", async () => {
    await client.send(
      new sdk.BatchWriteItemCommand({
        RequestItems: {
          [TableName]: [{ PutRequest: { Item: key("a") } }, { DeleteRequest: { Key: key("seed") } }],
        },
      }),
    );
    const write = (id: string, ConditionExpression?: string) =>
      client.send(
        new sdk.TransactWriteItemsCommand({
          TransactItems: [{ Put: { TableName, Item: key(id), ConditionExpression } }],
        }),
      );
    await write("b");
    await expect(write("c", "attribute_exists(id)")).rejects.toThrow();
    await expect(put("", {})).rejects.toThrow();
    expect(told(await all())).toEqual([
      ["INSERT", "a"],
      ["REMOVE", "seed"],
      ["INSERT", "b"],
    ]);
  });

  it("loses no write of many at once", async () => {
    await Promise.all(Array.from({ length: 20 }, (_, n) => put("same", { n: { N: String(n) } })));
    const list = await all();
    expect(list).toHaveLength(20);
    for (const [index, { dynamodb }] of list.entries())
      expect(dynamodb?.OldImage).toEqual(list[index - 1]?.dynamodb?.NewImage);
  });

  it.each([
    ["KEYS_ONLY", undefined, undefined],
    ["NEW_IMAGE", undefined, { N: "2" }],
    ["OLD_IMAGE", { N: "1" }, undefined],
  ] as const)("tells no more than %s", async (StreamViewType, before, after) => {
    await put("s", { n: { N: "1" } }, "Silent");
    const { TableDescription } = await client.send(
      new sdk.UpdateTableCommand({
        TableName: "Silent",
        StreamSpecification: { StreamEnabled: true, StreamViewType },
      }),
    );
    await put("s", { n: { N: "2" } }, "Silent");
    const [change] = await all(TableDescription?.LatestStreamArn);
    expect(change?.dynamodb?.OldImage?.["n"]).toEqual(before);
    expect(change?.dynamodb?.NewImage?.["n"]).toEqual(after);
  });
});

describe("reading a stream", () => {
  it("goes on page by page, and finds what comes later", async () => {
    for (const id of ["a", "b", "c"]) await put(id);
    const first = await records(await iterator("TRIM_HORIZON"), 2);
    expect(told(first.Records ?? [])).toEqual([
      ["INSERT", "a"],
      ["INSERT", "b"],
    ]);
    const second = await records(first.NextShardIterator, 2);
    expect(told(second.Records ?? [])).toEqual([["INSERT", "c"]]);
    const third = await records(second.NextShardIterator);
    expect(third.Records).toEqual([]);
    await put("d");
    expect(told((await records(third.NextShardIterator)).Records ?? [])).toEqual([["INSERT", "d"]]);
  });

  it("begins at the end, at a record, or after it", async () => {
    for (const id of ["a", "b"]) await put(id);
    const [, { dynamodb = {} } = {}] = await all();
    const latest = await iterator("LATEST");
    await put("c");
    expect(told((await records(latest)).Records ?? [])).toEqual([["INSERT", "c"]]);
    const at = await records(await iterator("AT_SEQUENCE_NUMBER", dynamodb.SequenceNumber));
    expect(told(at.Records ?? [])).toEqual([
      ["INSERT", "b"],
      ["INSERT", "c"],
    ]);
    const after = await records(await iterator("AFTER_SEQUENCE_NUMBER", dynamodb.SequenceNumber));
    expect(told(after.Records ?? [])).toEqual([["INSERT", "c"]]);
  });

  it("is refused with an iterator that is old or odd, and where there is no stream", async () => {
    const old = await iterator("LATEST");
    now += 15 * 60 * 1000;
    await expect(records(old)).rejects.toMatchObject({ name: "ExpiredIteratorException" });
    await expect(records("odd")).rejects.toMatchObject({ name: "ValidationException" });
    await expect(describeStream(`${ARN}0`)).rejects.toMatchObject({ name: "ResourceNotFoundException" });
    await expect(iterator("AT_SEQUENCE_NUMBER", "1")).rejects.toMatchObject({ name: "ValidationException" });
    await expect(iterator("SIDEWAYS" as "LATEST")).rejects.toMatchObject({ name: "ValidationException" });
  });

  it("ends with the stream, which stays to be read", async () => {
    await put("a");
    const off = new sdk.UpdateTableCommand({ TableName, StreamSpecification: { StreamEnabled: false } });
    const { TableDescription } = await client.send(off);
    expect(TableDescription).toMatchObject({ LatestStreamArn: ARN });
    expect(TableDescription?.StreamSpecification).toBeUndefined();
    await put("b");
    const { Records, NextShardIterator } = await records(await iterator("TRIM_HORIZON"));
    expect([told(Records ?? []), NextShardIterator]).toEqual([[["INSERT", "a"]], undefined]);
    expect(await describeStream()).toMatchObject({ StreamStatus: "DISABLED" });
    await expect(client.send(off)).rejects.toMatchObject({ name: "ValidationException" });
    const on = new sdk.UpdateTableCommand({
      TableName,
      StreamSpecification: { StreamEnabled: true, StreamViewType: "KEYS_ONLY" },
    });
    const again = await client.send(on);
    expect(again.TableDescription?.LatestStreamArn).not.toBe(ARN);
    await expect(client.send(on)).rejects.toMatchObject({ name: "ValidationException" });
    const { Streams, LastEvaluatedStreamArn } = await reader.send(
      new streams.ListStreamsCommand({ Limit: 1 }),
    );
    expect([Streams?.[0]?.StreamArn, LastEvaluatedStreamArn]).toEqual([ARN, ARN]);
  });
});

it("a stream keeps the youngest of its records, and says so of the others", () => {
  const place = { account: "111122223333", region: "eu-west-1", now: () => START };
  const made = createStreams(place);
  const run = (operation: string, input: object) =>
    streamOperations(made, place).get(operation)?.(input as Record<string, unknown>) ?? {};
  made.enable(TableName, [], "KEYS_ONLY");
  const { shardId: ShardId } = made.find(ARN) ?? {};
  const from = (ShardIteratorType: string) =>
    run("GetShardIterator", { StreamArn: ARN, ShardId, ShardIteratorType });
  const first = from("LATEST");
  for (let n = 0; n < 10_001; n++)
    made.record(TableName, { key: key(`${n}`), before: undefined, after: key(`${n}`) });
  expect(() => run("GetRecords", first)).toThrow("Attempt to access trimmed data");
  expect(run("GetRecords", { ...from("TRIM_HORIZON"), Limit: 1 })).toMatchObject({
    Records: [{ dynamodb: { Keys: key("1") } }],
  });
});

it("a table is made with a stream, and deleted with it", async () => {
  const { TableDescription } = await client.send(
    new sdk.CreateTableCommand({
      TableName: "Made",
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      StreamSpecification: { StreamEnabled: true, StreamViewType: "KEYS_ONLY" },
    }),
  );
  const arn = TableDescription?.LatestStreamArn;
  expect(arn).toMatch(/:table\/Made\/stream\/2026-/);
  await sdk.waitUntilTableExists({ client, maxWaitTime: 5, minDelay: 0.01 }, { TableName: "Made" });
  await client.send(new sdk.DeleteTableCommand({ TableName: "Made" }));
  expect(await describeStream(arn)).toMatchObject({ StreamStatus: "DISABLED" });
});
