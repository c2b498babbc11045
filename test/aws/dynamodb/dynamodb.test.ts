import { describe, expect, it } from "vitest";
import { dynamodb } from "../../../src/aws/dynamodb/dynamodb.ts";
import { DYNAMODB_TABLE } from "../../../src/aws/dynamodb/table.ts";
import { needsBody, type Upstream } from "../../../src/aws/service.ts";
import { aHead, anUpstream, codeOf, readWhole } from "../../support/asking.ts";

const upstream = anUpstream({ service: "dynamodb" });
const TYPE = { "content-type": "application/x-amz-json-1.0" };
const ARN = "arn:aws:dynamodb:us-east-1:123456789012:table/Orders";
const SECRET = "arn:aws:dynamodb:us-east-1:123456789012:table/Secret";

const headFor = (operation: string, headers: Record<string, string> = {}) =>
  aHead("POST /", { ...TYPE, "x-amz-target": `DynamoDB_20120810.${operation}`, ...headers });
const read = (operation: string, input: unknown, changes: Partial<Upstream> = {}) =>
  readWhole(
    dynamodb,
    { ...upstream, ...changes },
    headFor(operation),
    typeof input === "string" ? input : JSON.stringify(input),
  );
const asks = (operation: string, input: unknown) => read(operation, input).requirements;
const refusal = (operation: string, input: unknown, changes: Partial<Upstream> = {}) =>
  codeOf(() => read(operation, input, changes));

const recognise = (line: string, headers: Record<string, string>) =>
  codeOf(() => dynamodb.recognise(aHead(line, headers), upstream));
const coversOf = (name: string) => asks(name, { TableName: "Orders" })[0]?.covers;

describe("S3.5 a request to DynamoDB", () => {
  const target = { "x-amz-target": "DynamoDB_20120810.GetItem" };

  it.each([
    [
      "of another API version",
      "POST /",
      { ...TYPE, "x-amz-target": "DynamoDB_20111205.GetItem" },
      "operation-unknown",
    ],
    [
      "of another API",
      "POST /",
      { ...TYPE, "x-amz-target": "DynamoDBStreams_20120810.GetItem" },
      "operation-unknown",
    ],
    [
      "of streams by the other API",
      "POST /",
      { ...TYPE, "x-amz-target": "DynamoDB_20120810.GetRecords" },
      "operation-unknown",
    ],
    ["without a target", "POST /", TYPE, "operation-unknown"],
    [
      "with a target that every object has",
      "POST /",
      { ...TYPE, "x-amz-target": "DynamoDB_20120810.constructor" },
      "operation-unknown",
    ],
    [
      "in another case",
      "POST /",
      { ...TYPE, "x-amz-target": "DynamoDB_20120810.getitem" },
      "operation-unknown",
    ],
    [
      "with two targets",
      "POST /",
      { ...TYPE, "x-amz-target": "DynamoDB_20120810.GetItem, DynamoDB_20120810.PutItem" },
      "operation-unknown",
    ],
    [
      "for an export",
      "POST /",
      { ...TYPE, "x-amz-target": "DynamoDB_20120810.ExportTableToPointInTime" },
      "operation-unknown",
    ],
    ["by another method", "GET /", { ...TYPE, ...target }, "operation-unknown"],
    [
      "on another path",
      "POST /service/DynamoDB_20120810/operation/GetItem",
      { ...TYPE, ...target },
      "target-malformed",
    ],
    ["on a longer path", "POST //", { ...TYPE, ...target }, "target-malformed"],
    ["with a query", "POST /?Action=GetItem", { ...TYPE, ...target }, "query-not-allowed"],
    [
      "of another type",
      "POST /",
      { ...target, "content-type": "application/x-amz-json-1.1" },
      "header-not-allowed",
    ],
    ["without a type", "POST /", target, "header-not-allowed"],
    ["in CBOR", "POST /", { ...target, "content-type": "application/cbor" }, "header-not-allowed"],
    ["compressed", "POST /", { ...TYPE, ...target, "content-encoding": "gzip" }, "header-not-allowed"],
    [
      "with a header that it does not take",
      "POST /",
      { ...TYPE, ...target, "x-amz-acl": "x" },
      "header-not-allowed",
    ],
  ])("is refused %s, before its body is read", (_name, line, headers, code) => {
    expect(recognise(line, headers)).toBe(code);
  });

  it.each([
    ["a table twice", '{"TableName":"Orders","TableName":"Secret"}'],
    ["a table twice, once escaped", '{"TableName":"Orders","Table\\u004eame":"Secret"}'],
    ["no table", "{}"],
    ["a table that is a list", '{"TableName":["Orders"]}'],
    ["a table that is null", '{"TableName":null}'],
    ["an empty table", '{"TableName":""}'],
    ["a table with a slash", '{"TableName":"Orders/index/x"}'],
    ["a table with a star", '{"TableName":"Orders*"}'],
    ["a table in another case of the member", '{"tableName":"Orders"}'],
    ["no JSON", "TableName=Orders"],
    ["a list", '[{"TableName":"Orders"}]'],
  ])("is refused with %s", (_name, body) => {
    expect(refusal("GetItem", body)).toBe("body-malformed");
  });

  it("sends the bytes that were read, with its own type and target", () => {
    const found = dynamodb.recognise(
      headFor("GetItem", { "x-amz-date": "x", "x-amz-user-agent": "y" }),
      upstream,
    );
    if (!needsBody(found)) throw new Error("it did not wait");
    const bytes = Buffer.from('{ "TableName" : "Orders" }');
    expect(found.read(bytes)).toMatchObject({
      name: "GetItem",
      method: "POST",
      path: "/",
      query: "",
      headers: [
        ["content-type", "application/x-amz-json-1.0"],
        ["x-amz-target", "DynamoDB_20120810.GetItem"],
      ],
      payload: { kind: "buffered", bytes },
    });
  });

  it("sends the headers that the operator admits", () => {
    const changed = { ...upstream, allowHeaders: new Set(["x-amz-new"]) };
    const operation = readWhole(dynamodb, changed, headFor("ListTables", { "x-amz-new": "1" }), "{}");
    expect(operation.headers).toContainEqual(["x-amz-new", "1"]);
  });
});

