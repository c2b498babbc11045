import * as sdk from "@aws-sdk/client-dynamodb";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createDynamoDb } from "../../../src/local/dynamodb/handle.ts";
import type { DynamoDb } from "../../../src/local/dynamodb/handle.ts";
import { directTo } from "./direct-to.ts";

let dynamodb: DynamoDb;
let client: sdk.DynamoDBClient;
beforeEach(async () => {
  dynamodb = await createDynamoDb({
    tables: [
      {
        name: "Orders",
        partitionKey: "customerId",
        sortKey: "orderId",
        indexes: [{ name: "byState", partitionKey: "state", sortKey: "orderId" }],
        items: [
          { customerId: "acme", orderId: "1", total: 120, state: "shipped" },
          { customerId: "acme", orderId: "2", total: 75, state: "open" },
          { customerId: "globex", orderId: "1", total: 310, state: "open" },
        ],
      },
    ],
    now: Date.now,
  });
  client = new sdk.DynamoDBClient(directTo(dynamodb));
});
afterEach(() => dynamodb.close());

const execute = (Statement: string, Parameters?: sdk.AttributeValue[], more: object = {}) =>
  client.send(new sdk.ExecuteStatementCommand({ Statement, Parameters, ...more }));
const batch = (...Statements: sdk.BatchStatementRequest[]) =>
  client.send(new sdk.BatchExecuteStatementCommand({ Statements }));
const transact = (...TransactStatements: sdk.ParameterizedStatement[]) =>
  client.send(new sdk.ExecuteTransactionCommand({ TransactStatements }));
const exists = (total: number) => ({
  Statement: `EXISTS(SELECT * FROM "Orders" WHERE customerId = 'acme' AND orderId = '1' AND total = ${total})`,
});
const named = (items: readonly Record<string, sdk.AttributeValue>[] = []) =>
  items.map(({ customerId, orderId }) => `${customerId?.S} ${orderId?.S}`);
const item = async (customerId: string, orderId: string) =>
  (
    await client.send(
      new sdk.GetItemCommand({
        TableName: "Orders",
        Key: { customerId: { S: customerId }, orderId: { S: orderId } },
      }),
    )
  ).Item;

describe("SELECT", () => {
  it.each([
    [`SELECT * FROM "Orders"`, ["acme 1", "acme 2", "globex 1"]],
    [`select * from Orders where customerId = 'acme'`, ["acme 1", "acme 2"]],
    [`SELECT * FROM "Orders" WHERE customerId = 'acme' AND orderId > '1'`, ["acme 2"]],
    [`SELECT * FROM "Orders" WHERE "customerId" = 'acme' ORDER BY orderId DESC`, ["acme 2", "acme 1"]],
    [`SELECT * FROM "Orders" WHERE customerId = 'acme' AND begins_with(orderId, '2')`, ["acme 2"]],
    [`SELECT * FROM "Orders" WHERE customerId = 'acme' AND orderId BETWEEN '1' AND '1'`, ["acme 1"]],
    [`SELECT * FROM "Orders"."byState" WHERE state = 'open'`, ["acme 2", "globex 1"]],
    [`SELECT * FROM "Orders" WHERE customerId = 'acme' AND total < 100`, ["acme 2"]],
    [`SELECT * FROM "Orders" WHERE total IN [75, 310]`, ["acme 2", "globex 1"]],
    [`SELECT * FROM "Orders" WHERE NOT (state = 'open' OR total > 300)`, ["acme 1"]],
    [`SELECT * FROM "Orders" WHERE state <> 'open' AND none IS MISSING`, ["acme 1"]],
    [`SELECT * FROM "Orders" WHERE none IS NOT MISSING`, []],
  ])("%s", async (statement, expected) => {
    const { Items } = await execute(statement);
    const found = named(Items);
    expect(statement.includes("ORDER") ? found : found.toSorted()).toEqual(expected);
  });

  it("takes parameters, and gives only the attributes that it names", async () => {
    const statement = `SELECT total, state FROM "Orders" WHERE customerId = ? AND orderId = ?`;
    const { Items } = await execute(statement, [{ S: "acme" }, { S: "2" }]);
    expect(Items).toEqual([{ total: { N: "75" }, state: { S: "open" } }]);
  });

  it("goes on page by page", async () => {
    const statement = `SELECT * FROM "Orders" WHERE customerId = 'acme'`;
    const first = await execute(statement, undefined, { Limit: 1 });
    expect(named(first.Items)).toEqual(["acme 1"]);
    const second = await execute(statement, undefined, { Limit: 5, NextToken: first.NextToken });
    expect([named(second.Items), second.NextToken]).toEqual([["acme 2"], undefined]);
  });
});

