import { describe, expect, it } from "vitest";
import { dynamodb } from "../../../src/aws/dynamodb/dynamodb.ts";
import { DYNAMODB_TABLE } from "../../../src/aws/dynamodb/table.ts";
import type { TableKeys } from "../../../src/aws/service.ts";
import { aHead, anUpstream, codeOf, readWhole } from "../../support/asking.ts";

type Values = string | readonly string[];

const INDEXES = { byStatus: "status", byCustomer: "customer" };
const ORDERS: TableKeys = { partitionKey: "customer", indexes: new Map(Object.entries(INDEXES)) };
const upstream = anUpstream({ service: "dynamodb", tables: new Map([["Orders", ORDERS]]) });
const TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/Orders";

function asks(operation: string, input: object) {
  const headers = {
    "content-type": "application/x-amz-json-1.0",
    "x-amz-target": `DynamoDB_20120810.${operation}`,
  };
  return readWhole(dynamodb, upstream, aHead("POST /", headers), JSON.stringify(input)).requirements;
}

const there = { TableName: "Orders" };
const key = (text: string) => ({ customer: { S: text } });
const keyOf = (name: string) => (operation: string, input: object) =>
  asks(operation, { ...there, ...input }).map(({ keys }) => keys?.get(name));
const leading = keyOf("dynamodb:leadingkeys");
const attributes = keyOf("dynamodb:attributes");
const query = (KeyConditionExpression: string, more: object = {}) =>
  leading("Query", {
    KeyConditionExpression,
    ExpressionAttributeValues: { ":c": { S: "acme" }, ":d": { S: "other" }, ":n": { N: "7" } },
    ...more,
  });

describe("dynamodb:LeadingKeys of an item", () => {
  it.each(["GetItem", "UpdateItem", "DeleteItem"])("%s has it in Key", (operation) => {
    expect(leading(operation, { Key: key("acme"), Item: key("other") })).toEqual([["acme"]]);
  });

  it("PutItem has it in Item", () => {
    expect(leading("PutItem", { Key: key("other"), Item: key("acme") })).toEqual([["acme"]]);
  });

  it("a table named by its ARN is the same table", () => {
    expect(leading("GetItem", { TableName: TABLE, Key: key("acme") })).toEqual([["acme"]]);
  });

  it.each<readonly [value: unknown, text: string]>([
    [{ S: "" }, ""],
    [{ S: "ü\u{1F600}" }, "ü\u{1F600}"],
    [{ N: "0" }, "0"],
    [{ N: "42" }, "42"],
    [{ N: "-1.5" }, "-1.5"],
    [{ N: "100" }, "100"],
    [{ N: "0.05" }, "0.05"],
    [{ B: "AAE=" }, "AAE="],
  ])("%j is %j", (value, text) => {
    expect(leading("GetItem", { Key: { customer: value } })).toEqual([[text]]);
  });

  it.each<readonly [name: string, value: unknown]>([
    ["of no type", {}],
    ["of two types", { S: "a", N: "1" }],
    ["of another type", { BOOL: true }],
    ["of an unknown type", { s: "a" }],
    ["that is no text", { S: 7 }],
    ["that is null", null],
    ["that is a list", ["a"]],
    ["that is half a character", { S: "a\ud800" }],
    ["with a number of one more zero", { N: "1.0" }],
    ["with a number of a zero in front", { N: "01" }],
    ["with an exponent", { N: "1e2" }],
    ["with a plus", { N: "+1" }],
    ["with a zero below zero", { N: "-0" }],
    ["with a space", { N: " 1" }],
    ["with a number that is too long", { N: "1".repeat(50) }],
    ["with base64 without its end", { B: "AAE" }],
    ["with base64 of bits to spare", { B: "AAF=" }],
    ["with base64 of URLs", { B: "-_8=" }],
    ["longer than a partition key is", { S: "a".repeat(3000) }],
  ])("a value %s is unknown", (_name, value) => {
    expect(leading("GetItem", { Key: { customer: value } })).toEqual(["unknown"]);
  });

  it.each<readonly [name: string, operation: string, input: object]>([
    ["of a table that is not told", "GetItem", { TableName: "Secret", Key: key("acme") }],
    ["of a key without it", "GetItem", { Key: { other: { S: "a" } } }],
    ["of no key", "DeleteItem", {}],
    ["of a key that is none", "UpdateItem", { Key: "acme" }],
    ["of no item", "PutItem", { Key: key("acme") }],
  ])("is unknown %s", (_name, operation, input) => {
    expect(leading(operation, input)).toEqual(["unknown"]);
  });

  it("is unknown of what reaches items that it does not name", () => {
    expect(leading("Scan", {})).toEqual(["unknown"]);
    expect(leading("Scan", { IndexName: "byStatus" })).toEqual(["unknown"]);
    const KeyConditions = { customer: { ComparisonOperator: "EQ", AttributeValueList: [{ S: "acme" }] } };
    expect(leading("Scan", { KeyConditions, Key: key("acme") })).toEqual(["unknown"]);
    for (const [name, { covers, naming }] of Object.entries(DYNAMODB_TABLE)) {
      if (covers === undefined || naming !== "table") continue;
      expect(leading(name, {}), name).toEqual(["unknown"]);
    }
    expect(attributes("DeleteTable", {})).toEqual(["unknown"]);
  });

  it("is absent of what is not about items", () => {
    expect(asks("DescribeTable", there)).toEqual([{ action: "dynamodb:DescribeTable", resource: TABLE }]);
  });

  it("is not taken from what every object has", () => {
    const tables = new Map([["Orders", { partitionKey: "constructor", indexes: new Map<string, string>() }]]);
    const headers = {
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": "DynamoDB_20120810.GetItem",
    };
    const body = JSON.stringify({ ...there, Key: {} });
    const [first] = readWhole(dynamodb, { ...upstream, tables }, aHead("POST /", headers), body).requirements;
    expect(first?.keys?.get("dynamodb:leadingkeys")).toBe("unknown");
  });
});