describe("S3.6 a table by its ARN", () => {
  it("is the table by its name", () => {
    expect(asks("GetItem", { TableName: ARN })).toEqual(asks("GetItem", { TableName: "Orders" }));
    expect(asks("BatchGetItem", { RequestItems: { [ARN]: { Keys: [] } } })[0]?.resource).toBe(ARN);
  });

  it.each([
    ["another account", "arn:aws:dynamodb:us-east-1:999999999999:table/Orders"],
    ["another region", "arn:aws:dynamodb:eu-west-1:123456789012:table/Orders"],
    ["another partition", "arn:aws-cn:dynamodb:us-east-1:123456789012:table/Orders"],
    ["another service", "arn:aws:s3:us-east-1:123456789012:table/Orders"],
    ["no account", "arn:aws:dynamodb:us-east-1::table/Orders"],
    ["no table", "arn:aws:dynamodb:us-east-1:123456789012:Orders"],
    ["no ARN", "arn:Orders"],
  ])("is refused with %s", (_name, arn) => {
    expect(refusal("GetItem", { TableName: arn })).toBe("target-ambiguous");
    expect(refusal("TagResource", { ResourceArn: arn })).toBe("target-ambiguous");
  });

  it.each([`${ARN}/index/ByDate`, `${ARN}/backup/1`, `${ARN}*`, `${ARN}/x/stream/1`, `${ARN}/stream/`])(
    "is refused with something of a table: %s",
    (arn) => {
      expect(refusal("GetItem", { TableName: arn })).toBe("body-malformed");
      expect(refusal("ListTagsOfResource", { ResourceArn: arn })).toBe("body-malformed");
    },
  );

  it("is refused with a stream where a table belongs", () => {
    expect(refusal("GetItem", { TableName: `${ARN}/stream/1` })).toBe("body-malformed");
  });

  it("is refused by name where the API takes an ARN", () => {
    expect(refusal("TagResource", { ResourceArn: "Orders" })).toBe("target-ambiguous");
  });

  it("says so where the configuration lacks the account", () => {
    expect(refusal("GetItem", { TableName: "Orders" }, { account: undefined })).toBe("internal");
  });
});

