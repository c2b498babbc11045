import { describe, expect, it } from "vitest";
import { s3 } from "../../../src/aws/s3/s3.ts";
import { NOT_TAKEN, PLACES_NOT_TAKEN } from "../../../src/aws/s3/not-taken.ts";
import { S3_TABLE } from "../../../src/aws/s3/table.ts";
import { needsBody, type Upstream } from "../../../src/aws/service.ts";
import { Refusal } from "../../../src/domain/refusal.ts";
import { readHeaders } from "../../../src/domain/head.ts";
import { aHead, anUpstream, codeOf, readWhole } from "../../support/asking.ts";

const upstream = anUpstream();
const BUCKET = "arn:aws:s3:::reports";
const OBJECT = "arn:aws:s3:::reports/a/b";
const HEX = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

const read = (line: string, headers: Record<string, string> = {}, changes: Partial<Upstream> = {}) =>
  readWhole(s3, anUpstream(changes), aHead(line, headers));
const asks = (line: string, headers: Record<string, string> = {}) =>
  read(line, headers).requirements.map(({ action, resource }) => `${action} ${resource}`);
const refusal = (line: string, headers: Record<string, string> = {}, changes: Partial<Upstream> = {}) =>
  codeOf(() => read(line, headers, changes));

const copy = (line: string, source: string, headers: Record<string, string> = {}) =>
  read(line, { "x-amz-copy-source": source, ...headers });
const copyCovers = (headers: Record<string, string>) =>
  copy("PUT /reports/a/b", "audit/x", headers).requirements.map((requirement) => requirement.covers);
const deletion = (inside: string) =>
  `<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${inside}</Delete>`;
const remove = (inside: string, headers: Record<string, string> = {}) =>
  readWhole(s3, upstream, aHead("POST /reports?delete", headers), deletion(inside));
const create = (body: string) => readWhole(s3, upstream, aHead("PUT /reports"), body);
const configuration = (inside: string) => `<CreateBucketConfiguration>${inside}</CreateBucketConfiguration>`;