describe("dynamodb:LeadingKeys of a query", () => {
  const names = { ExpressionAttributeNames: { "#c": "customer", "#o": "order" } };

  it.each([
    "customer = :c",
    "customer=:c",
    "\n\tcustomer\r\n=  :c ",
    "(customer = :c)",
    "((customer = :c))",
    ":c = customer",
    "#c = :c",
    "customer = :c AND begins_with(sort, :d)",
    "customer = :c and sort BETWEEN :c AND :d",
    "sort BETWEEN :c AND :d AND customer = :c",
    "(#o > :n) AND (#c = :c)",
    "(customer = :c AND #o <= :n)",
    "begins_with ( #o , :d ) And ( customer = :c )",
  ])("%s", (expression) => {
    expect(query(expression, names)).toEqual([["acme"]]);
  });

  it.each([
    "",
    "customer",
    "customer :c",
    "customer = :x",
    "customer = customer",
    ":c = :c",
    "customer < :c",
    "customer <> :c",
    "customer = :c OR customer = :d",
    "NOT customer = :c",
    "customer IN (:c)",
    "customer = :c AND customer = :d",
    "customer = :c AND #c = :d",
    "customer = :c AND :d = customer",
    "customer = :c AND order.customer = :d",
    "customer = :c AND list[0] = :d",
    "order.customer = :c",
    "customer.x = :c",
    "customer[0] = :c",
    "begins_with(customer, :c)",
    "customer BETWEEN :c AND :d",
    "size(customer) = :c",
    "#x = :c",
    "customer = :c AND #x = :d",
    "Customer = :c",
    "order = :c",
    "(customer = :c",
    "customer = :c)",
    ")customer = :c(",
    "customer = :c AND",
    "AND customer = :c",
    "customer = :c sort = :d",
    "customer == :c",
    "customer = :c;",
    "customer = :c -- x",
    'customer = "acme"',
    "customer\u00a0= :c",
    "cüstomer = :c",
    "customer = :c AND 7 = :n",
    "(".repeat(4090) + "x=:c",
    `customer = :c AND ${"a".repeat(5000)} = :d`,
  ])("%s is unknown", (expression) => {
    expect(query(expression, names)).toEqual(["unknown"]);
  });

  it.each<readonly [name: string, more: object]>([
    ["values that are none", { ExpressionAttributeValues: "x" }],
    ["no value of that name", { ExpressionAttributeValues: {} }],
    ["a value that is none", { ExpressionAttributeValues: { ":c": "acme" } }],
    ["the conditions of old beside it", { KeyConditions: {} }],
    ["an index that is not told", { IndexName: "byDate" }],
    ["a table that is not told", { TableName: "Secret" }],
    ["an expression that is no text", { KeyConditionExpression: ["customer = :c"] }],
    ["none at all", { KeyConditionExpression: undefined }],
    ["null in its place", { KeyConditionExpression: null }],
  ])("is unknown with %s", (_name, more) => {
    expect(query("customer = :c", more)).toEqual(["unknown"]);
  });

  it.each<readonly [name: string, alias: unknown]>([
    ["that is no text", { "#c": 7 }],
    ["of another name", { "#d": "customer" }],
    ["without its sign", { c: "customer" }],
    ["in no map", "customer"],
  ])("is unknown with an alias %s", (_name, ExpressionAttributeNames) => {
    expect(query("#c = :c", { ExpressionAttributeNames })).toEqual(["unknown"]);
  });

  it("is of the index where one is named", () => {
    expect(query("status = :c", { IndexName: "byStatus" })).toEqual([["acme"]]);
    expect(query("customer = :c", { IndexName: "byStatus" })).toEqual(["unknown"]);
  });

  it("is less than the request reaches where the index has another key than the table", () => {
    const less = ["byStatus", "byDate", "byCustomer", undefined].map((IndexName) =>
      asks("Query", { ...there, IndexName, Select: "COUNT" }).map(({ partial }) => partial),
    );
    expect(less).toEqual([[["dynamodb:leadingkeys"]], [["dynamodb:leadingkeys"]], [undefined], [undefined]]);
  });

  const condition = { ComparisonOperator: "EQ", AttributeValueList: [{ S: "acme" }] };

  it("is read from the conditions of old", () => {
    expect(leading("Query", { KeyConditions: { customer: condition } })).toEqual([["acme"]]);
  });

  it.each<readonly [name: string, changes: unknown]>([
    ["of two values", { ...condition, AttributeValueList: [{ S: "a" }, { S: "b" }] }],
    ["of no values", { ...condition, AttributeValueList: [] }],
    ["of another comparison", { ...condition, ComparisonOperator: "BEGINS_WITH" }],
    ["that are none", "acme"],
  ])("is unknown with conditions of old %s", (_name, customer) => {
    expect(leading("Query", { KeyConditions: { customer } })).toEqual(["unknown"]);
  });
});

