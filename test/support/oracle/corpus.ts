import type { Shot } from "./shot.ts";

const PLAIN: Shot = {
  caller: "admin",
  place: "bearer",
  method: "GET",
  target: "/s3/reports/q3.txt",
  version: "1.1",
  scope: "us-east-1/s3",
  hosts: ["127.0.0.1:4480"],
  headers: [],
  body: "",
  framing: "none",
  flips: [],
};

type Line = readonly [name: string, value: string];

/** A request line, and what is not as in a plain request. */
export function shot(line: string, changes: Partial<Shot> = {}): Shot {
  const [method = "", target = ""] = line.split(" ");
  const framing = changes.body === undefined ? ("none" as const) : ("length" as const);
  return { ...PLAIN, method, target, framing, ...changes };
}

/** A DeleteObjects of the bucket `reports`. */
export function deletes(objects: string): Shot {
  const body = `<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${objects}</Delete>`;
  return shot("POST /s3/reports?delete", { body, headers: [["Content-Type", "application/xml"]] });
}

/** A call of DynamoDB. */
export function calls(name: string, body: string, more: readonly Line[] = []): Shot {
  const headers: readonly Line[] = [
    ["X-Amz-Target", `DynamoDB_20120810.${name}`],
    ["Content-Type", "application/x-amz-json-1.0"],
    ...more,
  ];
  return shot("POST /dynamodb/", { body, headers });
}

const executes = (statement: string): Shot =>
  calls("ExecuteStatement", JSON.stringify({ Statement: statement }));
const copies = (source: string): Shot =>
  shot("PUT /s3/reports/copy", { headers: [["x-amz-copy-source", source]] });

const settles = (query: string, body: string): Shot =>
  shot(`PUT /s3/reports?${query}`, { body, headers: [["Content-Type", "application/xml"]] });
const creates = (location: string, scope = "us-east-1/s3"): Shot =>
  shot(scope === PLAIN.scope ? "PUT /s3/new-bucket" : "PUT /new-bucket", {
    body: `<CreateBucketConfiguration><LocationConstraint>${location}</LocationConstraint></CreateBucketConfiguration>`,
    ...(scope !== PLAIN.scope && { scope, place: "sdk" }),
  });
const transacts = (...statements: readonly string[]): Shot =>
  calls(
    "ExecuteTransaction",
    JSON.stringify({ TransactStatements: statements.map((Statement) => ({ Statement })) }),
  );

