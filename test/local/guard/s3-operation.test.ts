import { describe, expect, it } from "vitest";
import { parseS3 } from "../../../src/local/guard/s3-request.ts";
import { S3_ROWS } from "../../../src/local/guard/s3-operation-table.ts";

const BUCKET = "arn:aws:s3:::bkt";
const OBJECT = "arn:aws:s3:::bkt/k";
const ON_DIRECTORY = "arn:aws:s3express:us-east-1:123456789012:bucket/bkt";

/** Request, operation, actions; they are on what the request is about, if nothing else is said. */
const CASES: readonly (readonly [line: string, operation: string, actions: string, resource?: string])[] = [
  ["GET /", "ListBuckets", "s3:ListAllMyBuckets", "arn:aws:s3:::*"],
  ["GET /?x-id=ListBuckets&max-buckets=2", "ListBuckets", "s3:ListAllMyBuckets", "arn:aws:s3:::*"],
  ["HEAD /bkt", "HeadBucket", "s3:ListBucket"],
  ["HEAD /bkt/", "HeadBucket", "s3:ListBucket"],
  ["PUT /bkt", "CreateBucket", "s3:CreateBucket"],
  ["DELETE /bkt/", "DeleteBucket", "s3:DeleteBucket"],
  ["GET /bkt", "ListObjects", "s3:ListBucket"],
  ["GET /bkt?list-type=1", "ListObjects", "s3:ListBucket"],
  ["GET /bkt/?list-type=2&prefix=a%2F", "ListObjectsV2", "s3:ListBucket"],
  ["GET /bkt?versions", "ListObjectVersions", "s3:ListBucketVersions"],
  ["GET /bkt?uploads=", "ListMultipartUploads", "s3:ListBucketMultipartUploads"],
  ["POST /bkt?delete", "DeleteObjects", ""],
  ["GET /bkt?location", "GetBucketLocation", "s3:GetBucketLocation"],
  ["GET /bkt?session", "CreateSession", "s3express:CreateSession", ON_DIRECTORY],
  ["GET /bkt?abac", "GetBucketAbac", "s3:GetBucketAbac"],
  ["PUT /bkt?abac", "PutBucketAbac", "s3:PutBucketAbac"],
  ["GET /bkt?accelerate", "GetBucketAccelerateConfiguration", "s3:GetAccelerateConfiguration"],
  ["PUT /bkt?accelerate", "PutBucketAccelerateConfiguration", "s3:PutAccelerateConfiguration"],
  ["GET /bkt?acl", "GetBucketAcl", "s3:GetBucketAcl"],
  ["PUT /bkt?acl", "PutBucketAcl", "s3:PutBucketAcl"],
  ["GET /bkt?analytics", "ListBucketAnalyticsConfigurations", "s3:GetAnalyticsConfiguration"],
  ["GET /bkt?analytics&id=1", "GetBucketAnalyticsConfiguration", "s3:GetAnalyticsConfiguration"],
  ["PUT /bkt?analytics&id=1", "PutBucketAnalyticsConfiguration", "s3:PutAnalyticsConfiguration"],
  ["DELETE /bkt?analytics&id=1", "DeleteBucketAnalyticsConfiguration", "s3:PutAnalyticsConfiguration"],
  ["GET /bkt?cors", "GetBucketCors", "s3:GetBucketCORS"],
  ["PUT /bkt?cors", "PutBucketCors", "s3:PutBucketCORS"],
  ["DELETE /bkt?cors", "DeleteBucketCors", "s3:PutBucketCORS"],
  ["GET /bkt?encryption", "GetBucketEncryption", "s3:GetEncryptionConfiguration"],
  ["PUT /bkt?encryption", "PutBucketEncryption", "s3:PutEncryptionConfiguration"],
  ["DELETE /bkt?encryption", "DeleteBucketEncryption", "s3:PutEncryptionConfiguration"],
  [
    "GET /bkt?intelligent-tiering",
    "ListBucketIntelligentTieringConfigurations",
    "s3:GetIntelligentTieringConfiguration",
  ],
  [
    "GET /bkt?id=1&intelligent-tiering",
    "GetBucketIntelligentTieringConfiguration",
    "s3:GetIntelligentTieringConfiguration",
  ],
  [
    "PUT /bkt?intelligent-tiering&id=1",
    "PutBucketIntelligentTieringConfiguration",
    "s3:PutIntelligentTieringConfiguration",
  ],
  [
    "DELETE /bkt?intelligent-tiering&id=1",
    "DeleteBucketIntelligentTieringConfiguration",
    "s3:PutIntelligentTieringConfiguration",
  ],
  ["GET /bkt?inventory", "ListBucketInventoryConfigurations", "s3:GetInventoryConfiguration"],
  ["GET /bkt?inventory&id=1", "GetBucketInventoryConfiguration", "s3:GetInventoryConfiguration"],
  ["PUT /bkt?inventory&id=1", "PutBucketInventoryConfiguration", "s3:PutInventoryConfiguration"],
  ["DELETE /bkt?inventory&id=1", "DeleteBucketInventoryConfiguration", "s3:PutInventoryConfiguration"],
  ["GET /bkt?lifecycle", "GetBucketLifecycleConfiguration", "s3:GetLifecycleConfiguration"],
  ["PUT /bkt?lifecycle", "PutBucketLifecycleConfiguration", "s3:PutLifecycleConfiguration"],
  ["DELETE /bkt?lifecycle", "DeleteBucketLifecycle", "s3:PutLifecycleConfiguration"],
  ["GET /bkt?logging", "GetBucketLogging", "s3:GetBucketLogging"],
  ["PUT /bkt?logging", "PutBucketLogging", "s3:PutBucketLogging"],
  [
    "GET /bkt?metadataConfiguration",
    "GetBucketMetadataConfiguration",
    "s3:GetBucketMetadataTableConfiguration",
  ],
  [
    "POST /bkt?metadataConfiguration",
    "CreateBucketMetadataConfiguration",
    "s3:CreateBucketMetadataTableConfiguration",
  ],
  [
    "DELETE /bkt?metadataConfiguration",
    "DeleteBucketMetadataConfiguration",
    "s3:DeleteBucketMetadataTableConfiguration",
  ],
  [
    "PUT /bkt?metadataAnnotationTable",
    "UpdateBucketMetadataAnnotationTableConfiguration",
    "s3:UpdateBucketMetadataAnnotationTableConfiguration",
  ],
  [
    "PUT /bkt?metadataInventoryTable",
    "UpdateBucketMetadataInventoryTableConfiguration",
    "s3:UpdateBucketMetadataInventoryTableConfiguration",
  ],
  [
    "PUT /bkt?metadataJournalTable",
    "UpdateBucketMetadataJournalTableConfiguration",
    "s3:UpdateBucketMetadataJournalTableConfiguration",
  ],
  ["GET /bkt?metadataTable", "GetBucketMetadataTableConfiguration", "s3:GetBucketMetadataTableConfiguration"],
  [
    "POST /bkt?metadataTable",
    "CreateBucketMetadataTableConfiguration",
    "s3:CreateBucketMetadataTableConfiguration",
  ],
  [
    "DELETE /bkt?metadataTable",
    "DeleteBucketMetadataTableConfiguration",
    "s3:DeleteBucketMetadataTableConfiguration",
  ],
  ["GET /bkt?metrics", "ListBucketMetricsConfigurations", "s3:GetMetricsConfiguration"],
  ["GET /bkt?metrics&id=1", "GetBucketMetricsConfiguration", "s3:GetMetricsConfiguration"],
  ["PUT /bkt?metrics&id=1", "PutBucketMetricsConfiguration", "s3:PutMetricsConfiguration"],
  ["DELETE /bkt?metrics&id=1", "DeleteBucketMetricsConfiguration", "s3:PutMetricsConfiguration"],
  ["GET /bkt?notification", "GetBucketNotificationConfiguration", "s3:GetBucketNotification"],
  ["PUT /bkt?notification", "PutBucketNotificationConfiguration", "s3:PutBucketNotification"],
  ["GET /bkt?object-lock", "GetObjectLockConfiguration", "s3:GetBucketObjectLockConfiguration"],
  ["PUT /bkt?object-lock", "PutObjectLockConfiguration", "s3:PutBucketObjectLockConfiguration"],
  ["GET /bkt?ownershipControls", "GetBucketOwnershipControls", "s3:GetBucketOwnershipControls"],
  ["PUT /bkt?ownershipControls", "PutBucketOwnershipControls", "s3:PutBucketOwnershipControls"],
  ["DELETE /bkt?ownershipControls", "DeleteBucketOwnershipControls", "s3:PutBucketOwnershipControls"],
  ["GET /bkt?policy", "GetBucketPolicy", "s3:GetBucketPolicy"],
  ["PUT /bkt?policy", "PutBucketPolicy", "s3:PutBucketPolicy"],
  ["DELETE /bkt?policy", "DeleteBucketPolicy", "s3:DeleteBucketPolicy"],
  ["GET /bkt?policyStatus", "GetBucketPolicyStatus", "s3:GetBucketPolicyStatus"],
  ["GET /bkt?publicAccessBlock", "GetPublicAccessBlock", "s3:GetBucketPublicAccessBlock"],
  ["PUT /bkt?publicAccessBlock", "PutPublicAccessBlock", "s3:PutBucketPublicAccessBlock"],
  ["DELETE /bkt?publicAccessBlock", "DeletePublicAccessBlock", "s3:PutBucketPublicAccessBlock"],
  ["GET /bkt?replication", "GetBucketReplication", "s3:GetReplicationConfiguration"],
  ["PUT /bkt?replication", "PutBucketReplication", "s3:PutReplicationConfiguration"],
  ["DELETE /bkt?replication", "DeleteBucketReplication", "s3:PutReplicationConfiguration"],
  ["GET /bkt?requestPayment", "GetBucketRequestPayment", "s3:GetBucketRequestPayment"],
  ["PUT /bkt?requestPayment", "PutBucketRequestPayment", "s3:PutBucketRequestPayment"],
  ["GET /bkt?tagging", "GetBucketTagging", "s3:GetBucketTagging"],
  ["PUT /bkt?tagging", "PutBucketTagging", "s3:PutBucketTagging"],
  ["DELETE /bkt?tagging", "DeleteBucketTagging", "s3:PutBucketTagging"],
  ["GET /bkt?versioning", "GetBucketVersioning", "s3:GetBucketVersioning"],
  ["PUT /bkt?versioning", "PutBucketVersioning", "s3:PutBucketVersioning"],
  ["GET /bkt?website", "GetBucketWebsite", "s3:GetBucketWebsite"],
  ["PUT /bkt?website", "PutBucketWebsite", "s3:PutBucketWebsite"],
  ["DELETE /bkt?website", "DeleteBucketWebsite", "s3:DeleteBucketWebsite"],

  ["GET /bkt/k", "GetObject", "s3:GetObject"],
  ["GET /bkt/k?partNumber=2&response-content-type=x", "GetObject", "s3:GetObject"],
  ["GET /bkt/k?versionId=7", "GetObject", "s3:GetObjectVersion"],
  ["HEAD /bkt/k", "HeadObject", "s3:GetObject"],
  ["HEAD /bkt/k?versionId=7", "HeadObject", "s3:GetObjectVersion"],
  ["PUT /bkt/k?x-id=PutObject", "PutObject", "s3:PutObject"],
  ["DELETE /bkt/k", "DeleteObject", "s3:DeleteObject"],
  ["DELETE /bkt/k?versionId=7", "DeleteObject", "s3:DeleteObjectVersion"],
  ["GET /bkt/k?acl", "GetObjectAcl", "s3:GetObjectAcl"],
  ["GET /bkt/k?acl&versionId=7", "GetObjectAcl", "s3:GetObjectVersionAcl"],
  ["PUT /bkt/k?acl", "PutObjectAcl", "s3:PutObjectAcl"],
  ["PUT /bkt/k?acl&versionId=7", "PutObjectAcl", "s3:PutObjectVersionAcl"],
  ["GET /bkt/k?annotation", "ListObjectAnnotations", "s3:ListObjectAnnotations"],
  ["GET /bkt/k?annotation&versionId=7", "ListObjectAnnotations", "s3:ListObjectVersionAnnotations"],
  ["GET /bkt/k?annotation&annotationName=n", "GetObjectAnnotation", "s3:GetObjectAnnotation"],
  [
    "GET /bkt/k?annotationName=n&annotation&versionId=7",
    "GetObjectAnnotation",
    "s3:GetObjectVersionAnnotation",
  ],
  ["PUT /bkt/k?annotation&annotationName=n", "PutObjectAnnotation", "s3:PutObjectAnnotation"],
  [
    "PUT /bkt/k?annotation&annotationName=n&versionId=7",
    "PutObjectAnnotation",
    "s3:PutObjectVersionAnnotation",
  ],
  ["DELETE /bkt/k?annotation&annotationName=n", "DeleteObjectAnnotation", "s3:DeleteObjectAnnotation"],
  [
    "DELETE /bkt/k?annotation&annotationName=n&versionId=7",
    "DeleteObjectAnnotation",
    "s3:DeleteObjectVersionAnnotation",
  ],
  ["GET /bkt/k?attributes", "GetObjectAttributes", "s3:GetObject s3:GetObjectAttributes"],
  [
    "GET /bkt/k?attributes&versionId=7",
    "GetObjectAttributes",
    "s3:GetObjectVersion s3:GetObjectVersionAttributes",
  ],
  ["PUT /bkt/k?encryption", "UpdateObjectEncryption", "s3:UpdateObjectEncryption"],
  ["GET /bkt/k?legal-hold&versionId=7", "GetObjectLegalHold", "s3:GetObjectLegalHold"],
  ["PUT /bkt/k?legal-hold", "PutObjectLegalHold", "s3:PutObjectLegalHold"],
  ["PUT /bkt/k?renameObject", "RenameObject", "s3express:CreateSession", ON_DIRECTORY],
  ["POST /bkt/k?restore&versionId=7", "RestoreObject", "s3:RestoreObject"],
  ["GET /bkt/k?retention", "GetObjectRetention", "s3:GetObjectRetention"],
  ["PUT /bkt/k?retention&versionId=7", "PutObjectRetention", "s3:PutObjectRetention"],
  ["POST /bkt/k?select&select-type=2", "SelectObjectContent", "s3:GetObject"],
  ["GET /bkt/k?tagging", "GetObjectTagging", "s3:GetObjectTagging"],
  ["GET /bkt/k?tagging&versionId=7", "GetObjectTagging", "s3:GetObjectVersionTagging"],
  ["PUT /bkt/k?tagging&versionId=7", "PutObjectTagging", "s3:PutObjectVersionTagging"],
  ["PUT /bkt/k?tagging", "PutObjectTagging", "s3:PutObjectTagging"],
  ["DELETE /bkt/k?tagging", "DeleteObjectTagging", "s3:DeleteObjectTagging"],
  ["DELETE /bkt/k?tagging&versionId=7", "DeleteObjectTagging", "s3:DeleteObjectVersionTagging"],
  ["GET /bkt/k?torrent", "GetObjectTorrent", "s3:GetObjectTorrent"],
  ["GET /bkt/k?torrent&versionId=7", "GetObjectTorrent", "s3:GetObjectVersionTorrent"],
  ["POST /bkt/k?uploads", "CreateMultipartUpload", "s3:PutObject"],
  ["PUT /bkt/k?partNumber=1&uploadId=u", "UploadPart", "s3:PutObject"],
  ["POST /bkt/k?uploadId=u", "CompleteMultipartUpload", "s3:PutObject"],
  ["DELETE /bkt/k?uploadId=u", "AbortMultipartUpload", "s3:AbortMultipartUpload"],
  ["GET /bkt/k?uploadId=u&part-number-marker=3", "ListParts", "s3:ListMultipartUploadParts"],
];

