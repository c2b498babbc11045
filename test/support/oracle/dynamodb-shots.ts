import * as fc from "fast-check";
import type { Asked } from "./s3-shots.ts";

const latin1 = (text: string): string => Buffer.from(text, "utf8").toString("latin1");
const words = (text: string): readonly string[] => text.trim().split(/\s+/);
const oneOf = (text: string): fc.Arbitrary<string> => fc.constantFrom(...words(text));

const ACCOUNT = "123456789012";
const TABLES = `arn:aws:dynamodb:us-east-1:${ACCOUNT}:table/`;

const tableName = fc.oneof(
  { weight: 24, arbitrary: oneOf("Orders Orders Secret orders Audit.log a-b") },
  { weight: 4, arbitrary: oneOf("Orders Secret").map((name) => `${TABLES}${name}`) },
  {
    weight: 1,
    arbitrary: oneOf(`ab Orders/index/byStatus Ord%65rs Örders Orders* * ../Orders ${TABLES} ${TABLES}*
      ${TABLES}Orders/index/byStatus ${TABLES}Orders/stream/2026-01-01T00:00:00.000
      arn:aws:dynamodb:eu-west-1:${ACCOUNT}:table/Orders arn:aws:dynamodb:us-east-1:999999999999:table/Orders
      arn:aws-cn:dynamodb:us-east-1:${ACCOUNT}:table/Orders arn:aws:s3:::reports ARN:aws:dynamodb:us-east-1:${ACCOUNT}:table/Orders
      arn:aws:dynamodb:us-east-1:${ACCOUNT}:table/Orders:x arn:aws:dynamodb:us-east-1:${ACCOUNT}:global-table/Orders`),
  },
  { weight: 1, arbitrary: fc.constantFrom("", " Orders", "Orders\u0000", "Orders\n", "x".repeat(256)) },
);
const index = oneOf("byStatus byDate x Bad/Index Orders/index");
const stream =
  oneOf(`${TABLES}Orders/stream/2026-01-01T00:00:00.000 ${TABLES}Secret/stream/2026-01-01T00:00:00.000
  ${TABLES}Orders arn:aws:dynamodb:eu-west-1:${ACCOUNT}:table/Orders/stream/2026-01-01T00:00:00.000`);
const iterator = oneOf(`${TABLES}Orders/stream/2026-01-01T00:00:00.000|1|AAAA
  ${TABLES}Secret/stream/2026-01-01T00:00:00.000|1|AAAA AAAA 000000000001|x`);
const backup = oneOf(`${TABLES}Orders/backup/01234567890123-abcdef12 ${TABLES}Orders/backup/../../Secret`);
const exported = oneOf(`${TABLES}Orders/export/01234567890123-abcdef12 ${TABLES}Orders`);
const imported = oneOf(`${TABLES}Orders/import/01234567890123-abcdef12`);
const bucket = oneOf("reports audit");

const scalar = fc.oneof(fc.record({ S: oneOf("acme globex") }), fc.record({ N: oneOf("1 2") }));
const item = fc.record(
  { customerId: scalar, orderId: scalar, total: scalar },
  { requiredKeys: ["customerId"] },
);

/** A quoted name of PartiQL, and what is none. */
const place = fc.oneof(
  {
    weight: 8,
    arbitrary: oneOf('"Orders" "Orders"."byStatus" Orders "Secret" orders "Audit.log" "Secret"."byStatus"'),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '"Ord""ers"',
      '"Orders" ."byStatus"',
      "'Orders'",
      `"${TABLES}Orders"`,
      '"Orders", "Secret"',
      '"Orders" AS o',
      '"Orders" o',
      '(SELECT * FROM "Secret")',
      '"Orders"."a"."b"',
      "?",
      "[1]",
      '"Orders" JOIN "Secret"',
      '"Orders"."byStatus"[0]',
    ),
  },
);
const where = fc.oneof(
  fc.constantFrom(
    `"customerId" = 'acme'`,
    "customerId = ?",
    `customerId IN ['a', 'b''c'] AND orderId > '1'`,
    `total BETWEEN 1 AND 2.5e3 OR NOT attribute_exists(x)`,
    `begins_with("orderId", '2026') AND size(a.b[0]) > 1`,
    `customerId = '-- no comment'`,
    `customerId = 'x' -- comment`,
    `customerId = 'x' /* FROM "Secret" */`,
    `customerId = (SELECT a FROM "Secret")`,
    `EXISTS(SELECT * FROM "Secret" WHERE a = 1)`,
    `customerId = 'x'; DELETE FROM "Secret" WHERE a = 1`,
    `customerId = 'unterminated`,
    `x = "y"`,
    `a = << 'x' >> AND b = {'k': [1, true, NULL]}`,
  ),
);
const selecting = fc.constantFrom(
  "*",
  "total",
  '"total", a.b[0]',
  "COUNT(*)",
  "customerId, (SELECT 1)",
  `'FROM "Secret"'`,
);
const keyword = (word: string): fc.Arbitrary<string> =>
  fc.constantFrom(word, word, word.toLowerCase(), `${word[0]}${word.slice(1).toLowerCase()}`);
