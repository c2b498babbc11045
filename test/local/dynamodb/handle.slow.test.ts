import { crc32 } from "node:zlib";
import * as sdk from "@aws-sdk/client-dynamodb";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createDynamoDb } from "../../../src/local/dynamodb/handle.ts";
import { directTo } from "./direct-to.ts";
import type { LocalAnswer } from "../../../src/local/request.ts";
import type { DynamoDb } from "../../../src/local/dynamodb/handle.ts";

const TableName = "Orders";
const TABLES = [
  {
    name: TableName,
    partitionKey: "customerId",
    sortKey: "orderId",
    indexes: [{ name: "byState", partitionKey: "state", sortKey: "orderId" }],
    items: [
      { customerId: "acme", orderId: "1", amount: 120, state: "shipped", paid: true },
      { customerId: "acme", orderId: "2", amount: 75, state: "open", paid: false },
      { customerId: "globex", orderId: "1", amount: 310, state: "open", paid: false },
    ],
  },
];
const ACME_1 = { customerId: { S: "acme" }, orderId: { S: "1" } };
const ACME_2 = { customerId: { S: "acme" }, orderId: { S: "2" } };
const ACME_9 = { customerId: { S: "acme" }, orderId: { S: "9" } };

let now = Date.parse("2026-03-04T05:06:07Z");
let dynamodb: DynamoDb;
let client: sdk.DynamoDBClient;

beforeEach(async () => {
  dynamodb = await createDynamoDb({
    tables: TABLES,
    now: () => now,
    account: "111122223333",
    region: "eu-west-1",
  });
  client = new sdk.DynamoDBClient(directTo(dynamodb));
});
afterEach(() => dynamodb.close());

const get = async (Key: Record<string, sdk.AttributeValue>) =>
  (await client.send(new sdk.GetItemCommand({ TableName, Key }))).Item;
const transact = (TransactItems: sdk.TransactWriteItem[], ClientRequestToken?: string) =>
  client.send(new sdk.TransactWriteItemsCommand({ TransactItems, ClientRequestToken }));
const cancelled = (...codes: string[]) => ({
  name: "TransactionCanceledException",
  message: `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes.join(", ")}]`,
  CancellationReasons: codes.map((Code) => expect.objectContaining({ Code })),
});

describe("tables and items", () => {
  it("are there from the start, with values of every plain type", async () => {
    expect(await get(ACME_1)).toEqual({
      ...ACME_1,
      amount: { N: "120" },
      state: { S: "shipped" },
      paid: { BOOL: true },
    });
    const { Table } = await client.send(new sdk.DescribeTableCommand({ TableName }));
    expect(Table).toMatchObject({
      TableStatus: "ACTIVE",
      TableArn: "arn:aws:dynamodb:eu-west-1:111122223333:table/Orders",
    });
  });

  it("are written, queried, scanned and deleted", async () => {
    await client.send(new sdk.PutItemCommand({ TableName, Item: { ...ACME_9, amount: { N: "1" } } }));
    const { Items } = await client.send(
      new sdk.QueryCommand({
        TableName,
        KeyConditionExpression: "customerId = :c AND orderId > :o",
        ExpressionAttributeValues: { ":c": { S: "acme" }, ":o": { S: "1" } },
        ScanIndexForward: false,
      }),
    );
    expect(Items?.map(({ orderId }) => orderId?.S)).toEqual(["9", "2"]);
    await client.send(new sdk.DeleteItemCommand({ TableName, Key: ACME_9 }));
    expect((await client.send(new sdk.ScanCommand({ TableName }))).Count).toBe(3);
  });

  it("are queried by index", async () => {
    const { Items } = await client.send(
      new sdk.QueryCommand({
        TableName,
        IndexName: "byState",
        KeyConditionExpression: "#s = :s",
        ExpressionAttributeNames: { "#s": "state" },
        ExpressionAttributeValues: { ":s": { S: "open" } },
      }),
    );
    expect(Items?.map(({ customerId }) => customerId?.S).toSorted()).toEqual(["acme", "globex"]);
  });

  it("tell their key schema, also when they are made and unmade later", async () => {
    expect(dynamodb.keySchemaOf(TableName)).toEqual({ partitionKey: "customerId", sortKey: "orderId" });
    expect(dynamodb.keySchemaOf(TableName, "byState")).toEqual({ partitionKey: "state", sortKey: "orderId" });
    expect(dynamodb.keySchemaOf(TableName, "none")).toBeUndefined();
    const table = { TableName: "Later", BillingMode: "PAY_PER_REQUEST" } as const;
    const AttributeDefinitions = [{ AttributeName: "id", AttributeType: "N" }] as const;
    const KeySchema = [{ AttributeName: "id", KeyType: "HASH" }] as const;
    await client.send(
      new sdk.CreateTableCommand({
        ...table,
        AttributeDefinitions: [...AttributeDefinitions],
        KeySchema: [...KeySchema],
      }),
    );
    expect(dynamodb.keySchemaOf("Later")).toEqual({ partitionKey: "id" });
    await expect
      .poll(async () => {
        return (await client.send(new sdk.DescribeTableCommand({ TableName: "Later" }))).Table?.TableStatus;
      })
      .toBe("ACTIVE");
    await client.send(new sdk.DeleteTableCommand({ TableName: "Later" }));
    expect(dynamodb.keySchemaOf("Later")).toBeUndefined();
  });

  it("are missed in the words of the service", async () => {
    const call = client.send(new sdk.GetItemCommand({ TableName: "None", Key: ACME_1 }));
    await expect(call).rejects.toBeInstanceOf(sdk.ResourceNotFoundException);
  });

  it("show the item on which a condition failed, if asked", async () => {
    const call = { TableName, Item: ACME_1, ConditionExpression: "attribute_not_exists(customerId)" };
    const failed = client.send(
      new sdk.PutItemCommand({ ...call, ReturnValuesOnConditionCheckFailure: "ALL_OLD" }),
    );
    await expect(failed).rejects.toMatchObject({
      name: "ConditionalCheckFailedException",
      Item: { amount: { N: "120" } },
    });
    const silent: unknown = await client.send(new sdk.PutItemCommand(call)).catch((error: unknown) => error);
    expect(silent).toBeInstanceOf(sdk.ConditionalCheckFailedException);
    expect((silent as sdk.ConditionalCheckFailedException).Item).toBeUndefined();
  });
});

