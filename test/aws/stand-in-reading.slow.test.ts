import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dynamodb } from "../../src/aws/dynamodb/dynamodb.ts";
import { DYNAMODB_TABLE } from "../../src/aws/dynamodb/table.ts";
import type { S3Row } from "../../src/aws/s3/row.ts";
import { s3 } from "../../src/aws/s3/s3.ts";
import { S3_TABLE } from "../../src/aws/s3/table.ts";
import type { TableKeys } from "../../src/aws/service.ts";
import type { Operation } from "../../src/domain/operation.ts";
import { Refusal } from "../../src/domain/refusal.ts";
import { parseDynamoDb } from "../../src/local/guard/dynamodb-request.ts";
import type { Requirement as Theirs } from "../../src/local/guard/requirement.ts";
import { parseS3 } from "../../src/local/guard/s3-request.ts";
import { indexContext } from "../../src/local/iam/context.ts";
import { aHead, anUpstream, readWhole } from "../support/asking.ts";
import { DYNAMODB_INPUTS } from "../support/oracle/dynamodb-shots.ts";

/** The stand-in reads what is sent by code of its own: what it finds must be what was decided on. */

const RUNS = 5000;
/** Of each row of a table. */
const ROW_RUNS = 100;
const ACCOUNT = "123456789012";
const REGION = "us-east-1";

/** What is said of one action on one resource: key → values, or unknown; those of several requirements together. */
type Told = Map<string, Map<string, Set<string> | "unknown">>;
type Said = ReadonlyMap<string, Set<string> | "unknown">;

function tell(told: Told, about: string, key: string, values: readonly string[] | "unknown"): void {
  const keys = told.get(about) ?? new Map<string, Set<string> | "unknown">();
  told.set(about, keys);
  const others = keys.get(key);
  if (values === "unknown" || others === "unknown") keys.set(key, "unknown");
  else keys.set(key, new Set([...(others ?? []), ...values]));
}

function ours({ requirements }: Operation): Told {
  const told: Told = new Map();
  for (const { action, resource, keys } of requirements) {
    const about = `${action} ${resource}`;
    told.set(about, told.get(about) ?? new Map());
    for (const [key, values] of keys ?? []) tell(told, about, key, values);
  }
  return told;
}

function theirs(requirements: readonly Theirs[]): Told {
  const told: Told = new Map();
  for (const { action, resource, context } of requirements) {
    const about = `${action} ${resource}`;
    told.set(about, told.get(about) ?? new Map());
    for (const [key, values] of indexContext(context)) tell(told, about, key, values);
  }
  return told;
}

/** Holds what is known on both sides to be the same, and gives how much that is. */
function same(about: string, mine: Said, found: Said): number {
  const keys = [...new Set([...mine.keys(), ...found.keys()])].filter((key) => isKnown(mine, key));
  expect(keys.map((key) => [about, key, mine.get(key)])).toEqual(
    keys.map((key) => [about, key, found.get(key)]),
  );
  return keys.length;
}

/**
 * What is unknown is set aside: the stand-in follows IAM, to which a scan, say, has no leading keys, so that it passes by
 * every condition on them. Whatever the names of tags, with the one they are all unknown.
 */
function isKnown(mine: Said, key: string): boolean {
  const tags = key.startsWith("s3:requestobjecttag") && mine.get("s3:requestobjecttagkeys") === "unknown";
  return !tags && mine.get(key) !== "unknown";
}