const told = (operation: string, input: object) =>
  asks(operation, input).map(({ covers, keys }) => [
    covers,
    keys?.get("dynamodb:leadingkeys"),
    keys?.get("dynamodb:attributes"),
  ]);

describe("the keys of a batch", () => {
  const put = (text: string) => ({ PutRequest: { Item: { ...key(text), total: { N: "1" } } } });
  const remove = (text: string) => ({ DeleteRequest: { Key: key(text) } });

  it("are told entry by entry, so that none hides among the others", () => {
    const RequestItems = { Orders: { Keys: [key("a"), key("b"), key("a")], ProjectionExpression: "total" } };
    const covers = ["dynamodb:GetItem"];
    expect(told("BatchGetItem", { RequestItems })).toEqual([
      [covers, ["a"], ["customer", "total"]],
      [covers, ["b"], ["customer", "total"]],
    ]);
    expect(told("BatchWriteItem", { RequestItems: { Orders: [put("a"), remove("b"), put("a")] } })).toEqual([
      [["dynamodb:PutItem"], ["a"], ["customer", "total"]],
      [["dynamodb:DeleteItem"], ["b"], ["customer"]],
    ]);
  });

  it("are few where nothing tells the entries apart", () => {
    const Keys = Array.from({ length: 100 }, (_, at) => ({ id: { S: `${at}` } }));
    expect(asks("BatchGetItem", { RequestItems: { Secret: { Keys } } })).toHaveLength(1);
  });

  it.each<readonly [name: string, request: unknown]>([
    ["no keys", {}],
    ["no list of keys", { Keys: key("a") }],
    ["an empty list", { Keys: [] }],
    ["a request that is none", "x"],
  ])("are unknown with %s", (_name, request) => {
    expect(told("BatchGetItem", { RequestItems: { Orders: request } })).toEqual([
      [["dynamodb:GetItem"], "unknown", "unknown"],
    ]);
  });

  it("are refused where they are too many to be decided", () => {
    const Keys = Array.from({ length: 101 }, (_, at) => key(`${at}`));
    const RequestItems = { Orders: { Keys } };
    expect(codeOf(() => asks("BatchGetItem", { RequestItems }))).toBe("body-malformed");
    const halves = { Orders: { Keys: Keys.slice(0, 60) }, Secret: { Keys: Keys.slice(0, 150) } };
    expect(codeOf(() => asks("BatchGetItem", { RequestItems: halves }))).toBe("body-malformed");
  });
});

