import { describe, expect, it } from "vitest";
import { parseDynamoDb } from "../../../src/local/guard/dynamodb-request.ts";
import type { KeySchemaOf } from "../../../src/local/guard/key-schema.ts";

const TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/";
const keySchemaOf: KeySchemaOf = (table, index) => {
  if (table !== "Orders") return undefined;
  return { partitionKey: index === "by-state" ? "state" : "pk" };
};

function parse(operation: string, input: object) {
  const body = Buffer.from(JSON.stringify(input));
  const place = { account: "123456789012", region: "us-east-1", keySchemaOf };
  return parseDynamoDb(`DynamoDB_20120810.${operation}`, body, place).requirements;
}

function needs(operation: string, input: object): readonly string[] {
  return parse(operation, input).map(({ action, resource }) => `${action} ${resource.replace(TABLE, "")}`);
}

function context(Statement: string, Parameters?: readonly object[]): Readonly<Record<string, unknown>> {
  return parse("ExecuteStatement", { Statement, Parameters })[0]?.context ?? {};
}

describe("what PartiQL statements touch", () => {
  it.each([
    ['SELECT * FROM "Orders"', "PartiQLSelect Orders"],
    ["select * from Orders", "PartiQLSelect Orders"],
    ["SELECT a, b.c[0] FROM \"Orders\" WHERE pk = 'x' ORDER BY sk DESC", "PartiQLSelect Orders"],
    ['SELECT * FROM "Orders"."by-state" WHERE state = ?', "PartiQLSelect Orders/index/by-state"],
    ["SELECT * FROM Orders.idx", "PartiQLSelect Orders/index/idx"],
    ['SELECT * FROM "my.table-1"', "PartiQLSelect my.table-1"],
    ['SELECT o.a FROM "Orders" AS o WHERE o.pk = 1', "PartiQLSelect Orders"],
    ['SELECT a FROM "Orders" o;', "PartiQLSelect Orders"],
    [`SELECT * FROM "${TABLE}Orders"`, "PartiQLSelect Orders"],
    ['SELECT*FROM"Orders"', "PartiQLSelect Orders"],
    ['/* FROM "Other" */ SELECT * -- FROM "Other"\n FROM "Orders"', "PartiQLSelect Orders"],
    ["SELECT * FROM \"Orders\" WHERE a = 'FROM \"Other\"' AND b = 'it''s'", "PartiQLSelect Orders"],
    ['SELECT "from" FROM "Orders" WHERE "select" = 1', "PartiQLSelect Orders"],
    ["INSERT INTO \"Orders\" VALUE {'pk': 'a', 'n': [1, {'x': ?}], 's': <<1, 2>>}", "PartiQLInsert Orders"],
    ["insert into Orders value {'pk': ?}", "PartiQLInsert Orders"],
    [
      "UPDATE \"Orders\" SET a = 1 SET b = list_append(b, [2]) REMOVE c WHERE pk = 'x'",
      "PartiQLUpdate Orders",
    ],
    ["UPDATE Orders REMOVE a WHERE pk = 'x' RETURNING ALL OLD *", "PartiQLUpdate Orders"],
    ["DELETE FROM \"Orders\" WHERE pk = 'x' RETURNING ALL OLD *", "PartiQLDelete Orders"],
    ["DELETE FROM Orders", "PartiQLDelete Orders"],
  ])("is found in %s", (Statement, expected) => {
    expect(needs("ExecuteStatement", { Statement })).toEqual([`dynamodb:${expected}`]);
  });

  it("is found in every statement of a batch and a transaction", () => {
    const Statements = [
      { Statement: "SELECT * FROM Orders WHERE pk = 'a'" },
      { Statement: "DELETE FROM Notes WHERE pk = 'a'" },
    ];
    const expected = ["dynamodb:PartiQLSelect Orders", "dynamodb:PartiQLDelete Notes"];
    expect(needs("BatchExecuteStatement", { Statements })).toEqual(expected);
    expect(needs("ExecuteTransaction", { TransactStatements: Statements })).toEqual(expected);
  });

  it("is read by a condition of a transaction", () => {
    const TransactStatements = [
      { Statement: "EXISTS(SELECT * FROM \"Orders\" WHERE pk = 'a' AND b IS MISSING)" },
      { Statement: "exists ( select * from Notes where pk = ? ) ;" },
    ];
    expect(needs("ExecuteTransaction", { TransactStatements })).toEqual([
      "dynamodb:PartiQLSelect Orders",
      "dynamodb:PartiQLSelect Notes",
    ]);
  });

  it.each([
    "",
    ";",
    "SELECT",
    "SELECT * FROM",
    "SELECT FROM Orders",
    "SELECT * FROM 'Orders'",
    "SELECT * FROM Orders, Notes",
    "SELECT * FROM Orders JOIN Notes",
    "SELECT * FROM Orders o, Notes",
    "SELECT * FROM Orders.a.b",
    'SELECT * FROM "Orders"."a/b"',
    'SELECT * FROM "a/b"',
    "SELECT * FROM ?",
    "SELECT * FROM Orders WHERE a IN (SELECT * FROM Notes)",
    "SELECT (SELECT * FROM Notes) FROM Orders",
    "SELECT * FROM (SELECT * FROM Notes)",
    "SELECT * FROM Orders WHERE EXISTS(SELECT * FROM Notes)",
    "SELECT * FROM Orders; DELETE FROM Notes",
    "SELECT * FROM Orders LET x = 1",
    "INSERT INTO Orders",
    "INSERT Orders VALUE {}",
    "INSERT INTO Orders SELECT * FROM Notes",
    "INSERT INTO Orders VALUE {'pk': 'a'} ; UPDATE Notes SET a = 1",
    "UPDATE Orders WHERE pk = 1",
    "UPDATE Orders, Notes SET a = 1",
    "DELETE Orders WHERE pk = 1",
    "DELETE FROM Orders WHERE pk = 1 AND (SELECT * FROM Notes)",
    "EXISTS(SELECT * FROM Orders)",
    "DROP TABLE Orders",
    "SELECT * FROM Orders WHERE a = 'open",
    'SELECT * FROM "Orders',
    "SELECT * FROM Orders WHERE (a = 1",
    "SELECT * FROM Orders WHERE (a = [1)]",
    "SELECT * FROM Orders WHERE a = `2`",
    "SELECT * FROM Orders /* open",
  ])("is not told of %j", (Statement) => {
    expect(() => needs("ExecuteStatement", { Statement })).toThrowError(
      expect.objectContaining({ code: "ValidationException", status: 400 }),
    );
  });

  it.each([
    "EXISTS(DELETE FROM Orders)",
    "EXISTS SELECT * FROM Orders",
    "EXISTS(SELECT * FROM a) AND EXISTS(SELECT * FROM b)",
  ])("is not told of a condition like %s", (Statement) => {
    expect(() => needs("ExecuteTransaction", { TransactStatements: [{ Statement }] })).toThrowError(
      expect.objectContaining({ code: "ValidationException" }),
    );
  });

  it.each([
    ["BatchExecuteStatement", {}],
    ["BatchExecuteStatement", { Statements: [] }],
    ["BatchExecuteStatement", { Statements: [null] }],
    ["BatchExecuteStatement", { Statement: "SELECT * FROM Orders" }],
    ["ExecuteTransaction", { Statements: [{ Statement: "SELECT * FROM Orders" }] }],
    ["ExecuteStatement", { Statement: ["SELECT * FROM Orders"] }],
  ])("is not told by %s of %j", (operation, input) => {
    expect(() => needs(operation, input)).toThrowError(
      expect.objectContaining({ code: "ValidationException" }),
    );
  });
});