const refused = (run: () => Operation): Operation | undefined => {
  try {
    return run();
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
};

const GRANTS = ["full-control", "read", "read-acp", "write", "write-acp"].map(
  (kind) => `s3:x-amz-grant-${kind}`,
);
const ACLS = ["s3:x-amz-acl", ...GRANTS];
const CUSTOMER = "s3:x-amz-server-side-encryption-customer-algorithm";
const LISTING = ["s3:prefix", "s3:delimiter", "s3:max-keys"];
const RETENTION = [
  "s3:object-lock-event-hold",
  "s3:object-lock-event-hold-duration-days",
  "s3:object-lock-mode",
  "s3:object-lock-retain-until-date",
];

/** Which keys an action has (Service Authorization Reference), in words of its own; the version has a rule below. */
const KEYS_OF: Readonly<Record<string, readonly string[]>> = {
  "s3:ListBucket": LISTING,
  "s3:ListBucketVersions": LISTING,
  "s3:CreateBucket": [...ACLS, "s3:x-amz-bucket-namespace", "s3:x-amz-object-ownership"],
  "s3:PutBucketAcl": ACLS,
  "s3:PutBucketOwnershipControls": ["s3:x-amz-object-ownership"],
  "s3:PutObjectAcl": ACLS,
  "s3:PutObjectVersionAcl": ACLS,
  "s3:PutObjectRetention": RETENTION,
  "s3:ListObjectAnnotations": ["s3:annotation-prefix", "s3:max-annotation-results"],
  "s3:ListObjectVersionAnnotations": ["s3:annotation-prefix", "s3:max-annotation-results"],
  "s3:PutObjectAnnotation": ["s3:x-amz-object-if-match"],
  "s3:PutObjectVersionAnnotation": ["s3:x-amz-object-if-match"],
  "s3:DeleteObjectAnnotation": ["s3:x-amz-object-if-match"],
  "s3:DeleteObjectVersionAnnotation": ["s3:x-amz-object-if-match"],
  "s3:PutObjectLegalHold": ["s3:object-lock-legal-hold"],
  "s3:PutObject": [
    ...ACLS,
    ...RETENTION,
    "s3:object-lock-legal-hold",
    "s3:x-amz-copy-source",
    "s3:x-amz-metadata-directive",
    "s3:x-amz-object-annotation-directive",
    "s3:x-amz-server-side-encryption",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
    CUSTOMER,
    "s3:x-amz-storage-class",
    "s3:x-amz-website-redirect-location",
  ],
};
const TAGGED = new Set(["s3:PutObject", "s3:PutObjectTagging", "s3:PutObjectVersionTagging"]);

function hasKey(action: string, key: string): boolean {
  if (key === "s3:versionid") return /^s3:[A-Za-z]+ObjectVersion/.test(action);
  if (key.startsWith("s3:requestobjecttag")) return TAGGED.has(action);
  return KEYS_OF[action]?.includes(key) === true;
}

/** Some members of a record. */
const some = (all: Readonly<Record<string, fc.Arbitrary<string>>>) => fc.record(all, { requiredKeys: [] });
const text = fc.oneof(fc.constantFrom("", "a", "a/b", "A b", "ü"), fc.string({ maxLength: 8 }));
const plain = fc
  .oneof(fc.constantFrom("private", "x"), fc.string({ unit: "grapheme-ascii", maxLength: 8 }))
  .map((value) => value.trim());
const tagging = fc.oneof(
  fc.constantFrom("a=b", "a=b&c=d", "a=", "A=b&a=c", "a+b=c", "a", "", "a%20b=%C3%BC"),
  plain,
);
const named = (keys: readonly string[]) =>
  Object.fromEntries(keys.map((key) => [key.slice("s3:".length), plain]));

const acls = named(ACLS);
const customer = named([CUSTOMER]);
const stored = {
  ...acls,
  ...customer,
  ...named((KEYS_OF["s3:PutObject"] ?? []).filter((key) => /storage|encryption|website/.test(key))),
  "x-amz-object-lock-legal-hold": plain,
  "x-amz-object-lock-mode": plain,
  "x-amz-object-lock-retain-until-date": plain,
  "x-amz-tagging": tagging,
};
const copied = { "x-amz-copy-source": fc.constantFrom("audit/x", "/audit/x%20y", "audit/x?versionId=7") };
const directives = {
  "x-amz-metadata-directive": plain,
  "x-amz-tagging-directive": fc.constantFrom("COPY", "REPLACE"),
};
const listing = { prefix: text, delimiter: text, "max-keys": text, "encoding-type": fc.constant("url") };
const versioned = { versionId: fc.constantFrom("1", "null") };
const bypass = { "x-amz-bypass-governance-retention": fc.constant("true") };

type Arbitraries = Readonly<Record<string, fc.Arbitrary<string>>>;

/** Requests with parameters and headers that they may have. */
const KINDS: readonly (readonly [line: string, query: Arbitraries, headers: Arbitraries])[] = [
  ["GET /reports", listing, {}],
  ["GET /reports?list-type=2", listing, {}],
  ["GET /reports?versions=", listing, {}],
  ["GET /reports/a%20b/c", versioned, customer],
  ["HEAD /reports/a", versioned, customer],
  ["DELETE /reports/a", versioned, bypass],
  ["PUT /reports/a", {}, stored],
  ["PUT /reports/a", {}, { ...stored, ...copied, ...directives }],
  ["POST /reports/a?uploads=", {}, stored],
  ["PUT /reports/a?uploadId=u&partNumber=1", {}, { ...customer, ...copied }],
  ["POST /reports/a?uploadId=u", {}, customer],
  ["PUT /reports", {}, { ...acls, ...named(["s3:x-amz-object-ownership"]) }],
  ["PUT /reports?acl=", {}, acls],
  ["PUT /reports/a?acl=", versioned, acls],
  ["GET /reports/a?acl=", versioned, {}],
  ["PUT /reports/a?tagging=", versioned, {}],
  ["DELETE /reports/a?tagging=", versioned, {}],
];
const s3Requests = fc.oneof(
  ...KINDS.map(([line, query, headers]) =>
    fc.record({ line: fc.constant(line), query: some(query), headers: some(headers) }),
  ),
);
const upstream = anUpstream();

/** What a guarded read needs to have named, and what both read the same and write differently. */
const isApart = (action: string, key: string) =>
  key === "s3:x-amz-copy-source" || (key === CUSTOMER && !hasKey(action, key));

/** @param ifMatch which goes along unread, as some other headers do that are no `x-amz-` headers */
function sameInS3(operation: Operation, ifMatch?: string): number {
  const { requirements } = parseS3({
    method: operation.method,
    target: operation.query === "" ? operation.path : `${operation.path}?${operation.query}`,
    rawHeaders: [...operation.headers.flat(), ...(ifMatch === undefined ? [] : ["if-match", ifMatch])],
  });
  const found = theirs(requirements);
  const mine = ours(operation);
  expect([...mine.keys()].toSorted()).toEqual([...found.keys()].toSorted());
  return [...found].reduce((sum, [about, keys]) => {
    const [action = ""] = about.split(" ");
    const has = [...keys].filter(([key]) => hasKey(action, key) && !isApart(action, key));
    const own = [...(mine.get(about) ?? [])].filter(([key]) => !isApart(action, key));
    return sum + same(about, new Map(own), new Map(has));
  }, 0);
}

const FLAGS: ReadonlySet<string> = new Set([
  "x-amz-bucket-object-lock-enabled",
  "x-amz-bypass-governance-retention",
]);

/** What a query name or a header of a row may be; of a prefix, one that begins so. */
const valued = (name: string): readonly [name: string, values: fc.Arbitrary<string>] => {
  if (name === "x-amz-tagging") return [name, tagging];
  if (FLAGS.has(name)) return [name, fc.constantFrom("true", "TRUE", "false")];
  if (name === "x-amz-tagging-directive") return [name, fc.constantFrom("COPY", "REPLACE")];
  if (name === "versionId") return [name, fc.constantFrom("1", "null")];
  return [name.endsWith("-") ? `${name}x` : name, plain];
};
const valuesOf = (names: readonly string[] = []): Arbitraries =>
  Object.fromEntries(names.filter((name) => !NEEDED.has(name)).map(valued));

/** Parameters without which a row is not the row, and a header that is tried elsewhere. */
const NEEDED: ReadonlySet<string> = new Set([
  "id",
  "annotationName",
  "partNumber",
  "select-type",
  "x-amz-copy-source",
]);
const SELECTOR_VALUES: Readonly<Record<string, string>> = {
  "list-type": "2",
  select: "&select-type=2",
  uploadId: "u",
};

const ifMatches = fc.constantFrom(undefined, undefined, '"e"', "*", "");

/** A request for a row, with such of its parameters and headers as it pleases. */
function requestOf(place: string, { query, headers }: S3Row) {
  const [level = "", method = "", selector = "", ...rest] = place.split(" ");
  const isCopy = place.endsWith(" copy");
  const own = selector === "copy" ? "" : `${selector}=${SELECTOR_VALUES[selector] ?? ""}`;
  const one = rest.filter((name) => name !== "copy").map((name) => `&${name}=n`);
  if (method === "PUT" && selector === "uploadId") one.push("&partNumber=1");
  const path = { service: "/", bucket: "/reports", object: "/reports/a%20b/c" }[level] ?? "";
  return fc.record({
    line: fc.constant(`${method} ${path}${selector === "" || own === "" ? "" : `?${own}${one.join("")}`}`),
    query: some(valuesOf(query)),
    headers: isCopy
      ? fc.tuple(some(valuesOf(headers)), copied["x-amz-copy-source"]).map(([others, source]) => ({
          ...others,
          "x-amz-copy-source": source,
        }))
      : some(valuesOf(headers)),
  });
}

describe("what the stand-in finds in S3 requests that are sent is what was decided on", () => {
  const rows = Object.entries(S3_TABLE).filter(([, { body }]) => body !== "objects");

  it.each(rows)("for every row of the table: %s", (place, row) => {
    const body = row.body === "restore" ? "<RestoreRequest><Days>1</Days></RestoreRequest>" : "";
    let read = 0;
    fc.assert(
      fc.property(requestOf(place, row), ifMatches, ({ line, query, headers }, ifMatch) => {
        const more = new URLSearchParams(query as Record<string, string>).toString();
        const target = more === "" ? line : `${line}${line.includes("?") ? "&" : "?"}${more}`;
        const conditional = ifMatch === undefined ? {} : { "if-match": ifMatch };
        const head = aHead(target, { ...(headers as Record<string, string>), ...conditional });
        const operation = refused(() => readWhole(s3, upstream, head, body));
        if (operation === undefined) return;
        read++;
        expect(operation.name).toBe(row.name);
        sameInS3(operation, ifMatch);
      }),
      { numRuns: ROW_RUNS },
    );
    expect(read).toBeGreaterThan(ROW_RUNS / 4);
  });

  it("action by action, key by key", () => {
    let compared = 0;
    fc.assert(
      fc.property(s3Requests, ({ line, query, headers }) => {
        const more = new URLSearchParams(query as Record<string, string>).toString();
        const target = more === "" ? line : `${line}${line.includes("?") ? "&" : "?"}${more}`;
        const head = aHead(target, headers as Record<string, string>);
        const operation = refused(() => readWhole(s3, upstream, head, ""));
        if (operation !== undefined) compared += sameInS3(operation);
      }),
      { numRuns: RUNS },
    );
    expect(compared).toBeGreaterThan(500);
  });
});

const ORDERS: TableKeys = { partitionKey: "pk", indexes: new Map([["byStatus", "status"]]) };
const tables = anUpstream({ service: "dynamodb", tables: new Map([["Orders", ORDERS]]) });
const keySchemaOf = (table: string, index?: string) => {
  const partitionKey = index === undefined ? ORDERS.partitionKey : ORDERS.indexes.get(index);
  return table === "Orders" && partitionKey !== undefined ? { partitionKey } : undefined;
};

const scalar = fc.oneof(
  fc.record({ S: fc.constantFrom("acme", "other", "ü", "") }),
  fc.record({ N: fc.constantFrom("1", "2.5", "01") }),
  fc.record({ B: fc.constantFrom("AAE=", "AA==") }),
);
const item = fc.record(
  { pk: scalar, status: scalar, total: scalar, "a.b": scalar },
  { requiredKeys: ["pk"] },
);
const piece = fc.constantFrom(
  ..."pk status total #p #a #x :v :w = < , . ( ) [0] AND OR BETWEEN begins_with( size( SET REMOVE +".split(
    " ",
  ),
  "pk = :v",
  "#p = :w",
  "status = :v",
);
const anything = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(" "));
const condition = fc.oneof(
  fc.constantFrom("attribute_exists(pk)", "total > :v AND #a = :w", "size(#a) < :v", "NOT total IN (:v, :w)"),
  anything,
);
const projection = fc.oneof(fc.constantFrom("total", "#a, total.x[0]", "pk, status"), anything);
const maybe = (value: fc.Arbitrary<unknown>) => fc.option(value, { nil: undefined, freq: 2 });
const aliases = {
  ExpressionAttributeNames: fc.constantFrom({ "#p": "pk", "#a": "a.b" }, { "#p": "status" }),
  ExpressionAttributeValues: fc.record({ ":v": scalar, ":w": scalar }),
};
const table = { TableName: fc.constantFrom("Orders", "Orders", "Secret") };
const capacity = { ReturnConsumedCapacity: maybe(fc.constantFrom("TOTAL", "NONE")) };
const conditional = { ConditionExpression: maybe(condition), ...aliases, ...table };
const reading = { ProjectionExpression: maybe(projection), ...aliases };
const update = fc.oneof(fc.constantFrom("SET total = :v", "SET #a = :v REMOVE status, total.x"), anything);