describe("the keys of a transaction", () => {
  it("are those of each of its items, within it", () => {
    const TransactItems = [
      { Put: { ...there, Item: key("a") } },
      { Put: { ...there, Item: key("b") } },
      { Put: { ...there, Item: key("a") } },
      { ConditionCheck: { ...there, Key: key("a"), ReturnValuesOnConditionCheckFailure: "ALL_OLD" } },
    ];
    const enclosing = ["dynamodb:enclosingoperation", ["TransactWriteItems"]];
    const input = { TransactItems, ReturnConsumedCapacity: "TOTAL" };
    const about = (text: string, returned: string) =>
      new Map([
        ["dynamodb:returnconsumedcapacity", ["TOTAL"]],
        enclosing as [string, string[]],
        ["dynamodb:attributes", ["customer"]],
        ["dynamodb:leadingkeys", [text]],
        ["dynamodb:returnvalues", [returned]],
      ]);
    expect(asks("TransactWriteItems", input).map(({ action, keys }) => [action, keys])).toEqual([
      ["dynamodb:PutItem", about("a", "NONE")],
      ["dynamodb:PutItem", about("b", "NONE")],
      ["dynamodb:ConditionCheckItem", about("a", "ALL_OLD")],
    ]);
  });

  it("tell that items are read in one", () => {
    const TransactItems = [{ Get: { ...there, Key: key("a"), ProjectionExpression: "total" } }];
    const [first] = asks("TransactGetItems", { TransactItems });
    expect(first?.keys).toEqual(
      new Map([
        ["dynamodb:enclosingoperation", ["TransactGetItems"]],
        ["dynamodb:attributes", ["customer", "total"]],
        ["dynamodb:leadingkeys", ["a"]],
        ["dynamodb:select", ["SPECIFIC_ATTRIBUTES"]],
      ]),
    );
  });
});