describe("transactional writes", () => {
  const put = { Put: { TableName, Item: { ...ACME_9, amount: { N: "9" } } } };
  const failing = {
    ConditionCheck: {
      TableName,
      Key: ACME_1,
      ConditionExpression: "paid = :f",
      ExpressionAttributeValues: { ":f": { BOOL: false } },
    },
  };

  it("happen all together", async () => {
    await transact([
      put,
      { Delete: { TableName, Key: ACME_2 } },
      {
        Update: {
          TableName,
          Key: ACME_1,
          UpdateExpression: "SET amount = amount + :n",
          ExpressionAttributeValues: { ":n": { N: "5" } },
        },
      },
    ]);
    expect((await get(ACME_9))?.["amount"]).toEqual({ N: "9" });
    expect((await get(ACME_1))?.["amount"]).toEqual({ N: "125" });
    expect(await get(ACME_2)).toBeUndefined();
  });

  it("do not happen at all when one condition fails, and say which", async () => {
    await expect(transact([put, failing])).rejects.toMatchObject(cancelled("None", "ConditionalCheckFailed"));
    expect(await get(ACME_9)).toBeUndefined();
  });

  it("show the item on which a condition failed, if asked", async () => {
    const asking = {
      ConditionCheck: { ...failing.ConditionCheck, ReturnValuesOnConditionCheckFailure: "ALL_OLD" as const },
    };
    const error = (await transact([asking]).catch(
      (error: unknown) => error,
    )) as sdk.TransactionCanceledException;
    expect(error.CancellationReasons?.[0]?.Item).toMatchObject({ amount: { N: "120" } });
  });

  it("are undone when a later one turns out impossible", async () => {
    const impossible = {
      Update: {
        TableName,
        Key: ACME_1,
        UpdateExpression: "SET amount = absent + :n",
        ExpressionAttributeValues: { ":n": { N: "5" } },
      },
    };
    const call = transact([put, { Delete: { TableName, Key: ACME_2 } }, impossible]);
    await expect(call).rejects.toMatchObject(cancelled("None", "None", "ValidationError"));
    expect(await get(ACME_9)).toBeUndefined();
    expect((await get(ACME_2))?.["amount"]).toEqual({ N: "75" });
    const { Count } = await client.send(
      new sdk.QueryCommand({
        TableName,
        IndexName: "byState",
        KeyConditionExpression: "#s = :s",
        ExpressionAttributeNames: { "#s": "state" },
        ExpressionAttributeValues: { ":s": { S: "open" } },
      }),
    );
    expect(Count).toBe(2);
  });

  it("are cancelled for a key that does not fit the table", async () => {
    const misfit = { Delete: { TableName, Key: { customerId: { S: "acme" } } } };
    await expect(transact([put, misfit])).rejects.toMatchObject(cancelled("None", "ValidationError"));
  });

  it("are refused when they are empty, too many, doubled, mixed up or about no table", async () => {
    const many = Array.from({ length: 101 }, (_, i) => ({
      Delete: { TableName, Key: { ...ACME_1, orderId: { S: `${i}` } } },
    }));
    await expect(transact([])).rejects.toMatchObject({ name: "ValidationException" });
    await expect(transact(many)).rejects.toMatchObject({ name: "ValidationException" });
    await expect(transact([put, put])).rejects.toMatchObject({
      message: expect.stringContaining("multiple operations"),
    });
    await expect(transact([{ ...put, ...failing }])).rejects.toMatchObject({ name: "ValidationException" });
    const nowhere = { Delete: { TableName: "None", Key: ACME_1 } };
    await expect(transact([nowhere])).rejects.toBeInstanceOf(sdk.ResourceNotFoundException);
  });

  it("happen once for one token, and only in one form", async () => {
    const add = (n: string): sdk.TransactWriteItem => ({
      Update: {
        TableName,
        Key: ACME_1,
        UpdateExpression: "ADD amount :n",
        ExpressionAttributeValues: { ":n": { N: n } },
      },
    });
    await transact([add("1")], "token");
    await transact([add("1")], "token");
    expect((await get(ACME_1))?.["amount"]).toEqual({ N: "121" });
    await expect(transact([add("2")], "token")).rejects.toBeInstanceOf(
      sdk.IdempotentParameterMismatchException,
    );
    now += 11 * 60_000;
    await transact([add("2")], "token");
    expect((await get(ACME_1))?.["amount"]).toEqual({ N: "123" });
  });

  it("never both happen when each forbids the other", async () => {
    const unless = (checked: typeof ACME_1, written: typeof ACME_1): sdk.TransactWriteItem[] => [
      { ConditionCheck: { TableName, Key: checked, ConditionExpression: "attribute_not_exists(flag)" } },
      {
        Update: {
          TableName,
          Key: written,
          UpdateExpression: "SET flag = :t",
          ExpressionAttributeValues: { ":t": { BOOL: true } },
        },
      },
    ];
    const results = await Promise.allSettled([
      transact(unless(ACME_1, ACME_2)),
      transact(unless(ACME_2, ACME_1)),
    ]);
    expect(new Set(results.map(({ status }) => status))).toEqual(new Set(["fulfilled", "rejected"]));
  });

  it("do not mix with other writes", async () => {
    const add = { UpdateExpression: "ADD amount :n", ExpressionAttributeValues: { ":n": { N: "1" } } };
    await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        i % 2 === 0
          ? transact([{ Update: { TableName, Key: ACME_1, ...add } }])
          : client.send(new sdk.UpdateItemCommand({ TableName, Key: ACME_1, ...add })),
      ),
    );
    expect((await get(ACME_1))?.["amount"]).toEqual({ N: "140" });
  });

  it("cost double", async () => {
    const { ConsumedCapacity } = await client.send(
      new sdk.TransactWriteItemsCommand({ TransactItems: [put], ReturnConsumedCapacity: "TOTAL" }),
    );
    expect(ConsumedCapacity).toEqual([{ TableName, CapacityUnits: 2 }]);
  });
});