const statement: fc.Arbitrary<string> = fc.oneof(
  fc
    .tuple(keyword("SELECT"), selecting, keyword("FROM"), place, fc.option(where, { nil: "" }))
    .map(
      ([select, what, from, where_, cond]) =>
        `${select} ${what} ${from} ${where_}${cond === "" ? "" : ` WHERE ${cond}`}`,
    ),
  fc
    .tuple(keyword("INSERT"), place, fc.constantFrom("VALUE", "value", "VALUES"))
    .map(
      ([insert, where_, value]) =>
        `${insert} INTO ${where_} ${value} {'customerId': 'x', 'orderId': ?, 'FROM "Secret"': <<1>>}`,
    ),
  fc
    .tuple(keyword("UPDATE"), place, where)
    .map(([update, where_, cond]) => `${update} ${where_} SET total = 1 REMOVE x WHERE ${cond}`),
  fc
    .tuple(keyword("DELETE"), place, where)
    .map(([remove, where_, cond]) => `${remove} FROM ${where_} WHERE ${cond} RETURNING ALL OLD *`),
  fc.tuple(place, where).map(([where_, cond]) => `EXISTS(SELECT * FROM ${where_} WHERE ${cond})`),
  fc.constantFrom(
    "",
    ";",
    "DROP TABLE Orders",
    "SELECT",
    "/* x */ SELECT * FROM Orders",
    "SELECT * FROM\u00a0Orders",
    'select*from"Orders"',
    'SELECT * FROM "Orders" ORDER BY a',
  ),
);

const put = fc.record({ TableName: tableName, Item: item });
const keyed = fc.record({ TableName: tableName, Key: item });
const change = fc.record({
  TableName: tableName,
  Key: item,
  UpdateExpression: fc.constantFrom("SET total = :v", "REMOVE x"),
});
const many = fc.record(
  {
    TableName: tableName,
    IndexName: index,
    KeyConditionExpression: fc.constant("customerId = :c"),
    Select: oneOf("COUNT ALL_ATTRIBUTES"),
  },
  { requiredKeys: ["TableName"] },
);
const onTable = fc.record({ TableName: tableName });
const onIndex = fc.record({ TableName: tableName, IndexName: index }, { requiredKeys: ["TableName"] });
const onArn = fc.record({ ResourceArn: fc.oneof(tableName, stream) });
const onGlobal = fc.record({ GlobalTableName: tableName });
const nothing = fc.constant({});
const throughput = { ProvisionedThroughput: fc.constant({ ReadCapacityUnits: 1, WriteCapacityUnits: 1 }) };
const dictionary = (value: fc.Arbitrary<unknown>) =>
  fc.dictionary(tableName, value, { minKeys: 1, maxKeys: 3 });
const few = <T>(value: fc.Arbitrary<T>) => fc.array(value, { minLength: 1, maxLength: 3 });
const transacted = <T>(kind: string, value: fc.Arbitrary<T>) => value.map((one) => ({ [kind]: one }));
const restored = { TargetTableName: tableName };
const createTable = fc.record(
  {
    TableName: tableName,
    KeySchema: fc.constant([{ AttributeName: "a", KeyType: "HASH" }]),
    AttributeDefinitions: fc.constant([{ AttributeName: "a", AttributeType: "S" }]),
    BillingMode: fc.constant("PAY_PER_REQUEST"),
    Tags: fc.constant([{ Key: "a", Value: "b" }]),
    ResourcePolicy: fc.constant("{}"),
    SSESpecification: fc.constantFrom({ Enabled: true }, { Enabled: true, KMSMasterKeyId: "alias/x" }),
    StreamSpecification: fc.constant({ StreamEnabled: true, StreamViewType: "NEW_IMAGE" }),
    GlobalTableSourceArn: fc.constant(`${TABLES}Secret`),
  },
  { requiredKeys: ["TableName"] },
);