describe("dynamodb:Attributes", () => {
  const names = { ExpressionAttributeNames: { "#a": "a.b", "#d": "d" } };

  it.each<readonly [operation: string, input: object, named: Values | undefined]>([
    ["GetItem", { Key: key("a"), ProjectionExpression: "a, b.c, #d[0].e, a" }, ["customer", "a", "b", "d"]],
    ["GetItem", { Key: key("a"), ProjectionExpression: "#a" }, ["customer", "a.b"]],
    ["GetItem", { Key: key("a"), AttributesToGet: ["a", "b.c"] }, ["customer", "a", "b.c"]],
    ["GetItem", { Key: key("a"), ConditionExpression: "ignored = :v" }, ["customer"]],
    ["PutItem", { Item: { ...key("a"), total: { N: "1" } } }, ["customer", "total"]],
    ["PutItem", { Item: key("a"), Expected: { old: { Exists: false } } }, ["customer", "old"]],
    [
      "PutItem",
      {
        Item: key("a"),
        ConditionExpression: "attribute_not_exists(#d) OR size (e) < :n AND NOT f IN (:a, :b)",
      },
      ["customer", "d", "e", "f"],
    ],
    [
      "UpdateItem",
      {
        Key: key("a"),
        UpdateExpression:
          "SET a = if_not_exists(b, :z) + :n, c.d = list_append(:l, e) remove f[0], #d ADD g :n DELETE h :s",
        ConditionExpression: "i BETWEEN :a AND :b",
      },
      ["customer", "a", "b", "c", "e", "f", "d", "g", "h", "i"],
    ],
    ["UpdateItem", { Key: key("a"), AttributeUpdates: { total: {} } }, ["customer", "total"]],
    ["DeleteItem", { Key: key("a"), ConditionExpression: "attribute_exists(total)" }, ["customer", "total"]],
    [
      "Query",
      {
        KeyConditionExpression: "customer = :c",
        FilterExpression: "contains(a, :v)",
        ProjectionExpression: "b",
      },
      ["customer", "a", "b"],
    ],
    ["Query", { KeyConditions: { customer: {} }, QueryFilter: { a: {} } }, ["customer", "a"]],
    ["Scan", { ScanFilter: { a: {} }, Expected: { ignored: {} } }, ["a"]],
    ["Scan", { FilterExpression: "a <> :v" }, ["a"]],
    ["Scan", {}, undefined],
  ])("of %s with %j", (operation, input, named) => {
    expect(attributes(operation, { ...names, ...input })).toEqual([named]);
  });

  it.each<readonly [operation: string, input: object]>([
    ["GetItem", {}],
    ["GetItem", { Key: ["customer"] }],
    ["GetItem", { Key: key("a"), ProjectionExpression: "a; b" }],
    ["GetItem", { Key: key("a"), ProjectionExpression: "a, set" }],
    ["GetItem", { Key: key("a"), ProjectionExpression: "a and b" }],
    ["GetItem", { Key: key("a"), ProjectionExpression: "#x" }],
    ["GetItem", { Key: key("a"), ProjectionExpression: "a, 7" }],
    ["GetItem", { Key: key("a"), ProjectionExpression: "a[7" }],
    ["GetItem", { Key: key("a"), ProjectionExpression: "size(a)" }],
    ["GetItem", { Key: key("a"), ProjectionExpression: "ä" }],
    ["GetItem", { Key: key("a"), ProjectionExpression: "a,".repeat(3000) }],
    ["GetItem", { Key: key("a"), ProjectionExpression: null }],
    ["GetItem", { Key: key("a"), AttributesToGet: "a" }],
    ["GetItem", { Key: key("a"), AttributesToGet: ["a", 7] }],
    ["GetItem", { Key: key("a"), AttributesToGet: Array<string>(256).fill("a") }],
    ["PutItem", { Item: key("a"), ConditionExpression: "evil(a)" }],
    ["PutItem", { Item: key("a"), ConditionExpression: "SIZE(a) > :n" }],
    ["PutItem", { Item: key("a"), ConditionExpression: "a = 'x'" }],
    ["PutItem", { Item: key("a"), ConditionExpression: "#constructor = :v" }],
    ["PutItem", { Item: key("a"), Expected: [] }],
    ["UpdateItem", { Key: key("a"), UpdateExpression: 7 }],
    ["Scan", { ScanFilter: null }],
  ])("of %s is unknown with %j", (operation, input) => {
    expect(attributes(operation, { ...names, ...input })).toEqual(["unknown"]);
  });
});