describe("what an operation touches", () => {
  const ofTable = Object.entries(DYNAMODB_TABLE).filter(([, { naming }]) => naming.startsWith("table"));

  it.each(ofTable.map(([name]) => name))("%s touches the table that it names", (name) => {
    expect(asks(name, { TableName: "Orders" })).toMatchObject([
      { action: `dynamodb:${name}`, resource: ARN },
    ]);
  });

  it.each(["Query", "Scan", "DescribeContributorInsights", "UpdateContributorInsights"])(
    "%s touches the index that it names, which is within its table",
    (name) => {
      expect(asks(name, { TableName: "Orders", IndexName: "ByDate" })).toMatchObject([
        { action: `dynamodb:${name}`, resource: `${ARN}/index/ByDate`, within: [ARN] },
      ]);
    },
  );

  it.each(["GetItem", "PutItem", "UpdateItem", "DeleteItem", "DeleteTable", "DescribeTable"])(
    "%s touches its table even where an index is named, which AWS does not look at",
    (name) => {
      expect(asks(name, { TableName: "Secret", IndexName: "ByDate" })).toMatchObject([{ resource: SECRET }]);
    },
  );

  it.each(["", "a/b", "x*", 7, null])("an index cannot be named %j", (IndexName) => {
    expect(refusal("Query", { TableName: "Orders", IndexName })).toBe("body-malformed");
  });

  it("BatchGetItem touches every table", () => {
    const RequestItems = { Orders: { Keys: [] }, Secret: { Keys: [] } };
    expect(asks("BatchGetItem", { RequestItems })).toMatchObject([
      { action: "dynamodb:BatchGetItem", resource: ARN, covers: ["dynamodb:GetItem"] },
      { action: "dynamodb:BatchGetItem", resource: SECRET, covers: ["dynamodb:GetItem"] },
    ]);
  });

  it("S4.3 BatchWriteItem covers what its entries do to each table", () => {
    const put = { PutRequest: { Item: {} } };
    const remove = { DeleteRequest: { Key: {} } };
    const action = "dynamodb:BatchWriteItem";
    const RequestItems = { Orders: [put, put], Secret: [put, remove] };
    expect(asks("BatchWriteItem", { RequestItems })).toMatchObject([
      { action, resource: ARN, covers: ["dynamodb:PutItem"] },
      { action, resource: SECRET, covers: ["dynamodb:PutItem"] },
      { action, resource: SECRET, covers: ["dynamodb:DeleteItem"] },
    ]);
  });

  it.each([
    ["no tables", {}],
    ["a table with nothing to write", { Orders: [] }],
    ["an unknown entry", { Orders: [{ UpdateRequest: {} }] }],
    ["an entry of two kinds", { Orders: [{ PutRequest: {}, DeleteRequest: {} }] }],
    ["an entry of none", { Orders: [{}] }],
    ["an entry that every object has", { Orders: [{ constructor: {} }] }],
    ["entries that are no list", { Orders: { PutRequest: {} } }],
    ["a table that cannot be named so", { "Orders/x": [{ PutRequest: {} }] }],
  ])("BatchWriteItem is refused with %s", (_name, RequestItems) => {
    expect(refusal("BatchWriteItem", { RequestItems })).toBe("body-malformed");
  });

  it("TransactWriteItems is each of its item actions, once a table", () => {
    const TransactItems = [
      { Put: { TableName: "Orders" } },
      { Put: { TableName: ARN } },
      { Update: { TableName: "Orders" } },
      { Delete: { TableName: "Secret" } },
      { ConditionCheck: { TableName: "Secret" } },
    ];
    expect(asks("TransactWriteItems", { TransactItems })).toMatchObject([
      { action: "dynamodb:PutItem", resource: ARN },
      { action: "dynamodb:UpdateItem", resource: ARN },
      { action: "dynamodb:DeleteItem", resource: SECRET },
      { action: "dynamodb:ConditionCheckItem", resource: SECRET },
    ]);
  });

  it("TransactGetItems reads items, and so is GetItem", () => {
    const TransactItems = [{ Get: { TableName: "Orders" } }];
    expect(asks("TransactGetItems", { TransactItems })).toMatchObject([
      { action: "dynamodb:GetItem", resource: ARN },
    ]);
  });

  it.each([
    ["TransactGetItems", "a write", [{ Put: { TableName: "Orders" } }]],
    ["TransactWriteItems", "a read", [{ Get: { TableName: "Orders" } }]],
    [
      "TransactWriteItems",
      "two actions in one entry",
      [{ Put: { TableName: "Orders" }, Delete: { TableName: "Secret" } }],
    ],
    ["TransactWriteItems", "an unknown action", [{ Truncate: { TableName: "Orders" } }]],
    ["TransactWriteItems", "an entry without a table", [{ Put: {} }]],
    ["TransactWriteItems", "an entry that is no object", [{ Put: "Orders" }]],
    ["TransactWriteItems", "no entries", []],
    ["TransactWriteItems", "entries that are no list", { Put: { TableName: "Orders" } }],
  ])("%s is refused with %s", (name, _what, TransactItems) => {
    expect(refusal(name, { TransactItems })).toBe("body-malformed");
  });

  it.each([
    ["ListTables", {}, "arn:aws:dynamodb:us-east-1:123456789012:table/*"],
    ["DescribeLimits", {}, "*"],
    [
      "DescribeGlobalTable",
      { GlobalTableName: "Orders" },
      "arn:aws:dynamodb::123456789012:global-table/Orders",
    ],
    ["PutResourcePolicy", { ResourceArn: ARN, Policy: "{}" }, ARN],
  ])("%s of %o touches %s", (name, input, resource) => {
    expect(asks(name, input)).toEqual([{ action: `dynamodb:${name}`, resource }]);
  });

  it("CreateTable with tags and a policy needs the leave for those too", () => {
    const input = { TableName: "Orders", KeySchema: [], Tags: [], ResourcePolicy: "{}" };
    expect(asks("CreateTable", input).map(({ action }) => action)).toEqual([
      "dynamodb:CreateTable",
      "dynamodb:TagResource",
      "dynamodb:PutResourcePolicy",
    ]);
  });

  it.each([
    ["CreateTable", { GlobalTableSourceArn: "arn:aws:dynamodb:eu-west-1:999999999999:table/Orders" }],
    [
      "CreateTable",
      { SSESpecification: { Enabled: true, KMSMasterKeyId: "arn:aws:kms:us-east-1:999999999999:key/x" } },
    ],
    ["UpdateTable", { ReplicaUpdates: [{ Create: { RegionName: "eu-west-1" } }] }],
    ["UpdateTable", { SomethingNew: {} }],
  ])("%s that reaches further is refused: %o", (name, input) => {
    expect(refusal(name, { TableName: "Orders", ...input })).toBe("operation-unknown");
  });

  it("S4.3 lets denies on items cover what does the same to them", () => {
    expect(["Query", "Scan", "DeleteTable", "UpdateTimeToLive"].map(coversOf)).toEqual([
      ["dynamodb:GetItem"],
      ["dynamodb:GetItem"],
      ["dynamodb:DeleteItem"],
      ["dynamodb:DeleteItem"],
    ]);
  });
});

it("sends streams to a host of their own at AWS, and where an endpoint is named to that", () => {
  const head = aHead("POST /", { ...TYPE, "x-amz-target": "DynamoDBStreams_20120810.ListStreams" });
  const prefixAt = (changes: Partial<Upstream>) =>
    readWhole(dynamodb, { ...upstream, ...changes }, head, "{}").hostPrefix;
  expect([prefixAt({}), prefixAt({ isRegional: false })]).toEqual(["streams.", undefined]);
  expect(read("ListTables", {}).hostPrefix).toBeUndefined();
});