/** Operation → an input of it (API references of DynamoDB and DynamoDB Streams). */
const INPUTS: Readonly<Record<string, fc.Arbitrary<object>>> = {
  GetItem: keyed,
  PutItem: put,
  UpdateItem: change,
  DeleteItem: keyed,
  Query: many,
  Scan: many,
  SearchVectors: fc.record({ TableName: tableName, IndexName: index }),
  BatchGetItem: dictionary(fc.record({ Keys: few(item) })).map((RequestItems) => ({ RequestItems })),
  BatchWriteItem: dictionary(
    few(
      fc.oneof(
        item.map((Item) => ({ PutRequest: { Item } })),
        item.map((Key) => ({ DeleteRequest: { Key } })),
      ),
    ),
  ).map((RequestItems) => ({ RequestItems })),
  TransactGetItems: few(transacted("Get", keyed)).map((TransactItems) => ({ TransactItems })),
  TransactWriteItems: few(
    fc.oneof(
      transacted("Put", put),
      transacted("Update", change),
      transacted("Delete", keyed),
      transacted("ConditionCheck", keyed),
    ),
  ).map((TransactItems) => ({ TransactItems })),
  ExecuteStatement: fc.record(
    { Statement: statement, Limit: fc.constant(1) },
    { requiredKeys: ["Statement"] },
  ),
  BatchExecuteStatement: few(fc.record({ Statement: statement })).map((Statements) => ({ Statements })),
  ExecuteTransaction: few(fc.record({ Statement: statement })).map((TransactStatements) => ({
    TransactStatements,
  })),
  CreateTable: createTable,
  UpdateTable: fc.record(
    {
      TableName: tableName,
      ...throughput,
      ReplicaUpdates: fc.constant([{ Create: { RegionName: "eu-west-1" } }]),
      SSESpecification: fc.constant({ Enabled: true }),
      DeletionProtectionEnabled: fc.boolean(),
    },
    { requiredKeys: ["TableName"] },
  ),
  DeleteTable: onTable,
  DescribeTable: onTable,
  ListTables: nothing,
  DescribeTimeToLive: onTable,
  UpdateTimeToLive: fc.record({
    TableName: tableName,
    TimeToLiveSpecification: fc.constant({ AttributeName: "t", Enabled: true }),
  }),
  DescribeContinuousBackups: onTable,
  UpdateContinuousBackups: onTable,
  DescribeContributorInsights: onIndex,
  UpdateContributorInsights: onIndex,
  ListContributorInsights: onTable,
  DescribeKinesisStreamingDestination: onTable,
  EnableKinesisStreamingDestination: fc.record({
    TableName: tableName,
    StreamArn: fc.constant(`arn:aws:kinesis:us-east-1:${ACCOUNT}:stream/s`),
  }),
  DisableKinesisStreamingDestination: fc.record({
    TableName: tableName,
    StreamArn: fc.constant(`arn:aws:kinesis:us-east-1:${ACCOUNT}:stream/s`),
  }),
  UpdateKinesisStreamingDestination: fc.record({
    TableName: tableName,
    StreamArn: fc.constant(`arn:aws:kinesis:us-east-1:${ACCOUNT}:stream/s`),
  }),
  DescribeTableReplicaAutoScaling: onTable,
  UpdateTableReplicaAutoScaling: onTable,
  ListTagsOfResource: onArn,
  TagResource: onArn,
  UntagResource: onArn,
  GetResourcePolicy: onArn,
  PutResourcePolicy: onArn,
  DeleteResourcePolicy: onArn,
  CreateGlobalTable: onGlobal,
  UpdateGlobalTable: onGlobal,
  UpdateGlobalTableSettings: onGlobal,
  DescribeGlobalTable: onGlobal,
  DescribeGlobalTableSettings: onGlobal,
  ListGlobalTables: nothing,
  DescribeLimits: nothing,
  DescribeEndpoints: nothing,
  CreateBackup: fc.record({ TableName: tableName, BackupName: fc.constant("b") }),
  DescribeBackup: fc.record({ BackupArn: backup }),
  DeleteBackup: fc.record({ BackupArn: backup }),
  ListBackups: fc.record({ TableName: tableName }, { requiredKeys: [] }),
  RestoreTableFromBackup: fc.record({ ...restored, BackupArn: backup }),
  RestoreTableToPointInTime: fc.record(
    { ...restored, SourceTableName: tableName, SourceTableArn: tableName },
    { requiredKeys: ["TargetTableName"] },
  ),
  ExportTableToPointInTime: fc.record(
    {
      TableArn: tableName,
      S3Bucket: bucket,
      S3Prefix: fc.constantFrom("x", "a/../b"),
      S3BucketOwner: fc.constant(ACCOUNT),
      S3SseKmsKeyId: fc.constant("k"),
    },
    { requiredKeys: ["TableArn", "S3Bucket"] },
  ),
  DescribeExport: fc.record({ ExportArn: exported }),
  ListExports: fc.record({ TableArn: tableName }, { requiredKeys: [] }),
  ImportTable: fc.record({
    S3BucketSource: fc.record({ S3Bucket: bucket, S3KeyPrefix: fc.constant("x") }),
    InputFormat: fc.constant("CSV"),
    TableCreationParameters: createTable,
  }),
  DescribeImport: fc.record({ ImportArn: imported }),
  ListImports: fc.record({ TableArn: tableName }, { requiredKeys: [] }),
  Nonsense: onTable,
};
const STREAM_INPUTS: Readonly<Record<string, fc.Arbitrary<object>>> = {
  ListStreams: fc.record({ TableName: tableName }, { requiredKeys: [] }),
  DescribeStream: fc.record({ StreamArn: stream }),
  GetShardIterator: fc.record({
    StreamArn: stream,
    ShardId: fc.constant("shardId-1"),
    ShardIteratorType: fc.constant("LATEST"),
  }),
  GetRecords: fc.record({ ShardIterator: iterator }),
};
/** An input of each operation of either API, by its target. */
export const DYNAMODB_INPUTS: ReadonlyMap<string, fc.Arbitrary<object>> = new Map([
  ...Object.entries(INPUTS).map(([name, input]) => [`DynamoDB_20120810.${name}`, input] as const),
  ...Object.entries(STREAM_INPUTS).map(
    ([name, input]) => [`DynamoDBStreams_20120810.${name}`, input] as const,
  ),
]);

