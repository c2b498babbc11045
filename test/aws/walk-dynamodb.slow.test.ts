import { Readable } from "node:stream";
import * as dynamodbSdk from "@aws-sdk/client-dynamodb";
import * as streamsSdk from "@aws-sdk/client-dynamodb-streams";
import { describe, expect, it } from "vitest";
import { askedOfDynamoDb, countedByDynamoDb } from "../../src/aws/dynamodb/asked.ts";
import { dynamodb } from "../../src/aws/dynamodb/dynamodb.ts";
import { NOT_TAKEN } from "../../src/aws/dynamodb/not-taken.ts";
import { DYNAMODB_TABLE } from "../../src/aws/dynamodb/table.ts";
import { readHeaders } from "../../src/domain/head.ts";
import type { Operation } from "../../src/domain/operation.ts";
import { Refusal } from "../../src/domain/refusal.ts";
import { anUpstream, readWhole } from "../support/asking.ts";

const ORDERS = "arn:aws:dynamodb:us-east-1:123456789012:table/Orders";
const COPY = "arn:aws:dynamodb:us-east-1:123456789012:table/Copy";
const RESOURCES: Readonly<Record<string, string>> = {
  table: ORDERS,
  target: COPY,
  index: `${ORDERS}/index/byStatus`,
  backup: `${ORDERS}/backup/01489173575360-b308cd7d`,
  export: `${ORDERS}/export/01695097218000-d6299cf6`,
  import: `${ORDERS}/import/01658528578619-c4d4e311`,
  stream: `${ORDERS}/stream/2026-05-20T20:51:10.252`,
  global: "arn:aws:dynamodb::123456789012:global-table/Orders",
  all: "arn:aws:dynamodb:us-east-1:123456789012:table/*",
  "-": "*",
};

/**
 * Operation: the IAM actions that it needs, each with its resource (Service Authorization Reference, Amazon DynamoDB,
 * September 2026, operations and actions; developer guide, backuprestore_IAM, ql-iam, VectorSearch.Security). Nothing here
 * is taken from the table.
 */
const ACTIONS = `
BatchExecuteStatement: PartiQLSelect table
BatchGetItem: BatchGetItem table
BatchWriteItem: BatchWriteItem table
CreateBackup: CreateBackup table
CreateTable: CreateTable table
DeleteBackup: DeleteBackup backup
DeleteItem: DeleteItem table
DeleteResourcePolicy: DeleteResourcePolicy table
DeleteTable: DeleteTable table
DescribeBackup: DescribeBackup backup
DescribeContinuousBackups: DescribeContinuousBackups table
DescribeContributorInsights: DescribeContributorInsights table
DescribeEndpoints: DescribeEndpoints -
DescribeExport: DescribeExport export
DescribeGlobalTable: DescribeGlobalTable global
DescribeGlobalTableSettings: DescribeGlobalTableSettings global
DescribeImport: DescribeImport import
DescribeKinesisStreamingDestination: DescribeKinesisStreamingDestination table
DescribeLimits: DescribeLimits -
DescribeStream: DescribeStream stream
DescribeTable: DescribeTable table
DescribeTableReplicaAutoScaling: DescribeTableReplicaAutoScaling table
DescribeTimeToLive: DescribeTimeToLive table
DisableKinesisStreamingDestination: DisableKinesisStreamingDestination table
ExecuteStatement: PartiQLSelect table
ExecuteTransaction: PartiQLSelect table
GetItem: GetItem table
GetRecords: GetRecords stream
GetResourcePolicy: GetResourcePolicy table
GetShardIterator: GetShardIterator stream
ListBackups: ListBackups -
ListContributorInsights: ListContributorInsights -
ListExports: ListExports all
ListGlobalTables: ListGlobalTables -
ListImports: ListImports all
ListStreams: ListStreams -
ListTables: ListTables all
ListTagsOfResource: ListTagsOfResource table
PutItem: PutItem table
PutResourcePolicy: PutResourcePolicy table
Query: Query table
RestoreTableFromBackup: RestoreTableFromBackup backup + RestoreTableFromBackup target + BatchWriteItem target + DeleteItem target + GetItem target + PutItem target + Query target + Scan target + UpdateItem target
RestoreTableToPointInTime: RestoreTableToPointInTime table + BatchWriteItem target + DeleteItem target + GetItem target + PutItem target + Query target + Scan target + UpdateItem target
Scan: Scan table
SearchVectors: SearchVectors index
TagResource: TagResource table
TransactGetItems: GetItem table
TransactWriteItems: PutItem table + ConditionCheckItem table
UntagResource: UntagResource table
UpdateContinuousBackups: UpdateContinuousBackups table
UpdateContributorInsights: UpdateContributorInsights table
UpdateItem: UpdateItem table
UpdateKinesisStreamingDestination: UpdateKinesisStreamingDestination table
UpdateTable: UpdateTable table
UpdateTimeToLive: UpdateTimeToLive table
`;