const ALL = CASES.map(([line, operation, actions, resource]) => ({ line, operation, actions, resource }));

function parse(line: string, headers: Readonly<Record<string, string>> = {}) {
  const [method = "", target = ""] = line.split(" ");
  return parseS3({ method, target, rawHeaders: Object.entries(headers).flat() });
}

function refusalOf(line: string): object {
  try {
    return { passed: parse(line).operation };
  } catch (error) {
    const { code, status, message, fields } = error as Error & Record<string, unknown>;
    return { code, status, message, fields };
  }
}

describe("the operations of S3", () => {
  it.each(ALL)("read $line as $operation", ({ line, operation, actions, resource }) => {
    const about = resource ?? (line.includes("/bkt/k") ? OBJECT : BUCKET);
    const call = parse(line);
    expect(call.operation).toBe(operation);
    expect(call.requirements.map((one) => [one.action, one.resource])).toEqual(
      actions
        .split(" ")
        .filter((action) => action !== "")
        .map((action) => [action, about]),
    );
  });

  it.each(ALL.filter(({ line }) => line.includes("/bkt")))(
    "read $line alike in the host",
    ({ line, operation }) => {
      const call = parse(line.replace("/bkt/k", "/k").replace(/\/bkt\/?/, "/"), {
        host: "bkt.s3.us-east-1.amazonaws.com",
      });
      expect([call.operation, call.requirements]).toEqual([operation, parse(line).requirements]);
    },
  );

  it("are all in these cases, and no case is left without its operation", () => {
    const copies = ["CopyObject", "UploadPartCopy"];
    const told = new Set([...CASES.map(([, operation]) => operation), ...copies]);
    expect([...S3_ROWS.values()].map(({ operation }) => operation).toSorted()).toEqual([...told].toSorted());
  });

  it("become copies by a header, and only those that can", () => {
    const headers = { "x-amz-copy-source": "src/k" };
    expect(parse("PUT /bkt/k", headers).operation).toBe("CopyObject");
    expect(parse("PUT /bkt/k?uploadId=u&partNumber=1", headers).operation).toBe("UploadPartCopy");
    expect(parse("PUT /bkt/k?acl", headers)).toMatchObject({ operation: "PutObjectAcl" });
    expect(parse("GET /bkt/k", headers).requirements).toHaveLength(1);
  });
});