const COMMON = words(
  "GetItem PutItem Query Scan BatchGetItem BatchWriteItem TransactWriteItems ExecuteStatement BatchExecuteStatement ExecuteTransaction",
);

interface Call {
  readonly target: string;
  readonly input: object;
}
const callOf = (prefix: string, inputs: typeof INPUTS, names: readonly string[]): fc.Arbitrary<Call> =>
  fc
    .constantFrom(...names)
    .chain((name) => (inputs[name] ?? nothing).map((input) => ({ target: `${prefix}${name}`, input })));

const call = fc.oneof(
  { weight: 4, arbitrary: callOf("DynamoDB_20120810.", INPUTS, Object.keys(INPUTS)) },
  { weight: 4, arbitrary: callOf("DynamoDB_20120810.", INPUTS, COMMON) },
  { weight: 1, arbitrary: callOf("DynamoDBStreams_20120810.", STREAM_INPUTS, Object.keys(STREAM_INPUTS)) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        oneOf(
          "DynamoDB_20111205. DynamoDBStreams_20120810. DynamoDB_20120810 dynamodb_20120810. DynamoDB_20120810.. . DynamoDB_20120810.x.",
        ),
        callOf("", INPUTS, COMMON),
      )
      .map(([prefix, { target, input }]) => ({ target: `${prefix}${target}`, input })),
  },
);

/** How a body is spelled: as it should be, or so that readers may differ. */
const spelling: fc.Arbitrary<(json: string) => string> = fc.oneof(
  { weight: 30, arbitrary: fc.constant((json: string) => json) },
  {
    weight: 6,
    arbitrary: fc.constantFrom<((json: string) => string)[]>(
      (json) => json.replace("{", '{"TableName":"Secret",'),
      (json) => json.replace(/\}$/, ',"TableName":"Secret"}'),
      (json) => json.replace(/\}$/, ',"\\u0054ableName":"Secret"}'),
      (json) => json.replace('"TableName"', '"\\u0054ableName"'),
      (json) => json.replace('"TableName"', '"tableName"'),
      (json) => json.replace('"TableName"', '"TABLENAME"'),
      (json) =>
        json.replace('"RequestItems":{', '"RequestItems":{"Secret":{"Keys":[{"customerId":{"S":"x"}}]},'),
      (json) => json.replace('"Statement":', '"Statement":"SELECT * FROM Secret","Statement":'),
      (json) => json.replace("{", '{"__proto__":{"TableName":"Secret"},'),
      (json) => json.replace("{", '{"constructor":1,'),
      (json) => json.replace("{", `{"deep":${"[".repeat(100)}${"]".repeat(100)},`),
      (json) => json.replace("{", '{"n":1e400,'),
      (json) => json.replace("{", '{"n":"\\ud800",'),
      (json) => `\u00ef\u00bb\u00bf${json}`,
      (json) => ` \t\r\n${json}\r\n `,
      (json) => `${json}{}`,
      (json) => `${json}\u0000`,
      (json) => `[${json}]`,
      (json) => json.replaceAll('"', "'"),
      (json) => json.replace(/\}$/, ",}"),
      (json) => `/*x*/${json}`,
      (json) => json.slice(0, -1),
      (json) => Buffer.from(json, "utf16le").toString("latin1"),
      (json) => json.replaceAll("Orders", "\u00c0\u00afOrders"),
      (json) => json.replaceAll("Orders", "Or\u0000ders"),
      (json) => json.replaceAll("Orders", "\\u004frders"),
      () => "",
      () => "null",
    ),
  },
);