const EXPECTED = new Map(
  ACTIONS.trim()
    .split("\n")
    .map((line) => {
      const [name = "", needs = ""] = line.split(": ");
      const pairs = needs.split(" + ").map((need) => need.split(" "));
      return [name, pairs.map(([action, kind = ""]) => [`dynamodb:${action}`, RESOURCES[kind]])] as const;
    }),
);

type Client = "dynamodb" | "streams";

/** What is known of the client's runtime schemas (Smithy): structures and lists say what they hold. */
type Schema = readonly unknown[];
interface Command {
  readonly schema: Schema;
}
type CommandClass = new (input: object) => Command;

/** What a member of a name holds; of others it is what fits their kind. */
const NAMED: Readonly<Record<string, unknown>> = {
  TableName: "Orders",
  IndexName: "byStatus",
  TargetTableName: "Copy",
  GlobalTableName: "Orders",
  ResourceArn: ORDERS,
  TableArn: ORDERS,
  BackupArn: RESOURCES["backup"],
  ExportArn: RESOURCES["export"],
  ImportArn: RESOURCES["import"],
  StreamArn: RESOURCES["stream"],
  ShardIterator: `${RESOURCES["stream"]}|1|AAAAAAAAAAEvJp6D+zaQ`,
  Statement: 'SELECT * FROM "Orders" WHERE customer = ?',
};

const Key = { customer: { S: "a" } };

/** What is needed besides the members that the schema demands. */
const BESIDES: Readonly<Record<string, object>> = {
  BatchWriteItem: { RequestItems: { Orders: [{ PutRequest: { Item: Key } }] } },
  TransactWriteItems: {
    TransactItems: [
      { Put: { TableName: "Orders", Item: Key } },
      { ConditionCheck: { TableName: "Orders", Key, ConditionExpression: "attribute_exists(a)" } },
    ],
  },
  RestoreTableToPointInTime: { SourceTableName: "Orders" },
};

const STRUCTURE = 3;
const LIST = 1;
const MAP = 2;
const UNION = 4;

/** A value of a schema, with the members that it demands. */
function valueOf(schema: unknown): unknown {
  const told: unknown = typeof schema === "function" ? (schema as () => unknown)() : schema;
  if (!Array.isArray(told)) return simpleOf(Number(told));
  const [kind, , , , names, schemas, demanded = 0] = told as Schema;
  if (kind === LIST) return [valueOf(names)];
  if (kind === MAP) return { Orders: valueOf(schemas) };
  if (kind === UNION) return { S: "a" };
  if (kind !== STRUCTURE) return valueOf(told[0]);
  const members = (names as readonly string[]).slice(0, Number(demanded));
  return Object.fromEntries(
    members.map((name, at) => [name, NAMED[name] ?? valueOf((schemas as Schema)[at])]),
  );
}

/** Of Smithy's simple kinds: texts, numbers, truths and lists of texts. */
function simpleOf(kind: number): unknown {
  return kind >= 64 && kind < 128
    ? ["a"]
    : ({ 1: 1, 2: true, 4: new Date(0), 21: new Uint8Array(1) }[kind] ?? "a");
}

const commands: readonly (readonly [name: string, client: Client, of: CommandClass])[] = [
  ...commandsOf(dynamodbSdk, "dynamodb"),
  ...commandsOf(streamsSdk, "streams"),
];

function commandsOf(sdk: object, client: Client) {
  return Object.entries(sdk)
    .filter(([name]) => /^[A-Z]\w+Command$/.test(name))
    .map(([name, of]) => [name.slice(0, -"Command".length), client, of as CommandClass] as const);
}

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
}

/** Sends a command through its real client, and reads what would go on the wire. */
async function readSent(client: Client, command: Command): Promise<Operation | Refusal> {
  const read: (Operation | Refusal)[] = [];
  const handle = async ({ method, path, headers, body }: Sent) => {
    const head = { method, target: path, headers: readHeaders(Object.entries(headers).flat()) };
    try {
      const operation = readWhole(dynamodb, anUpstream({ service: "dynamodb" }), head, body);
      expect(operation.headers).toContainEqual(["x-amz-target", headers["x-amz-target"]]);
      read.push(operation);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      read.push(error);
    }
    return { response: { statusCode: 200, headers: {}, body: Readable.from([Buffer.from("{}")]) } };
  };
  const credentials = {
    accessKeyId: "AKIDEXAMPLE",
    secretAccessKey: "secret",
    sessionToken: "token",
    accountId: "123456789012",
  };
  const settings = {
    region: "us-east-1",
    endpoint: "http://127.0.0.1:1",
    credentials,
    maxAttempts: 1,
    requestHandler: { handle } as never,
  };
  const { DynamoDBClient } = dynamodbSdk;
  const { DynamoDBStreamsClient } = streamsSdk;
  await (client === "streams"
    ? new DynamoDBStreamsClient(settings).send(command as never)
    : new DynamoDBClient({ ...settings, accountIdEndpointMode: "required" }).send(command as never));
  const [first, ...more] = read;
  if (first === undefined || more.length > 0) throw new Error("not one request was sent");
  return first;
}