describe("dynamodb:Attributes tells less than is reached", () => {
  const isLess = (operation: string, input: object) =>
    asks(operation, { ...there, ...input }).map(
      ({ partial }) => partial?.includes("dynamodb:attributes") === true,
    );
  const update = { Key: key("a"), UpdateExpression: "SET total = :t" };
  const check = (more: object) => ({
    TransactItems: [{ ConditionCheck: { ...there, Key: key("a"), ...more } }],
  });
  const batch = (more: object) => ({ RequestItems: { Orders: { Keys: [key("a")], ...more } } });

  it.each<readonly [operation: string, input: object, why: string]>([
    ["GetItem", { Key: key("a") }, "all attributes come back"],
    ["GetItem", { Key: key("a"), AttributesToGet: [] }, "nothing is named"],
    ["GetItem", { Key: key("a"), ProjectionExpression: "" }, "nothing is named"],
    ["BatchGetItem", batch({}), "all attributes come back"],
    ["TransactGetItems", { TransactItems: [{ Get: { ...there, Key: key("a") } }] }, "all come back"],
    ["Query", { KeyConditions: {} }, "all attributes come back"],
    ["Query", { IndexName: "byStatus" }, "what the index has comes back"],
    ["Query", { Select: "ALL_ATTRIBUTES", ProjectionExpression: "total" }, "all are asked for"],
    ["Query", { Select: "SPECIFIC_ATTRIBUTES" }, "none is specified"],
    ["Query", { Select: "SPECIFIC_ATTRIBUTES", AttributesToGet: [] }, "none is specified"],
    ["Query", { Select: 7, ProjectionExpression: "total" }, "it cannot be told"],
    ["Scan", {}, "all attributes come back"],
    ["Scan", { Select: "ALL_PROJECTED_ATTRIBUTES", IndexName: "byStatus" }, "what the index has comes back"],
    ["PutItem", { Item: key("a") }, "the item that was there is gone"],
    ["DeleteItem", { Key: key("a") }, "the item that was there is gone"],
    ["BatchWriteItem", { RequestItems: { Orders: [{ PutRequest: { Item: key("a") } }] } }, "the old is gone"],
    ["BatchWriteItem", { RequestItems: { Orders: [{ DeleteRequest: { Key: key("a") } }] } }, "it is gone"],
    ["UpdateItem", { ...update, ReturnValues: "ALL_OLD" }, "the whole item comes back"],
    ["UpdateItem", { ...update, ReturnValues: "ALL_NEW" }, "the whole item comes back"],
    ["UpdateItem", { ...update, ReturnValues: 7 }, "it cannot be told"],
    ["UpdateItem", { ...update, ReturnValuesOnConditionCheckFailure: "ALL_OLD" }, "it may come back"],
    ["TransactWriteItems", check({ ReturnValuesOnConditionCheckFailure: "ALL_OLD" }), "it may come back"],
  ])("of %s with %j: %s", (operation, input) => {
    expect(isLess(operation, input)).toEqual([true]);
  });

  it.each<readonly [operation: string, input: object]>([
    ["GetItem", { Key: key("a"), ProjectionExpression: "total" }],
    ["GetItem", { Key: key("a"), AttributesToGet: ["total"] }],
    ["BatchGetItem", batch({ ProjectionExpression: "total" })],
    ["Query", { ProjectionExpression: "total" }],
    ["Query", { Select: "SPECIFIC_ATTRIBUTES", ProjectionExpression: "total" }],
    ["Query", { Select: "COUNT", FilterExpression: "total > :t" }],
    ["Scan", { Select: "COUNT" }],
    ["UpdateItem", update],
    ["UpdateItem", { ...update, ReturnValues: "UPDATED_NEW" }],
    ["TransactWriteItems", check({})],
  ])("but not of %s with %j", (operation, input) => {
    expect(isLess(operation, input)).toEqual([false]);
  });
});