type Header = readonly [name: string, value: string];
const JSON_TYPE: readonly Header[] = [["Content-Type", "application/x-amz-json-1.0"]];
const typed: fc.Arbitrary<readonly Header[]> = fc.oneof(
  { weight: 14, arbitrary: fc.constant(JSON_TYPE) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<(readonly Header[])[]>(
      [],
      [["Content-Type", "application/x-amz-json-1.1"]],
      [["Content-Type", "application/json"]],
      [["Content-Type", "application/x-amz-cbor-1.1"]],
      [["Content-Type", "APPLICATION/X-AMZ-JSON-1.0; charset=utf-8"]],
      [["Content-Type", "application/x-amz-json-1.0; charset=utf-16"]],
      [...JSON_TYPE, ...JSON_TYPE],
      [...JSON_TYPE, ["Content-Encoding", "gzip"]],
      [...JSON_TYPE, ["Content-Encoding", "aws-chunked"], ["x-amz-decoded-content-length", "2"]],
      [...JSON_TYPE, ["x-amz-content-sha256", "UNSIGNED-PAYLOAD"]],
      [...JSON_TYPE, ["x-amz-foo", "x"]],
      [...JSON_TYPE, ["x_amz_target", "DynamoDB_20120810.DeleteTable"]],
      [...JSON_TYPE, ["Expect", "100-continue"]],
      [...JSON_TYPE, ["X-HTTP-Method-Override", "GET"]],
      [...JSON_TYPE, ["smithy-protocol", "rpc-v2-cbor"]],
      [...JSON_TYPE, ["x-amz-account-id", ACCOUNT]],
    ),
  },
);
const targeted = (target: string): fc.Arbitrary<readonly Header[]> =>
  fc.oneof(
    { weight: 16, arbitrary: fc.constant<readonly Header[]>([["X-Amz-Target", target]]) },
    {
      weight: 1,
      arbitrary: fc.constantFrom<(readonly Header[])[]>(
        [],
        [["x-amz-target", ` ${target} `]],
        [
          ["X-Amz-Target", target],
          ["X-Amz-Target", "DynamoDB_20120810.DeleteTable"],
        ],
        [["X-Amz-Target", `${target},DynamoDB_20120810.DeleteTable`]],
        [["X-Amz-Target", `${target}\u0000`]],
        [["X-Amz-Target", target.toLowerCase()]],
        [
          ["X-Amz-Target", target],
          ["X-Amz-Target ", "DynamoDB_20120810.DeleteTable"],
        ],
      ),
    },
  );
const path = fc.oneof(
  { weight: 20, arbitrary: fc.constant("/") },
  oneOf(
    "/? /?Action=DeleteTable /Orders // /. /%2F /?x-amz-target=DynamoDB_20120810.DeleteTable /service/DynamoDB/operation/GetItem",
  ),
);
const method = fc.oneof({ weight: 30, arbitrary: fc.constant("POST") }, oneOf("GET PUT post PATCH"));

/** A request to DynamoDB: what is asked, spelled honestly or not. */
export const dynamodbAsked: fc.Arbitrary<Asked> = call.chain(({ target, input }) =>
  fc.record({ path, method, typed, targeted: targeted(target), spelling }).map((drawn) => ({
    method: drawn.method,
    target: drawn.path,
    headers: [...drawn.targeted, ...drawn.typed],
    body: drawn.spelling(latin1(JSON.stringify(input))),
  })),
);