const inputOf = (name: string, of: CommandClass) =>
  Object.assign(valueOf(new of({}).schema[4]) as object, BESIDES[name]);

const counted = new Set(countedByDynamoDb().map((pair) => pair.join(" ")));
const asked = askedOfDynamoDb(anUpstream({ service: "dynamodb" }));

/** What an operation needs, and counts as, that the lists of what is known do not tell. */
const unforeseen = ({ requirements }: Operation) =>
  requirements.flatMap(({ action, resource, covers = [] }) => [
    ...covers.map((covered) => `${action} ${covered}`).filter((pair) => !counted.has(pair)),
    ...(asked.some((one) => one.action === action && resource.startsWith(one.resource.prefix))
      ? []
      : [action]),
  ]);

describe("every command of the DynamoDB clients", () => {
  it("is either taken or not, and nothing else is", () => {
    const names = commands.map(([name]) => name).toSorted();
    expect([...Object.keys(DYNAMODB_TABLE), ...NOT_TAKEN.keys()].toSorted()).toEqual(names);
    expect([...EXPECTED.keys(), ...NOT_TAKEN.keys()].toSorted()).toEqual(names);
  });

  it.each(commands.filter(([name]) => EXPECTED.has(name)))(
    "%s of %s is read as what it means",
    async (...one) => {
      const [name, client, of] = one;
      const operation = await readSent(client, new of(inputOf(name, of)));
      if (operation instanceof Refusal) throw operation;
      expect(operation.name).toBe(name);
      expect(unforeseen(operation)).toEqual([]);
      expect(operation.requirements.map(({ action, resource }) => [action, resource])).toEqual(
        EXPECTED.get(name),
      );
    },
  );
});

const membersOf = (of: CommandClass) => {
  const input = new of({}).schema[4] as () => Schema;
  return input()[4] as readonly string[];
};

/** What the members of an operation's input are that it does not accept. */
const leftOut = (name: string) => {
  const of = commands.find(([one]) => one === name)?.[2];
  const taken = DYNAMODB_TABLE[name]?.members;
  return of === undefined ? [] : membersOf(of).filter((member) => taken?.has(member) === false);
};

describe("S3.5 what reaches further than can be read", () => {
  it("is left out member by member", () => {
    const some = Object.keys(DYNAMODB_TABLE).map((name) => [name, leftOut(name).toSorted()] as const);
    expect(Object.fromEntries(some.filter(([, members]) => members.length > 0))).toEqual({
      CreateTable: ["GlobalTableSettingsReplicationMode", "GlobalTableSourceArn"],
      UpdateTable: [
        "DisassociationProtectionEnabled",
        "GlobalTableSettingsReplicationMode",
        "GlobalTableWitnessUpdates",
        "MultiRegionConsistency",
        "ReplicaUpdates",
      ],
    });
  });

  it("is named by no member that is taken unread", () => {
    const further = /Arn$|Region|Bucket|Kms|Role|Replica|^S3/;
    const named = commands.flatMap(([name, , of]) =>
      DYNAMODB_TABLE[name]?.members === undefined && !NOT_TAKEN.has(name)
        ? membersOf(of).flatMap((member) => (further.test(member) ? [`${name} ${member}`] : []))
        : [],
    );
    const [parts, others] = [/ (?:Resource|Table|Backup|Export|Import|Stream)Arn$/, named.toSorted()];
    expect(others.filter((one) => !parts.test(one))).toEqual([
      "ListBackups ExclusiveStartBackupArn",
      "ListGlobalTables RegionName",
      "ListStreams ExclusiveStartStreamArn",
    ]);
  });

  it("is a short list, each with its reason", () => {
    expect(Object.fromEntries(NOT_TAKEN)).toEqual({
      ExportTableToPointInTime: expect.stringContaining("S3"),
      ImportTable: expect.stringContaining("S3"),
      StartBulkPutItems: expect.stringContaining("S3"),
      CancelBulkOperation: expect.stringContaining("no action"),
      DescribeBulkOperation: expect.stringContaining("no action"),
      ListBulkOperations: expect.stringContaining("no action"),
      CreateGlobalTable: expect.stringContaining("other regions"),
      UpdateGlobalTable: expect.stringContaining("other regions"),
      UpdateGlobalTableSettings: expect.stringContaining("other regions"),
      UpdateTableReplicaAutoScaling: expect.stringContaining("other regions"),
      EnableKinesisStreamingDestination: expect.stringContaining("Kinesis"),
    });
  });

  it.each(commands.filter(([name]) => NOT_TAKEN.has(name)))("%s of %s is refused", async (...one) => {
    const [name, client, of] = one;
    const refusal = await readSent(client, new of(inputOf(name, of)));
    expect(refusal).toMatchObject({
      code: "operation-unknown",
      detail: `DynamoDB ${name}: ${NOT_TAKEN.get(name)}`,
    });
  });
});