describe("a write", () => {
  it("inserts an item of every type, once", async () => {
    const statement = `INSERT INTO "Orders" VALUE {'customerId': 'new', 'orderId': ?, 'n': -1.5, 'ok': true, 'no': null, 'list': [1, 'it''s'], 'set': <<'a', 'b'>>, 'map': {'x': {}}}`;
    await execute(statement, [{ S: "1" }]);
    expect(await item("new", "1")).toEqual({
      customerId: { S: "new" },
      orderId: { S: "1" },
      n: { N: "-1.5" },
      ok: { BOOL: true },
      no: { NULL: true },
      list: { L: [{ N: "1" }, { S: "it's" }] },
      set: { SS: ["a", "b"] },
      map: { M: { x: { M: {} } } },
    });
    await expect(execute(statement, [{ S: "1" }])).rejects.toMatchObject({ name: "DuplicateItemException" });
  });

  it("updates the item that its key names, where its condition holds", async () => {
    const where = `WHERE customerId = 'acme' AND orderId = '2'`;
    const { Items } = await execute(
      `UPDATE "Orders" SET total = total - 5, note = ? REMOVE state ${where} AND state = 'open' RETURNING ALL NEW *`,
      [{ S: "x" }],
    );
    expect(Items).toEqual([
      { customerId: { S: "acme" }, orderId: { S: "2" }, total: { N: "70" }, note: { S: "x" } },
    ]);
    const again = execute(`UPDATE "Orders" SET total = 1 ${where} AND state = 'open'`);
    await expect(again).rejects.toMatchObject({ name: "ConditionalCheckFailedException" });
    const nobody = execute(`UPDATE "Orders" SET total = 1 WHERE customerId = 'none' AND orderId = '2'`);
    await expect(nobody).rejects.toMatchObject({ name: "ConditionalCheckFailedException" });
  });

  it("deletes the item that its key names, and what is not there is deleted already", async () => {
    const statement = `DELETE FROM "Orders" WHERE customerId = 'acme' AND orderId = '1'`;
    const { Items } = await execute(`${statement} RETURNING ALL OLD *`);
    expect(named(Items)).toEqual(["acme 1"]);
    expect(await item("acme", "1")).toBeUndefined();
    await execute(statement);
    const asked = execute(`${statement} AND total = 1`);
    await expect(asked).rejects.toMatchObject({ name: "ConditionalCheckFailedException" });
  });
});

describe("many statements", () => {
  it("of a batch succeed or fail each for itself", async () => {
    const { Responses } = await batch(
      { Statement: `INSERT INTO "Orders" VALUE {'customerId': 'b', 'orderId': '1'}` },
      { Statement: `INSERT INTO "Orders" VALUE {'customerId': 'acme', 'orderId': '1'}` },
      { Statement: `UPDATE "Orders" SET total = 1 WHERE customerId = 'acme'` },
      { Statement: `DELETE FROM "None" WHERE id = '1'` },
    );
    expect(Responses).toEqual([
      { TableName: "Orders" },
      { TableName: "Orders", Error: expect.objectContaining({ Code: "DuplicateItem" }) },
      { Error: expect.objectContaining({ Code: "ValidationError" }) },
      { Error: expect.objectContaining({ Code: "ResourceNotFound" }) },
    ]);
    expect(await item("b", "1")).toBeDefined();
  });

  it("of a batch read an item each", async () => {
    const Statement = `SELECT total FROM "Orders" WHERE customerId = ? AND orderId = '1'`;
    const { Responses } = await batch(
      { Statement, Parameters: [{ S: "acme" }] },
      { Statement, Parameters: [{ S: "none" }] },
    );
    expect(Responses).toEqual([
      { TableName: "Orders", Item: { total: { N: "120" } } },
      { TableName: "Orders" },
    ]);
    const mixed = batch(
      { Statement, Parameters: [{ S: "acme" }] },
      { Statement: `DELETE FROM "Orders" WHERE customerId = 'acme' AND orderId = '1'` },
    );
    await expect(mixed).rejects.toMatchObject({ name: "ValidationException" });
  });

  it("of a transaction happen together or not at all", async () => {
    const insert = { Statement: `INSERT INTO "Orders" VALUE {'customerId': 't', 'orderId': '1'}` };
    await expect(transact(insert, exists(1))).rejects.toMatchObject({
      name: "TransactionCanceledException",
      CancellationReasons: [{ Code: "None" }, { Code: "ConditionalCheckFailed" }],
    });
    expect(await item("t", "1")).toBeUndefined();
    await transact(insert, exists(120));
    const read = { Statement: `SELECT * FROM "Orders" WHERE customerId = 't' AND orderId = '1'` };
    const { Responses } = await transact(read);
    expect(Responses?.[0]?.Item).toEqual({ customerId: { S: "t" }, orderId: { S: "1" } });
  });
});

describe("a statement is refused", () => {
  it.each([
    "",
    "DROP TABLE Orders",
    `SELECT * FROM "Orders" JOIN x`,
    `SELECT * FROM "Orders" WHERE`,
    `SELECT * FROM "Orders" WHERE total ~ 1`,
    `SELECT * FROM "Orders" ORDER BY total`,
    `UPDATE "Orders" SET total = 1`,
    `UPDATE "Orders" WHERE customerId = 'acme' AND orderId = '1'`,
    `DELETE FROM "Orders" WHERE customerId = 'acme' OR orderId = '1'`,
    `INSERT INTO "Orders" VALUE 7`,
    `INSERT INTO "Orders"."byState" VALUE {'customerId': 'a', 'orderId': '1'}`,
    `SELECT * FROM "Orders" WHERE customerId = ?`,
    `EXISTS(SELECT * FROM "Orders" WHERE customerId = 'acme' AND orderId = '1')`,
  ])("%j", async (statement) => {
    await expect(execute(statement)).rejects.toMatchObject({ name: "ValidationException" });
  });

  it("with a parameter too many, or a table or index that there is not", async () => {
    const many = execute(`SELECT * FROM "Orders" WHERE customerId = ?`, [{ S: "a" }, { S: "b" }]);
    await expect(many).rejects.toMatchObject({ name: "ValidationException" });
    for (const from of [`"None"`, `"Orders"."none"`]) {
      await expect(execute(`SELECT * FROM ${from}`)).rejects.toMatchObject({
        name: "ResourceNotFoundException",
      });
    }
  });
});