const put = fc.record({ Item: item, ...conditional });
const remove = fc.record({ Key: item, ...conditional });
const change = fc.record({ Key: item, UpdateExpression: maybe(update), ...conditional });
const get = fc.record({ Key: item, ...reading, ...table });
const returned = { ReturnValues: maybe(fc.constantFrom("NONE", "ALL_OLD")) };
const withReturned = (input: fc.Arbitrary<object>) =>
  fc.tuple(input, fc.record({ ...returned, ...capacity })).map(([one, more]) => ({ ...one, ...more }));
const many = {
  IndexName: maybe(fc.constantFrom("byStatus", "byDate")),
  Select: maybe(fc.constantFrom("COUNT", "ALL_ATTRIBUTES")),
  FilterExpression: maybe(condition),
  ...reading,
  ...table,
};
const keyCondition = fc.oneof(
  fc.constantFrom("pk = :v", ":v = #p", "(#p = :v) AND (total BETWEEN :v AND :w)", "status = :w"),
  anything,
);

const requests: fc.Arbitrary<readonly [operation: string, input: object]> = fc.oneof(
  get.map((input) => ["GetItem", input] as const),
  withReturned(put).map((input) => ["PutItem", input] as const),
  withReturned(remove).map((input) => ["DeleteItem", input] as const),
  withReturned(change).map((input) => ["UpdateItem", input] as const),
  fc.record({ ...many, KeyConditionExpression: keyCondition }).map((input) => ["Query", input] as const),
  fc.record(many).map((input) => ["Scan", input] as const),
  fc
    .dictionary(
      fc.constantFrom("Orders", "Secret"),
      fc.record({ Keys: fc.array(item, { minLength: 1, maxLength: 4 }), ...reading }),
      { minKeys: 1 },
    )
    .map((RequestItems) => ["BatchGetItem", { RequestItems }] as const),
  fc
    .dictionary(
      fc.constantFrom("Orders", "Secret"),
      fc.array(
        fc.oneof(
          item.map((Item) => ({ PutRequest: { Item } })),
          item.map((Key) => ({ DeleteRequest: { Key } })),
        ),
        { minLength: 1, maxLength: 4 },
      ),
      { minKeys: 1 },
    )
    .map((RequestItems) => ["BatchWriteItem", { RequestItems }] as const),
  fc
    .array(
      get.map((Get) => ({ Get })),
      { minLength: 1, maxLength: 4 },
    )
    .map((TransactItems) => ["TransactGetItems", { TransactItems }] as const),
  fc
    .array(
      fc.oneof(
        put.map((Put) => ({ Put })),
        change.map((Update) => ({ Update })),
        remove.map((Delete) => ({ Delete })),
        remove.map((ConditionCheck) => ({ ConditionCheck })),
      ),
      { minLength: 1, maxLength: 4 },
    )
    .map((TransactItems) => ["TransactWriteItems", { TransactItems }] as const),
);