describe("every operation of the table", () => {
  it.each([
    ["GET /", "ListBuckets", "s3:ListAllMyBuckets", "arn:aws:s3:::*"],
    ["HEAD /reports", "HeadBucket", "s3:ListBucket", BUCKET],
    ["PUT /reports", "CreateBucket", "s3:CreateBucket", BUCKET],
    ["DELETE /reports", "DeleteBucket", "s3:DeleteBucket", BUCKET],
    ["GET /reports?marker=x", "ListObjects", "s3:ListBucket", BUCKET],
    ["GET /reports?list-type=2&prefix=a", "ListObjectsV2", "s3:ListBucket", BUCKET],
    ["GET /reports?versions", "ListObjectVersions", "s3:ListBucketVersions", BUCKET],
    ["GET /reports?uploads", "ListMultipartUploads", "s3:ListBucketMultipartUploads", BUCKET],
    ["GET /reports?location", "GetBucketLocation", "s3:GetBucketLocation", BUCKET],
    ["GET /reports?acl", "GetBucketAcl", "s3:GetBucketAcl", BUCKET],
    ["PUT /reports?acl", "PutBucketAcl", "s3:PutBucketAcl", BUCKET],
    ["HEAD /reports/a/b", "HeadObject", "s3:GetObject", OBJECT],
    ["GET /reports/a/b", "GetObject", "s3:GetObject", OBJECT],
    ["PUT /reports/a/b", "PutObject", "s3:PutObject", OBJECT],
    ["DELETE /reports/a/b", "DeleteObject", "s3:DeleteObject", OBJECT],
    ["POST /reports/a/b?uploads", "CreateMultipartUpload", "s3:PutObject", OBJECT],
    ["PUT /reports/a/b?uploadId=u&partNumber=1", "UploadPart", "s3:PutObject", OBJECT],
    ["GET /reports/a/b?uploadId=u", "ListParts", "s3:ListMultipartUploadParts", OBJECT],
    ["POST /reports/a/b?uploadId=u", "CompleteMultipartUpload", "s3:PutObject", OBJECT],
    ["DELETE /reports/a/b?uploadId=u", "AbortMultipartUpload", "s3:AbortMultipartUpload", OBJECT],
    ["GET /reports/a/b?tagging", "GetObjectTagging", "s3:GetObjectTagging", OBJECT],
    ["PUT /reports/a/b?tagging", "PutObjectTagging", "s3:PutObjectTagging", OBJECT],
    ["DELETE /reports/a/b?tagging", "DeleteObjectTagging", "s3:DeleteObjectTagging", OBJECT],
    ["GET /reports/a/b?acl", "GetObjectAcl", "s3:GetObjectAcl", OBJECT],
    ["PUT /reports/a/b?acl", "PutObjectAcl", "s3:PutObjectAcl", OBJECT],
  ])("%s is %s", (line, name, action, resource) => {
    const operation = read(line);
    expect(operation.name).toBe(name);
    expect(operation.requirements.map(({ action, resource }) => [action, resource])).toEqual([
      [action, resource],
    ]);
  });

  it.each([
    ["GET /reports/a/b?versionId=1", "s3:GetObjectVersion", "s3:GetObject"],
    ["HEAD /reports/a/b?versionId=null", "s3:GetObjectVersion", "s3:GetObject"],
    ["DELETE /reports/a/b?versionId=1", "s3:DeleteObjectVersion", "s3:DeleteObject"],
    ["GET /reports/a/b?tagging&versionId=1", "s3:GetObjectVersionTagging", "s3:GetObjectTagging"],
    ["PUT /reports/a/b?tagging&versionId=1", "s3:PutObjectVersionTagging", "s3:PutObjectTagging"],
    ["DELETE /reports/a/b?tagging&versionId=1", "s3:DeleteObjectVersionTagging", "s3:DeleteObjectTagging"],
    ["GET /reports/a/b?acl&versionId=1", "s3:GetObjectVersionAcl", "s3:GetObjectAcl"],
    ["PUT /reports/a/b?acl&versionId=1", "s3:PutObjectVersionAcl", "s3:PutObjectAcl"],
  ])("S4.3 %s needs %s, and a deny on %s covers it", (line, action, covered) => {
    expect(read(line).requirements).toMatchObject([{ action, resource: OBJECT, covers: [covered] }]);
  });

  it("S4.3 lets a deny on listing cover the listing of versions", () => {
    expect(read("GET /reports?versions").requirements[0]?.covers).toEqual(["s3:ListBucket"]);
  });

  it("names ARNs in the partition of the upstream", () => {
    const [requirement] = read("GET /reports/a", {}, { partition: "aws-cn" }).requirements;
    expect(requirement?.resource).toBe("arn:aws-cn:s3:::reports/a");
  });

  it("is a row of the API reference once", () => {
    const names = Object.values(S3_TABLE).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe("S3.1 an empty key", () => {
  it.each(["GET", "HEAD", "PUT", "DELETE"])(
    "is the bucket: %s on /reports/ is no operation on an object",
    (method) => {
      expect(read(`${method} /reports/`)).toEqual(read(`${method} /reports`));
      expect(asks(`${method} /reports/`)).toEqual([expect.stringMatching(/ arn:aws:s3:::reports$/)]);
    },
  );

  it("is not the way into a bucket for a POST", () => {
    expect(refusal("POST /reports/")).toBe("operation-unknown");
    expect(refusal("POST /reports/?uploads")).toBe("operation-unknown");
  });
});

describe("S3.2 the query", () => {
  it.each([
    ["a selector of a bucket at an object", "GET /reports/a?location", "operation-unknown"],
    ["a bucket's policy at an object", "PUT /home/me/x?policy", "operation-unknown"],
    ["a selector of an object at a bucket", "GET /reports?retention", "operation-unknown"],
    ["a selector at the service", "GET /?acl", "operation-unknown"],
    ["two selectors", "GET /reports/a?acl&tagging", "target-ambiguous"],
    ["an upload and a selector", "GET /reports/a?uploadId=u&acl", "target-ambiguous"],
    ["a selector with another method", "POST /reports?lifecycle", "operation-unknown"],
    ["one of many without its name", "PUT /reports?inventory", "operation-unknown"],
    ["one of many with an empty name", "GET /reports?inventory&id=", "query-not-allowed"],
    ["an annotation with an empty name", "GET /reports/a?annotation&annotationName", "query-not-allowed"],
    [
      "a name of one where all are listed",
      "GET /reports?inventory&id=x&continuation-token=t",
      "query-not-allowed",
    ],
    ["a name of one of what there is one of", "GET /reports?cors&id=x", "query-not-allowed"],
    ["the session that gives credentials", "GET /reports?session", "operation-unknown"],
    ["an annotation without its name", "PUT /reports/a?annotation", "operation-unknown"],
    ["a select of no known type", "POST /reports/a?select", "query-not-allowed"],
    ["a select of another type", "POST /reports/a?select&select-type=3", "query-not-allowed"],
    ["a part of another selector", "GET /reports/a?select-type=2", "query-not-allowed"],
    ["a list-type other than 2", "GET /reports?list-type=1", "query-not-allowed"],
    ["a selector with a value", "GET /reports/a?acl=x", "query-not-allowed"],
    ["an upload without a value", "DELETE /reports/a?uploadId=", "query-not-allowed"],
    ["a version without a value", "GET /reports/a?versionId", "query-not-allowed"],
    ["an unknown name", "GET /reports/a?foo=1", "query-not-allowed"],
    ["a name of another operation", "PUT /reports/a?versionId=1", "query-not-allowed"],
    ["a part without its upload", "PUT /reports/a?partNumber=1", "query-not-allowed"],
    ["a part without its number", "PUT /reports/a?uploadId=u", "query-not-allowed"],
    ["a selector in another case", "GET /reports/a?ACL", "query-not-allowed"],
    ["a header in the query", "PUT /reports/a?x-amz-acl=public-read", "query-not-allowed"],
    [
      "a header in the query, in another case",
      "PUT /reports/a?X-Amz-Copy-Source=audit%2Fx",
      "query-not-allowed",
    ],
    [
      "an override of the answer's type",
      "GET /reports/a?response-content-type=text/html",
      "query-not-allowed",
    ],
    ["a name twice", "GET /reports?prefix=a&prefix=b", "target-ambiguous"],
    ["a hint twice", "GET /reports/a?x-id=GetObject&x-id=PutObject", "target-ambiguous"],
  ])("refuses %s", (_name, line, code) => {
    expect(refusal(line)).toBe(code);
  });

  it("refuses a part that is to be copied, without its number", () => {
    const headers = { "x-amz-copy-source": "audit/x" };
    expect(refusal("PUT /reports/a?uploadId=u", headers)).toBe("query-not-allowed");
    expect(refusal("PUT /reports/a?uploadId=u&partNumber=0", headers)).toBe("query-not-allowed");
  });

  it.each(["", "0", "01", "-1", "+1", "1.0", "1e3", " 1", "x", "10001", "99999", "100000"])(
    "refuses %j as the number of a part",
    (number) => {
      const value = encodeURIComponent(number);
      expect(refusal(`PUT /reports/a?uploadId=u&partNumber=${value}`)).toBe("query-not-allowed");
      expect(refusal(`GET /reports/a?partNumber=${value}`)).toBe("query-not-allowed");
    },
  );

  it.each(["1", "9999", "10000"])("takes %s as the number of a part", (number) => {
    expect(read(`PUT /reports/a?uploadId=u&partNumber=${number}`).name).toBe("UploadPart");
    expect(read(`GET /reports/a?partNumber=${number}`).name).toBe("GetObject");
  });

  it("lets the operator admit a name, but no header by it", () => {
    const allowQuery = new Set(["response-content-type", "x-amz-acl", "X-Amz-Acl", "policy"]);
    expect(read("GET /reports/a?response-content-type=x", {}, { allowQuery }).query).toBe(
      "response-content-type=x",
    );
    expect(refusal("PUT /reports/a?x-amz-acl=public-read", {}, { allowQuery })).toBe("query-not-allowed");
    expect(refusal("PUT /reports/a?X-Amz-Acl=public-read", {}, { allowQuery })).toBe("query-not-allowed");
    expect(refusal("PUT /reports/a?policy", {}, { allowQuery })).toBe("operation-unknown");
  });

  it.each([
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-type",
    "expires",
  ])("lets response-%s through where the operator does", (name) => {
    const line = `GET /reports/a?response-${name}=x%2By`;
    expect(refusal(line)).toBe("query-not-allowed");
    const allowQuery = new Set([`response-${name}`]);
    expect(read(line, {}, { allowQuery }).query).toBe(`response-${name}=x%2By`);
  });

  it("drops the hint of some SDKs, which decides nothing", () => {
    const operation = read("GET /reports/a?x-id=GetObject");
    expect([operation.name, operation.query]).toEqual(["GetObject", ""]);
  });

  it.each([
    "GET /reports/a?x-id=DeleteObject",
    "GET /reports/a?x-id=",
    "GET /?x-id=ListDirectoryBuckets",
    "GET /reports?inventory&id=x&x-id=ListBucketInventoryConfigurations",
    "PUT /reports/a?uploadId=u&partNumber=1&x-id=UploadPartCopy",
  ])("refuses a hint of another operation: %s", (line) => {
    expect(refusal(line)).toBe("target-ambiguous");
  });

  it("writes what it understood in canonical form", () => {
    const operation = read("GET /reports/?prefix=a+b%2Fc&list-type=2&delimiter=%2f");
    expect([operation.path, operation.query]).toEqual([
      "/reports",
      "delimiter=%2F&list-type=2&prefix=a%20b%2Fc",
    ]);
  });
});

describe("S3.4 the x-amz- headers", () => {
  it.each([
    ["an unknown one", "PUT /reports/a", "x-amz-new-feature"],
    ["one of another operation", "GET /reports/a", "x-amz-acl"],
    ["a grant that there is not", "PUT /reports/a", "x-amz-grant-something"],
    ["a copy source where nothing is copied", "GET /reports/a", "x-amz-copy-source"],
    [
      "a key of the customer for a source that is none",
      "PUT /reports/a",
      "x-amz-copy-source-server-side-encryption-customer-key",
    ],
    ["a key of the customer to delete", "DELETE /reports/a", "x-amz-server-side-encryption-customer-key"],
    ["a new thing of the customer's key", "PUT /reports/a", "x-amz-server-side-encryption-customer-new"],
    ["a key of KMS to read", "GET /reports/a", "x-amz-server-side-encryption-aws-kms-key-id"],
    ["a payer", "GET /reports/a", "x-amz-request-payer"],
    ["a second factor", "DELETE /reports/a", "x-amz-mfa"],
    ["a source to rename", "PUT /reports/a", "x-amz-rename-source"],
    ["the session of a directory bucket", "GET /reports/a", "x-amz-s3session-token"],
    ["an owner of no bucket", "GET /", "x-amz-expected-bucket-owner"],
    ["an owner of a source that is none", "PUT /reports/a", "x-amz-source-expected-bucket-owner"],
  ])("refuses %s", (_name, line, header) => {
    expect(refusal(line, { [header]: "x" })).toBe("header-not-allowed");
  });

  it("refuses one on two lines", () => {
    const headers = readHeaders(["x-amz-copy-source", "public/x", "X-Amz-Copy-Source", "audit/x"]);
    const twice = { ...aHead("PUT /reports/a"), headers };
    expect(codeOf(() => s3.recognise(twice, upstream))).toBe("target-ambiguous");
  });

  it.each([
    ["PUT /reports/a/b", { "x-amz-acl": "public-read" }, ["s3:PutObjectAcl"]],
    [
      "PUT /reports/a/b",
      { "x-amz-grant-read": "id=x", "x-amz-grant-write-acp": "id=x" },
      ["s3:PutObjectAcl"],
    ],
    ["PUT /reports/a/b", { "x-amz-tagging": "a=b" }, ["s3:PutObjectTagging"]],
    ["PUT /reports/a/b", { "x-amz-object-lock-mode": "GOVERNANCE" }, ["s3:PutObjectRetention"]],
    ["PUT /reports/a/b", { "x-amz-object-lock-retain-until-date": "2030" }, ["s3:PutObjectRetention"]],
    ["PUT /reports/a/b", { "x-amz-object-lock-legal-hold": "ON" }, ["s3:PutObjectLegalHold"]],
    [
      "POST /reports/a/b?uploads",
      { "x-amz-acl": "private", "x-amz-tagging": "a=b" },
      ["s3:PutObjectAcl", "s3:PutObjectTagging"],
    ],
    [
      "DELETE /reports/a/b",
      { "x-amz-bypass-governance-retention": "true" },
      ["s3:BypassGovernanceRetention"],
    ],
  ])("%s with %o needs %j too", (line, headers, implied) => {
    expect(asks(line, headers).slice(1)).toEqual(implied.map((action) => `${action} ${OBJECT}`));
  });

  it.each([
    [{ "x-amz-acl": "public-read" }, ["s3:PutBucketAcl"]],
    [{ "x-amz-grant-full-control": "id=x" }, ["s3:PutBucketAcl"]],
    [{ "x-amz-object-ownership": "ObjectWriter" }, ["s3:PutBucketOwnershipControls"]],
    [
      { "x-amz-bucket-object-lock-enabled": "true" },
      ["s3:PutBucketObjectLockConfiguration", "s3:PutBucketVersioning"],
    ],
  ])("a new bucket with %o needs %j too", (headers, implied) => {
    expect(asks("PUT /reports", headers).slice(1)).toEqual(implied.map((action) => `${action} ${BUCKET}`));
  });

  it.each([
    ["DELETE /reports/a/b", "x-amz-bypass-governance-retention", `s3:DeleteObject ${OBJECT}`],
    ["PUT /reports", "x-amz-bucket-object-lock-enabled", `s3:CreateBucket ${BUCKET}`],
  ])("%s with %s needs more where it says true, and no other value but false is taken", (line, name, own) => {
    for (const value of ["false", "FALSE"]) expect(asks(line, { [name]: value })).toEqual([own]);
    expect(asks(line, { [name]: "TRUE" })).toEqual(asks(line, { [name]: "true" }));
    expect(asks(line, { [name]: "true" }).length).toBeGreaterThan(1);
    for (const value of ["", "1", "0", "yes", "true, false", " true"]) {
      expect(refusal(line, { [name]: value })).toBe("header-not-allowed");
    }
  });

  it("does not ask twice for what the operation is", () => {
    expect(asks("PUT /reports/a/b?acl", { "x-amz-acl": "private" })).toEqual([`s3:PutObjectAcl ${OBJECT}`]);
    expect(asks("PUT /reports?acl", { "x-amz-acl": "private" })).toEqual([`s3:PutBucketAcl ${BUCKET}`]);
  });

  it("keeps what it admits, and leaves the client's signature behind", () => {
    const { headers } = read("PUT /reports/a", {
      "x-amz-meta-colour": "blue",
      "x-amz-checksum-crc64nvme": "x",
      "x-amz-server-side-encryption": "AES256",
      "x-amz-date": "20260101T000000Z",
      "x-amz-content-sha256": HEX,
      "x-amz-security-token": "secret",
      "x-amz-user-agent": "x",
      "x-amz-trailer": "x-amz-checksum-crc32",
      authorization: "secret",
      cookie: "secret",
      "x-amzn-trace-id": "Root=1",
    });
    expect(headers).toEqual([
      ["x-amz-meta-colour", "blue"],
      ["x-amz-checksum-crc64nvme", "x"],
      ["x-amz-server-side-encryption", "AES256"],
    ]);
  });

  it("lets the operator admit one, with what it implies", () => {
    const allowHeaders = new Set(["x-amz-request-payer", "x-amz-object-lock-mode"]);
    const operation = read(
      "PUT /reports/a/b?uploadId=u&partNumber=1",
      { "x-amz-request-payer": "requester", "x-amz-object-lock-mode": "COMPLIANCE" },
      { allowHeaders },
    );
    expect(operation.headers).toContainEqual(["x-amz-request-payer", "requester"]);
    expect(operation.requirements.map(({ action }) => action)).toContain("s3:PutObjectRetention");
  });
});

describe("S3.6 the owner of a bucket", () => {
  const expecting = { expectBucketOwner: true };

  it("is stated on every request but for a bucket that is not there yet", () => {
    const owner = ["x-amz-expected-bucket-owner", "123456789012"];
    expect(read("GET /reports/a", {}, expecting).headers).toEqual([owner]);
    expect(read("DELETE /reports", {}, expecting).headers).toEqual([owner]);
    expect(read("PUT /reports", {}, expecting).headers).toEqual([]);
    expect(read("GET /", {}, expecting).headers).toEqual([]);
  });

  it("is stated for the source of a copy as well", () => {
    expect(read("PUT /reports/a", { "x-amz-copy-source": "audit/x" }, expecting).headers).toEqual([
      ["x-amz-expected-bucket-owner", "123456789012"],
      ["x-amz-copy-source", "/audit/x"],
      ["x-amz-source-expected-bucket-owner", "123456789012"],
    ]);
  });

  it("may be stated by the client, and then must be the same", () => {
    const asked = { "x-amz-expected-bucket-owner": "999999999999" };
    expect(read("GET /reports/a", asked).headers).toEqual([["x-amz-expected-bucket-owner", "999999999999"]]);
    expect(refusal("GET /reports/a", asked, expecting)).toBe("header-not-allowed");
    const source = { "x-amz-copy-source": "audit/x", "x-amz-source-expected-bucket-owner": "999999999999" };
    expect(refusal("PUT /reports/a", source, expecting)).toBe("header-not-allowed");
  });
});

describe("S3.3 a copy", () => {
  it("needs its source to be read and its target to be written", () => {
    expect(asks("PUT /reports/a/b", { "x-amz-copy-source": "audit/x%20y" })).toEqual([
      `s3:PutObject ${OBJECT}`,
      "s3:GetObject arn:aws:s3:::audit/x y",
    ]);
    expect(copy("PUT /reports/a/b", "audit/x%20y").headers).toEqual([["x-amz-copy-source", "/audit/x%20y"]]);
  });

  it("of a version needs that version", () => {
    const { requirements } = copy("PUT /reports/a/b?uploadId=u&partNumber=1", "audit/x?versionId=1");
    expect(requirements[1]).toEqual({
      action: "s3:GetObjectVersion",
      resource: "arn:aws:s3:::audit/x",
      covers: ["s3:GetObject"],
      keys: new Map([["s3:versionid", ["1"]]]),
    });
  });

  it("brings tags along unless it says not to, so denies on tags count", () => {
    const all = [
      ["s3:PutObjectTagging", "s3:PutObjectAnnotation"],
      ["s3:GetObjectTagging", "s3:GetObjectAnnotation"],
    ];
    expect(copyCovers({})).toEqual(all);
    expect(copyCovers({ "x-amz-tagging-directive": "COPY" })).toEqual(all);
    expect(copyCovers({ "x-amz-tagging-directive": "REPLACE" })).toEqual([
      ["s3:PutObjectAnnotation"],
      ["s3:GetObjectAnnotation"],
    ]);
  });

  it("brings annotations along unless it says not to", () => {
    const without = { "x-amz-object-annotation-directive": "EXCLUDE" };
    expect(copyCovers(without)).toEqual([["s3:PutObjectTagging"], ["s3:GetObjectTagging"]]);
    expect(copyCovers({ ...without, "x-amz-tagging-directive": "REPLACE" })).toEqual([undefined, undefined]);
    expect(copyCovers({ "x-amz-object-annotation-directive": "exclude" })).toEqual(copyCovers({}));
    expect(
      refusal("PUT /reports/a?x-amz-object-annotation-directive=COPY", { "x-amz-copy-source": "audit/x" }),
    ).toBe("query-not-allowed");
  });

  it("of a part is another operation than the upload of one", () => {
    expect(copy("PUT /reports/a/b?uploadId=u&partNumber=1", "audit/x").name).toBe("UploadPartCopy");
    expect(copy("PUT /reports/a/b", "audit/x").name).toBe("CopyObject");
  });

  it.each(["PUT /reports/a?acl", "PUT /reports/a?tagging", "PUT /reports", "POST /reports/a?uploads"])(
    "is not what %s does",
    (line) => {
      expect(["operation-unknown", "header-not-allowed"]).toContain(
        refusal(line, { "x-amz-copy-source": "audit/x" }),
      );
    },
  );
});

describe("a body", () => {
  it.each([
    "GET /reports/a",
    "HEAD /reports/a",
    "DELETE /reports/a",
    "POST /reports/a?uploads",
    "GET /reports",
  ])("is refused where the API has none: %s", (line) => {
    expect(refusal(line, { "content-length": "5" })).toBe("body-malformed");
    expect(refusal(line, { "transfer-encoding": "chunked" })).toBe("body-malformed");
    expect(refusal(line, { "content-length": "0" })).toBe("nothing");
  });

  it("is refused as a part of an object, which would be put in place of the whole", () => {
    expect(refusal("PUT /reports/a", { "content-length": "5", "content-range": "bytes 0-4/10" })).toBe(
      "header-not-allowed",
    );
  });

  it("is streamed where it does not decide", () => {
    expect(read("PUT /reports/a", { "content-length": "5" }).payload).toEqual({ kind: "streamed" });
  });
});

describe("S3.5 DeleteObjects", () => {
  it("waits for its body, and sends the bytes that were read", () => {
    const found = s3.recognise(aHead("POST /reports/?delete="), upstream);
    if (!needsBody(found)) throw new Error("it did not wait");
    const bytes = Buffer.from(deletion("<Object><Key>a</Key></Object>"));
    expect(found.name).toBe("DeleteObjects");
    expect(found.read(bytes).payload).toEqual({ kind: "buffered", bytes });
    expect(found.read(bytes).query).toBe("delete=");
  });

  it("needs every object that it names, by version where it names one", () => {
    const inside =
      "<Object><Key>a/b</Key></Object><Quiet>true</Quiet><Object><Key>c&amp;d</Key><VersionId>1</VersionId></Object>";
    expect(remove(inside).requirements).toEqual([
      { action: "s3:DeleteObject", resource: OBJECT },
      {
        action: "s3:DeleteObjectVersion",
        resource: "arn:aws:s3:::reports/c&d",
        covers: ["s3:DeleteObject"],
        keys: new Map([["s3:versionid", ["1"]]]),
      },
    ]);
  });

  it("needs the leave to bypass governance for each", () => {
    const headers = { "x-amz-bypass-governance-retention": "true" };
    const { requirements } = remove("<Object><Key>a</Key></Object><Object><Key>b</Key></Object>", headers);
    expect(requirements.map(({ action, resource }) => `${action} ${resource}`)).toEqual([
      "s3:DeleteObject arn:aws:s3:::reports/a",
      "s3:BypassGovernanceRetention arn:aws:s3:::reports/a",
      "s3:DeleteObject arn:aws:s3:::reports/b",
      "s3:BypassGovernanceRetention arn:aws:s3:::reports/b",
    ]);
  });

  it.each([
    ["compressed", { "content-encoding": "gzip" }],
    ["framed", { "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER" }],
    ["of another type", { "content-type": "application/json" }],
    ["with a second factor", { "x-amz-mfa": "x" }],
  ])("is refused %s, before its body is read", (_name, headers) => {
    expect(codeOf(() => s3.recognise(aHead("POST /reports?delete", headers), upstream))).toBe(
      "header-not-allowed",
    );
  });

  it("is no operation on an object", () => {
    expect(refusal("POST /reports/a?delete")).toBe("operation-unknown");
  });
});

describe("S3.5 CreateBucket", () => {
  it("without a body is in the region that was asked, and needs nothing more", () => {
    expect(create("").requirements).toEqual([{ action: "s3:CreateBucket", resource: BUCKET }]);
    expect(create(configuration("")).requirements).toEqual([{ action: "s3:CreateBucket", resource: BUCKET }]);
  });

  it("needs the leave to tag for a bucket with tags", () => {
    const body = configuration("<Tags><Tag><Key>a</Key><Value>b</Value></Tag></Tags>");
    expect(create(body).requirements).toContainEqual({ action: "s3:TagResource", resource: BUCKET });
  });

  it("makes no directory bucket", () => {
    expect(codeOf(() => create(configuration("<Bucket><Type>Directory</Type></Bucket>")))).toBe(
      "operation-unknown",
    );
  });

  it("refuses what it does not know", () => {
    expect(codeOf(() => create(configuration("<New/>")))).toBe("body-malformed");
    expect(codeOf(() => create("<Other/>"))).toBe("body-malformed");
  });
});

const restore = (inside: string) =>
  readWhole(s3, upstream, aHead("POST /reports/a/b?restore"), `<RestoreRequest>${inside}</RestoreRequest>`);

describe("S3.5 RestoreObject", () => {
  it("needs what it is, whatever it says of the copy that is made for a while", () => {
    const said = "<Days>1</Days><GlacierJobParameters><Tier>Bulk</Tier></GlacierJobParameters>";
    expect(restore(said).requirements).toEqual([{ action: "s3:RestoreObject", resource: OBJECT }]);
    expect(read("POST /reports/a/b?restore").name).toBe("RestoreObject");
  });

  it.each(["<Type>SELECT</Type>", "<SelectParameters/>", "<OutputLocation><S3/></OutputLocation>"])(
    "writes its result nowhere: %s",
    (said) => {
      expect(codeOf(() => restore(said))).toBe("operation-unknown");
    },
  );

  it("refuses what it does not know", () => {
    expect(codeOf(() => restore("<New/>"))).toBe("body-malformed");
    expect(refusal("POST /reports/a?restore", { "content-encoding": "gzip" })).toBe("header-not-allowed");
  });
});

describe("S4.3 what a setting does to the objects of its bucket", () => {
  it.each([
    ["PUT /reports?lifecycle", ["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:AbortMultipartUpload"]],
    ["PUT /reports?replication", ["s3:GetObject", "s3:GetObjectVersion"]],
    ["PUT /reports?object-lock", ["s3:PutObjectRetention"]],
  ])("%s counts as %j on all of them", (line, covers) => {
    expect(read(line).requirements).toEqual([
      expect.objectContaining({ resource: BUCKET, covers, within: [`${BUCKET}/*`] }),
    ]);
  });

  it.each([
    "DELETE /reports?lifecycle",
    "DELETE /reports?replication",
    "GET /reports?lifecycle",
    "PUT /reports?policy",
  ])("%s does nothing to them", (line) => {
    const [needed] = read(line).requirements;
    expect([needed?.covers, needed?.within]).toEqual([undefined, undefined]);
  });

  it.each([
    ["PUT /reports?inventory&id=x", ["s3:ListBucket", "s3:ListBucketVersions"]],
    ["POST /reports?metadataTable", ["s3:ListBucket", "s3:ListBucketVersions"]],
    ["PUT /reports?metadataInventoryTable", ["s3:ListBucket", "s3:ListBucketVersions"]],
    ["PUT /reports?tagging", ["s3:TagResource", "s3:UntagResource"]],
    ["DELETE /reports?tagging", ["s3:UntagResource"]],
    ["GET /reports?tagging", ["s3:ListTagsForResource"]],
    ["GET /reports/a/b?torrent", ["s3:GetObject"]],
    ["PUT /reports/a/b?encryption", ["s3:PutObject"]],
  ])("%s is another way to do what %j does", (line, covers) => {
    const [needed] = read(line).requirements;
    expect([needed?.covers, needed?.within]).toEqual([covers, undefined]);
  });
});

const detailOf = (line: string): string | undefined => {
  try {
    read(line);
  } catch (error) {
    if (error instanceof Refusal) return error.detail;
  }
  return undefined;
};

describe("what is not taken", () => {
  it.each([
    ["GET /reports?session", "CreateSession"],
    ["PUT /reports/a?renameObject", "RenameObject"],
    ["POST /reports", "PostObject"],
    ["GET /?x-id=ListDirectoryBuckets", "ListDirectoryBuckets"],
    ["POST /WriteGetObjectResponse", "WriteGetObjectResponse"],
  ])("%s is %s, and the detail says why", (line, name) => {
    expect(detailOf(line)).toContain(`${name}, which is not taken: ${NOT_TAKEN.get(name)}`);
  });

  it("has a place for each", () => {
    expect(NOT_TAKEN.size).toBe(5);
    expect([...PLACES_NOT_TAKEN.values()].filter((name) => !NOT_TAKEN.has(name))).toEqual([]);
    expect([...PLACES_NOT_TAKEN.keys()].filter((place) => place in S3_TABLE)).toEqual([]);
  });
});

describe("the bucket whose region counts", () => {
  it.each([
    ["GET /reports/a", "reports"],
    ["HEAD /reports", "reports"],
    ["DELETE /reports", "reports"],
    ["PUT /reports?cors", "reports"],
    ["PUT /reports", undefined],
    ["GET /", undefined],
  ])("of %s is %s", (line, bucket) => {
    expect(read(line).bucket).toBe(bucket);
  });

  it("of a copy is the one that is written", () => {
    expect(copy("PUT /reports/a", "audit/x").bucket).toBe("reports");
  });
});

describe("what is not in the table", () => {
  it.each([
    "POST /",
    "PUT /",
    "DELETE /",
    "PATCH /reports/a",
    "OPTIONS /reports/a",
    "POST /reports/a",
    "POST /reports",
  ])("%s is refused", (line) => {
    expect(refusal(line)).toBe("operation-unknown");
  });
});