describe("what comes back", () => {
  const select = keyOf("dynamodb:select");
  const returned = keyOf("dynamodb:returnvalues");
  const capacity = keyOf("dynamodb:returnconsumedcapacity");

  it.each<readonly [operation: string, input: object, value: Values | undefined]>([
    ["Query", {}, ["ALL_ATTRIBUTES"]],
    ["Query", { IndexName: "byStatus" }, ["ALL_PROJECTED_ATTRIBUTES"]],
    ["Query", { ProjectionExpression: "a" }, ["SPECIFIC_ATTRIBUTES"]],
    ["Scan", { AttributesToGet: ["a"] }, ["SPECIFIC_ATTRIBUTES"]],
    ["Scan", { Select: "COUNT" }, ["COUNT"]],
    ["Query", { Select: "ALL_ATTRIBUTES", ProjectionExpression: "a" }, ["ALL_ATTRIBUTES"]],
    ["Query", { Select: 7 }, "unknown"],
    ["Query", { ProjectionExpression: null }, "unknown"],
    ["Query", { ProjectionExpression: "" }, "unknown"],
    ["GetItem", { AttributesToGet: [] }, "unknown"],
    ["GetItem", {}, ["ALL_ATTRIBUTES"]],
    ["GetItem", { IndexName: "ignored" }, ["ALL_ATTRIBUTES"]],
    ["GetItem", { ProjectionExpression: "a" }, ["SPECIFIC_ATTRIBUTES"]],
    ["GetItem", { Select: "SPECIFIC_ATTRIBUTES" }, "unknown"],
    ["PutItem", { Select: "COUNT" }, undefined],
  ])("dynamodb:Select of %s with %j is %j", (operation, input, value) => {
    expect(select(operation, input)).toEqual([value]);
  });

  it.each<readonly [operation: string, input: object, value: Values | undefined]>([
    ["PutItem", {}, ["NONE"]],
    ["UpdateItem", { ReturnValues: "UPDATED_NEW" }, ["UPDATED_NEW"]],
    ["DeleteItem", { ReturnValuesOnConditionCheckFailure: "ALL_OLD" }, ["ALL_OLD"]],
    ["DeleteItem", { ReturnValues: "NONE", ReturnValuesOnConditionCheckFailure: "ALL_OLD" }, ["ALL_OLD"]],
    ["DeleteItem", { ReturnValues: "ALL_OLD", ReturnValuesOnConditionCheckFailure: "NONE" }, ["ALL_OLD"]],
    [
      "UpdateItem",
      { ReturnValues: "ALL_NEW", ReturnValuesOnConditionCheckFailure: "ALL_OLD" },
      ["ALL_NEW", "ALL_OLD"],
    ],
    ["PutItem", { ReturnValues: null }, "unknown"],
    ["GetItem", { ReturnValues: "ALL_OLD" }, undefined],
  ])("dynamodb:ReturnValues of %s with %j is %j", (operation, input, value) => {
    expect(returned(operation, input)).toEqual([value]);
  });

  it("dynamodb:ReturnConsumedCapacity is as it was asked for", () => {
    expect(capacity("GetItem", { ReturnConsumedCapacity: "INDEXES" })).toEqual([["INDEXES"]]);
    expect(capacity("GetItem", {})).toEqual([undefined]);
    expect(capacity("GetItem", { ReturnConsumedCapacity: ["TOTAL"] })).toEqual(["unknown"]);
  });
});