describe("what is no operation of S3", () => {
  it.each(["GET /bkt/k?versions", "GET /bkt/k?policy", "GET /bkt/k?location", "PUT /bkt/k?lifecycle"])(
    "is a sub-resource of a bucket at a key: %s",
    (line) => {
      const [selector] = line.split("?").slice(1);
      expect(refusalOf(line)).toMatchObject({
        code: "InvalidArgument",
        status: 400,
        message: `There is no such thing as the ?${selector} sub-resource for a key`,
      });
    },
  );

  it.each(["GET /bkt?retention", "GET /bkt?attributes", "PUT /bkt?uploadId=u", "GET /?acl", "GET /?policy"])(
    "is a sub-resource at the wrong level: %s",
    (line) => {
      expect(refusalOf(line)).toMatchObject({ code: "InvalidArgument", status: 400 });
    },
  );

  it.each([
    ["POST /bkt/k", "OBJECT"],
    ["PATCH /bkt/k", "OBJECT"],
    ["HEAD /bkt/k?acl", "acl"],
    ["HEAD /bkt?policy", "policy"],
    ["DELETE /bkt?acl", "acl"],
    ["GET /bkt?delete", "delete"],
    ["DELETE /", "SERVICE"],
    ["PUT /", "SERVICE"],
    ["GET /bkt/k?select", "select"],
    ["GET /bkt/k?uploads", "uploads"],
  ])("is a method that is not there: %s", (line, resourceType) => {
    expect(refusalOf(line)).toMatchObject({
      code: "MethodNotAllowed",
      status: 405,
      fields: { Method: line.split(" ")[0], ResourceType: resourceType },
    });
  });

  it.each(["PUT /bkt/k?uploadId=u", "PUT /bkt/k?partNumber=1", "PUT /bkt?partNumber=1"])(
    "is half of a part: %s",
    (line) => {
      expect(refusalOf(line)).toMatchObject({ code: "InvalidArgument", status: 400 });
    },
  );

  it.each(["POST /bkt", "OPTIONS /bkt/k", "OPTIONS /"])("is not for those who sign: %s", (line) => {
    expect(refusalOf(line)).toMatchObject({ code: "NotImplemented", status: 501 });
  });

  it("is two operations in one request", () => {
    expect(refusalOf("GET /bkt/k?acl&tagging")).toMatchObject({
      code: "InvalidArgument",
      message: "Conflicting query string parameters: acl, tagging",
    });
    expect(refusalOf("GET /bkt?versions&uploads")).toMatchObject({ code: "InvalidArgument" });
  });

  it("is none of the names that every object has", () => {
    expect(parse("GET /bkt?constructor&__proto__&ACL").operation).toBe("ListObjects");
  });
});