describe("PartiQL statements and condition keys", () => {
  it.each([
    ["SELECT * FROM Orders WHERE pk = 'a'", ["a"]],
    ["SELECT * FROM Orders WHERE 'a' = \"pk\" AND b > 1", ["a"]],
    ["SELECT * FROM Orders WHERE b = ? AND pk = ? ORDER BY sk", ["q"]],
    ["SELECT * FROM Orders WHERE pk IN ['a', ?, 3]", ["a", "p", "3"]],
    ["SELECT * FROM Orders WHERE pk = 'a' OR pk = 'b' AND c = 1", ["a", "b"]],
    ["SELECT * FROM Orders.\"by-state\" WHERE state = 'open' AND pk = 'a'", ["open"]],
    ["SELECT * FROM Orders WHERE pk = 'a' OR b = 1", []],
    ["SELECT * FROM Orders WHERE NOT pk = 'a'", []],
    ["SELECT * FROM Orders WHERE (pk = 'a' OR b = 1)", []],
    ["SELECT * FROM Orders WHERE pk > 'a'", []],
    ["SELECT * FROM Orders WHERE a.pk = 'a'", []],
    ["SELECT * FROM Orders WHERE pk = 'a' || b", []],
    ["SELECT * FROM Orders WHERE pk IN ['a', b]", []],
    ["SELECT * FROM Orders WHERE pk = b", []],
    ["SELECT * FROM Orders", []],
    ["SELECT pk FROM Other WHERE pk = 'a'", []],
    ["INSERT INTO Orders VALUE {'a': ?, 'pk': ?}", ["q"]],
    ["INSERT INTO Orders VALUE {'a': {'pk': 'x'}, 'pk': 'y'}", ["y"]],
    ["INSERT INTO Orders VALUE {'pk': 'y' || 'z'}", []],
    ["UPDATE Orders SET pk = 'b' WHERE pk = 'a'", ["a"]],
    ["DELETE FROM Orders WHERE pk = 'a' RETURNING ALL OLD *", ["a"]],
  ])("have the leading keys of %s", (statement, expected) => {
    expect(context(statement, [{ S: "p" }, { S: "q" }])["dynamodb:LeadingKeys"]).toEqual(expected);
  });

  it.each([
    [
      "SELECT a, b.c, \"d\"[0] FROM Orders WHERE begins_with(e, 'x') AND size(f) > 1 ORDER BY g",
      "a b d e f g",
    ],
    ["SELECT * FROM Orders WHERE a IS MISSING AND b BETWEEN 1 AND 2", "a b"],
    ["INSERT INTO Orders VALUE {'pk': 'a', 'b': {'c': 1}}", "pk b"],
    ["UPDATE Orders SET a.b = 1 SET c = c + ? REMOVE d WHERE pk = 'x' RETURNING ALL OLD *", "a c d pk"],
  ])("have the attributes of %s", (statement, expected) => {
    expect(context(statement)["dynamodb:Attributes"]).toEqual(expected.split(" "));
  });

  it.each([
    [
      "SELECT * FROM Orders WHERE pk = 'a'",
      { "dynamodb:Select": "ALL_ATTRIBUTES", "dynamodb:FullTableScan": "false" },
    ],
    ["SELECT * FROM Orders", { "dynamodb:Select": "ALL_ATTRIBUTES", "dynamodb:FullTableScan": "true" }],
    ["SELECT a FROM Orders", { "dynamodb:Select": "SPECIFIC_ATTRIBUTES" }],
    ['SELECT * FROM Orders."by-state"', { "dynamodb:Select": "ALL_PROJECTED_ATTRIBUTES" }],
    ["DELETE FROM Orders WHERE pk = 'a'", { "dynamodb:ReturnValues": "NONE" }],
    [
      "UPDATE Orders SET a = 1 WHERE pk = 'a' RETURNING MODIFIED NEW *",
      { "dynamodb:ReturnValues": "UPDATED_NEW" },
    ],
  ])("have what %s returns", (statement, expected) => {
    expect(context(statement)).toMatchObject(expected);
  });

  it("have the transaction that encloses them", () => {
    const part = { Statement: "SELECT * FROM Orders" };
    const [inside] = parse("ExecuteTransaction", { TransactStatements: [part] });
    expect(inside?.context["dynamodb:EnclosingOperation"]).toEqual(["ExecuteTransaction"]);
    expect(context(part.Statement)["dynamodb:EnclosingOperation"]).toEqual([]);
  });
});