describe("transactional reads", () => {
  it("answer in order, with a gap where there is no item", async () => {
    const { Responses } = await client.send(
      new sdk.TransactGetItemsCommand({
        TransactItems: [
          { Get: { TableName, Key: ACME_9 } },
          { Get: { TableName, Key: ACME_2, ProjectionExpression: "amount" } },
        ],
      }),
    );
    expect(Responses).toEqual([{}, { Item: { amount: { N: "75" } } }]);
  });

  it("are cancelled for a key that does not fit the table", async () => {
    const TransactItems = [{ Get: { TableName, Key: { customerId: { S: "acme" } } } }];
    const call = client.send(new sdk.TransactGetItemsCommand({ TransactItems }));
    await expect(call).rejects.toMatchObject(cancelled("ValidationError"));
  });
});

describe("the rest", () => {
  it("keeps the time to live of a table", async () => {
    const describe = () => client.send(new sdk.DescribeTimeToLiveCommand({ TableName }));
    expect((await describe()).TimeToLiveDescription).toEqual({ TimeToLiveStatus: "DISABLED" });
    const enable = new sdk.UpdateTimeToLiveCommand({
      TableName,
      TimeToLiveSpecification: { AttributeName: "expires", Enabled: true },
    });
    await client.send(enable);
    expect((await describe()).TimeToLiveDescription).toEqual({
      TimeToLiveStatus: "ENABLED",
      AttributeName: "expires",
    });
    await expect(client.send(enable)).rejects.toMatchObject({ message: "TimeToLive is already enabled" });
  });

  it("tells its endpoint", async () => {
    const { Endpoints } = await client.send(new sdk.DescribeEndpointsCommand({}));
    expect(Endpoints?.[0]?.Address).toBe("dynamodb.eu-west-1.amazonaws.com");
  });

  it("knows no other operations, and no other bodies than objects", async () => {
    const unknown = await dynamodb.handle("DescribeBackup", {});
    expect(unknown).toMatchObject({ status: 400, body: expect.anything() });
    expect(text(unknown)).toBe('{"__type":"com.amazon.coral.service#UnknownOperationException"}');
    for (const input of [null, [], "text"]) {
      expect(text(await dynamodb.handle("GetItem", input))).toContain("#SerializationException");
    }
  });

  it("sends the CRC32 of its body", async () => {
    const { headers, body } = await dynamodb.handle("GetItem", { TableName, Key: ACME_1 });
    expect(headers).toMatchObject({
      "content-type": "application/x-amz-json-1.0",
      "x-amz-crc32": String(crc32(body as Buffer)),
      "x-amzn-requestid": expect.stringMatching(/^[A-Z0-9]{52}$/),
    });
  });
});

function text({ body }: LocalAnswer): string {
  return Buffer.isBuffer(body) ? body.toString() : "";
}