/** To the stand-in a transaction gives nothing back, though where a condition fails it may. */
function sameInDynamoDb(operation: Operation): readonly string[] {
  const target = operation.headers.find(([name]) => name === "x-amz-target")?.[1] ?? "";
  const bytes = operation.payload.kind === "buffered" ? operation.payload.bytes : Buffer.of();
  const place = { account: ACCOUNT, region: REGION, keySchemaOf };
  const found = theirs(parseDynamoDb(target, bytes, place).requirements);
  const mine = ours(operation);
  expect([...mine.keys()].toSorted()).toEqual([...found.keys()].toSorted());
  return [...mine].flatMap(([about, keys]) => {
    if (keys.has("dynamodb:enclosingoperation")) keys.delete("dynamodb:returnvalues");
    same(about, keys, found.get(about) ?? new Map());
    return [...keys].flatMap(([key, values]) => (values === "unknown" ? [] : key));
  });
}

function needsOf(requirements: readonly { readonly action: string; readonly resource: string }[]) {
  return [...new Set(requirements.map(({ action, resource }) => `${action} ${resource}`))].toSorted();
}

describe("what the stand-in finds in DynamoDB requests that are sent is what was decided on", () => {
  it("and there is a request for every row of the table", () => {
    const targets = Object.entries(DYNAMODB_TABLE).map(
      ([name, { api = "DynamoDB" }]) => `${api}_20120810.${name}`,
    );
    expect([...DYNAMODB_INPUTS.keys()]).toEqual(expect.arrayContaining(targets));
  });

  it.each([...DYNAMODB_INPUTS])("table by table: %s", (target, inputs) => {
    fc.assert(
      fc.property(inputs, (input) => {
        const head = aHead("POST /", {
          "content-type": "application/x-amz-json-1.0",
          "x-amz-target": target,
        });
        const body = JSON.stringify(input);
        const operation = refused(() => readWhole(dynamodb, tables, head, body));
        if (operation === undefined) return;
        const place = { account: ACCOUNT, region: REGION, keySchemaOf };
        const found = parseDynamoDb(target, Buffer.from(body), place);
        expect(needsOf(operation.requirements)).toEqual(needsOf(found.requirements));
      }),
      { numRuns: 10 * ROW_RUNS },
    );
  });

  it("action by action, key by key", () => {
    const compared = new Map<string, number>();
    fc.assert(
      fc.property(requests, ([name, input]) => {
        const types = {
          "content-type": "application/x-amz-json-1.0",
          "x-amz-target": `DynamoDB_20120810.${name}`,
        };
        const operation = readWhole(dynamodb, tables, aHead("POST /", types), JSON.stringify(input));
        for (const key of sameInDynamoDb(operation)) compared.set(key, (compared.get(key) ?? 0) + 1);
      }),
      { numRuns: RUNS },
    );
    for (const key of ["leadingkeys", "attributes", "select", "returnvalues", "enclosingoperation"]) {
      expect(compared.get(`dynamodb:${key}`) ?? 0, key).toBeGreaterThan(50);
    }
  });
});