/** Requests by which readers were found to differ, here or elsewhere: each is sent in every run. */
export const CORPUS: readonly Shot[] = [
  // Two readings of a path.
  ...[
    "/../audit/x",
    "/%2e%2e/audit/x",
    "/..%2faudit/x",
    "/.%2e/audit/x",
    "/%252e%252e/audit/x",
    "/..;/audit/x",
  ].map((path) => shot(`GET /s3/reports${path}`)),
  ...[
    "//",
    "/%2F",
    "%2Fkey",
    "%2faudit%2fx",
    "/a%00b",
    "/a\\..\\b",
    "/%5C..%5Cb",
    "/%C0%AE%C0%AE/x",
    "/a#b",
    "/a;b",
  ].map((path) => shot(`GET /s3/reports${path}`)),
  shot("DELETE /s3/reports/"),
  shot("DELETE /s3/reports//"),
  shot("PUT /s3/reports/?"),
  // Selectors that one reader sees and the other does not.
  ...[
    "acl&policy",
    "%61cl",
    "acl%00",
    "ACL",
    "acl=",
    "uploads&uploadId=u",
    "versionId=",
    "versionId=a&versionId=b",
  ].map((query) => shot(`GET /s3/reports/q3.txt?${query}`)),
  ...[
    "prefix=a;acl",
    "prefix=a%26acl",
    "list-type=2&list-type=1",
    "x-amz-acl=private",
    "x-id=DeleteObject",
  ].map((query) => shot(`GET /s3/reports?${query}`)),
  shot("PUT /s3/reports/a?uploadId=u"),
  shot("PUT /s3/reports/a?partNumber=1"),
  shot("PUT /s3/reports/a?annotation&annotationName=n"),
  ...["PUT", "DELETE"].flatMap((method) =>
    ['"x"', "*", ""].map((value) =>
      shot(`${method} /s3/reports/a?annotation&annotationName=n`, {
        headers: [["x-amz-object-if-match", value]],
      }),
    ),
  ),
  shot("GET /s3/reports/a?versionId=%20"),
  // What headers add.
  ...["true", "TRUE", "false", "x", ""].map((value) =>
    shot("DELETE /s3/reports/a", { headers: [["x-amz-bypass-governance-retention", value]] }),
  ),
  ...['"x"', "*", ""].map((value) => shot("DELETE /s3/reports/a", { headers: [["If-Match", value]] })),
  shot("PUT /s3/reports/a", {
    headers: [
      ["x-amz-acl", "private"],
      ["X-Amz-Acl", "public-read"],
    ],
  }),
  shot("PUT /s3/reports/a", { headers: [["x_amz_acl", "public-read"]] }),
  shot("PUT /s3/reports/a", { headers: [["x-amz-meta-a", "\u00c3\u00a0 \u00c3\u00a0"]] }),
  ...[
    "/audit/x",
    "audit%2Fx",
    "/audit/a%3FversionId=1",
    "/audit/a?versionId=1",
    "/audit/../reports/x",
    "/audit/a?acl",
  ].map(copies),
  // Bodies that decide.
  deletes("<Object><Key>a</Key><Key>b</Key></Object>"),
  deletes("<Object><Key>a</Key><ETag>x</ETag></Object>"),
  deletes("<Object><Key>q3.txt </Key></Object><Object><Key> </Key></Object>"),
  deletes("<Object><Key>q3.txt</Key><VersionId> </VersionId></Object>"),
  deletes("<Object><Key>q3.txt</Key><VersionId>v </VersionId></Object>"),
  ...["eu-west-1", "us-east-1", "EU", "", " us-east-1"].map((region) => creates(region)),
  ...["eu-west-1", "us-east-1", "EU"].map((region) => creates(region, "eu-west-1/s3")),
  ...["", "<KMSMasterKeyID>k</KMSMasterKeyID>", "<kmsMasterKeyID>k</kmsMasterKeyID>"].map((key) =>
    settles(
      "encryption",
      `<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms</SSEAlgorithm>${key}</ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>`,
    ),
  ),
  settles(
    "replication",
    "<ReplicationConfiguration><Rule><Destination><EncryptionConfiguration><ReplicaKmsKeyID>k</ReplicaKmsKeyID></EncryptionConfiguration></Destination></Rule></ReplicationConfiguration>",
  ),
  settles(
    "inventory&id=x",
    "<InventoryConfiguration><Destination><S3BucketDestination><Encryption><SSE-KMS><KeyId>k</KeyId></SSE-KMS></Encryption></S3BucketDestination></Destination></InventoryConfiguration>",
  ),
  settles(
    "inventory&id=x",
    "<InventoryConfiguration><IncludedObjectVersions>All</IncludedObjectVersions></InventoryConfiguration>",
  ),
  settles(
    "metadataInventoryTable",
    "<InventoryTableConfiguration><EncryptionConfiguration><KmsKeyArn>k</KmsKeyArn></EncryptionConfiguration></InventoryTableConfiguration>",
  ),
  settles(
    "website",
    "<WebsiteConfiguration><RedirectAllRequestsTo><HostName>evil.test</HostName></RedirectAllRequestsTo></WebsiteConfiguration>",
  ),
  settles(
    "website",
    "<WebsiteConfiguration><RoutingRules><RoutingRule><Redirect><HostName>evil.test</HostName></Redirect></RoutingRule></RoutingRules></WebsiteConfiguration>",
  ),
  deletes("<Object><Key>a&#x2F;..&#x2F;b</Key></Object>"),
  deletes("<Object><Key><![CDATA[a]]></Key></Object>"),
  calls("GetItem", '{"TableName":"Orders","TableName":"Secret","Key":{"customerId":{"S":"a"}}}'),
  calls("GetItem", '{"TableName":"Orders","\\u0054ableName":"Secret","Key":{"customerId":{"S":"a"}}}'),
  calls(
    "ListTagsOfResource",
    '{"TableName":"Secret","ResourceArn":"arn:aws:dynamodb:us-east-1:123456789012:table/Orders"}',
  ),
  calls("ListExports", "{}"),
  calls("GetItem", '{"TableName":"Orders"}', [["X-Amz-Target", "DynamoDB_20120810.DeleteTable"]]),
  executes(`SELECT * FROM "Orders" WHERE a = 'x' -- " FROM "Secret"`),
  executes(`SELECT * FROM "Ord""ers"."byStatus" WHERE a = 'it''s'`),
  executes(`SELECT * FROM "Orders" WHERE a IN (SELECT a FROM "Secret")`),
  executes(`DELETE FROM "Orders" WHERE a = 1; DELETE FROM "Secret" WHERE a = 1`),
  executes(`INSERT INTO "Orders" VALUE {'a': 'FROM "Secret"'}`),
  transacts(`EXISTS(SELECT * FROM "Orders" WHERE a = 1)`),
  transacts(`EXISTS(SELECT * FROM "Orders" WHERE a = 1)`, `SELECT * FROM "Orders" WHERE a = 1`),
  calls("RestoreTableToPointInTime", '{"SourceTableName":"Orders","TargetTableName":"Copy"}'),
  calls("SearchVectors", '{"TableName":"Orders","IndexName":"byMeaning"}'),
  // Who asks, and where one request ends.
  shot("GET /s3/reports/q3.txt", { place: "both" }),
  shot("GET /s3/reports/q3.txt", { place: "two-callers", caller: "member" }),
  shot("PUT /s3/reports/a", { body: "hello", framing: "both" }),
  shot("PUT /s3/reports/a", { body: "hello", framing: "too-short" }),
  shot("PUT /s3/reports/a", { body: "hello", framing: "twice" }),
  shot("GET http://audit.s3.localhost/s3/reports/q3.txt"),
  shot("GET /q3.txt", { hosts: ["reports.s3.localhost"] }),
  shot("GET /../audit/x", { hosts: ["reports.s3.localhost"] }),
  shot("GET /audit/x", { hosts: ["127.0.0.1:4480", "reports.s3.localhost"] }),
  shot("GET /hosted/reports/a//b"),
  shot("GET /owned/reports?acl"),
];
