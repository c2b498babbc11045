import { describe, expect, it } from "vitest";
import { readDeleteObjects } from "../../../src/local/guard/s3-delete-objects.ts";
import { parseS3 } from "../../../src/local/guard/s3-request.ts";
import type { S3Call } from "../../../src/local/guard/s3-call.ts";
import { deleteRequirements } from "../../../src/local/guard/s3-requirements.ts";

function parse(method: string, target: string, headers: Readonly<Record<string, string>> = {}): S3Call {
  return parseS3({ method, target, rawHeaders: Object.entries(headers).flat() });
}

/** `action resource` of each requirement, the prefixes that are always the same left out. */
function needs({ requirements }: Pick<S3Call, "requirements">): readonly string[] {
  return requirements.map(({ action, resource }) => `${action} ${resource.replace("arn:aws:s3:::", "")}`);
}

describe("parseS3 and the operations", () => {
  it.each([
    ["GET", "/", "ListBuckets", ["s3:ListAllMyBuckets *"]],
    ["GET", "/?x-id=ListBuckets", "ListBuckets", ["s3:ListAllMyBuckets *"]],
    ["HEAD", "/bkt", "HeadBucket", ["s3:ListBucket bkt"]],
    ["PUT", "/bkt", "CreateBucket", ["s3:CreateBucket bkt"]],
    ["DELETE", "/bkt/", "DeleteBucket", ["s3:DeleteBucket bkt"]],
    ["GET", "/bkt?location", "GetBucketLocation", ["s3:GetBucketLocation bkt"]],
    ["GET", "/bkt", "ListObjects", ["s3:ListBucket bkt"]],
    ["GET", "/bkt/?list-type=2&prefix=a%2F", "ListObjectsV2", ["s3:ListBucket bkt"]],
    ["GET", "/bkt?list-type=1", "ListObjects", ["s3:ListBucket bkt"]],
    ["GET", "/bkt?versions", "ListObjectVersions", ["s3:ListBucketVersions bkt"]],
    ["GET", "/bkt?uploads=", "ListMultipartUploads", ["s3:ListBucketMultipartUploads bkt"]],
    ["GET", "/bkt?acl", "GetBucketAcl", ["s3:GetBucketAcl bkt"]],
    ["PUT", "/bkt?acl", "PutBucketAcl", ["s3:PutBucketAcl bkt"]],
    ["POST", "/bkt?delete", "DeleteObjects", []],
    ["GET", "/bkt/k", "GetObject", ["s3:GetObject bkt/k"]],
    ["GET", "/bkt/k?partNumber=2", "GetObject", ["s3:GetObject bkt/k"]],
    ["GET", "/bkt/k?versionId=7", "GetObject", ["s3:GetObjectVersion bkt/k"]],
    ["HEAD", "/bkt/k", "HeadObject", ["s3:GetObject bkt/k"]],
    ["HEAD", "/bkt/k?versionId=7", "HeadObject", ["s3:GetObjectVersion bkt/k"]],
    ["PUT", "/bkt/k?x-id=PutObject", "PutObject", ["s3:PutObject bkt/k"]],
    ["DELETE", "/bkt/k", "DeleteObject", ["s3:DeleteObject bkt/k"]],
    ["DELETE", "/bkt/k?versionId=7", "DeleteObject", ["s3:DeleteObjectVersion bkt/k"]],
    ["POST", "/bkt/k?uploads", "CreateMultipartUpload", ["s3:PutObject bkt/k"]],
    ["PUT", "/bkt/k?partNumber=1&uploadId=u", "UploadPart", ["s3:PutObject bkt/k"]],
    ["POST", "/bkt/k?uploadId=u", "CompleteMultipartUpload", ["s3:PutObject bkt/k"]],
    ["DELETE", "/bkt/k?uploadId=u", "AbortMultipartUpload", ["s3:AbortMultipartUpload bkt/k"]],
    ["GET", "/bkt/k?uploadId=u", "ListParts", ["s3:ListMultipartUploadParts bkt/k"]],
    ["GET", "/bkt/k?tagging", "GetObjectTagging", ["s3:GetObjectTagging bkt/k"]],
    ["PUT", "/bkt/k?tagging&versionId=7", "PutObjectTagging", ["s3:PutObjectVersionTagging bkt/k"]],
    ["DELETE", "/bkt/k?tagging", "DeleteObjectTagging", ["s3:DeleteObjectTagging bkt/k"]],
    ["GET", "/bkt/k?acl", "GetObjectAcl", ["s3:GetObjectAcl bkt/k"]],
    ["PUT", "/bkt/k?acl&versionId=7", "PutObjectAcl", ["s3:PutObjectVersionAcl bkt/k"]],
  ])("reads %s %s as %s", (method, target, operation, requirements) => {
    const call = parse(method, target);
    expect([call.operation, needs(call)]).toEqual([operation, requirements]);
  });

  it.each([
    ["GET", "/bkt?policy"],
    ["PUT", "/bkt?lifecycle"],
    ["GET", "/bkt/k?retention"],
    ["GET", "/bkt?tagging"],
    ["GET", "/bkt/k?versions"],
    ["GET", "/?acl"],
    ["POST", "/bkt/k"],
    ["POST", "/bkt"],
    ["POST", "/bkt/k?select"],
    ["PUT", "/bkt/k?uploadId=u"],
    ["PUT", "/bkt/k?partNumber=1"],
    ["PATCH", "/bkt/k"],
    ["OPTIONS", "/bkt/k"],
    ["DELETE", "/"],
  ])("does not implement %s %s", (method, target) => {
    expect(() => parse(method, target)).toThrowError(
      expect.objectContaining({ code: "NotImplemented", status: 501 }),
    );
  });

  it("refuses two operations in one request", () => {
    expect(() => parse("GET", "/bkt/k?acl&tagging")).toThrowError(
      expect.objectContaining({
        code: "InvalidArgument",
        message: "Conflicting query string parameters: acl, tagging",
      }),
    );
  });
});

describe("parseS3 and what headers add", () => {
  it.each([
    ["x-amz-acl", "s3:PutObjectAcl"],
    ["X-Amz-Grant-Read", "s3:PutObjectAcl"],
    ["x-amz-tagging", "s3:PutObjectTagging"],
    ["x-amz-object-lock-mode", "s3:PutObjectRetention"],
    ["x-amz-object-lock-legal-hold", "s3:PutObjectLegalHold"],
  ])("wants more than PutObject for %s", (header, action) => {
    expect(needs(parse("PUT", "/bkt/k", { [header]: "x" }))).toEqual([
      "s3:PutObject bkt/k",
      `${action} bkt/k`,
    ]);
    expect(needs(parse("POST", "/bkt/k?uploads", { [header]: "x" }))).toContain(`${action} bkt/k`);
    expect(needs(parse("PUT", "/bkt/k", { [header]: "x", "x-amz-copy-source": "bkt/s" }))).toContain(
      `${action} bkt/k`,
    );
  });

  it("wants an action once, however many headers ask for it", () => {
    const headers = { "x-amz-grant-read": "x", "x-amz-grant-write-acp": "y" };
    expect(needs(parse("PUT", "/bkt/k", headers))).toEqual(["s3:PutObject bkt/k", "s3:PutObjectAcl bkt/k"]);
  });

  it("takes an x-amz- parameter of the query for the header of that name", () => {
    const call = parse("PUT", "/bkt/k?X-Amz-Acl=public-read");
    expect(needs(call)).toContain("s3:PutObjectAcl bkt/k");
    expect(call.headers.get("x-amz-acl")).toBe("public-read");
    expect(needs(parse("PUT", "/bkt/k?x-amz-copy-source=bkt%2Fs"))).toContain("s3:GetObject bkt/s");
  });

  it("refuses a parameter and a header that differ", () => {
    expect(() => parse("PUT", "/bkt/k?x-amz-acl=private", { "x-amz-acl": "public-read" })).toThrowError(
      expect.objectContaining({ code: "InvalidRequest" }),
    );
  });

  it("wants the right to bypass retention", () => {
    const headers = { "x-amz-bypass-governance-retention": "true" };
    expect(needs(parse("DELETE", "/bkt/k", headers))).toContain("s3:BypassGovernanceRetention bkt/k");
  });

  it("wants a bucket's ACL rights where a bucket is made with one", () => {
    expect(needs(parse("PUT", "/bkt", { "x-amz-acl": "private" }))).toEqual([
      "s3:CreateBucket bkt",
      "s3:PutBucketAcl bkt",
    ]);
  });

  it("is not led astray by a header named like a member of objects", () => {
    expect(needs(parse("PUT", "/bkt/k", { constructor: "x", ["__proto__"]: "y" }))).toEqual([
      "s3:PutObject bkt/k",
    ]);
  });
});

describe("parseS3 and copies", () => {
  it.each([
    ["src/a/b", "s3:GetObject src/a/b"],
    ["/src/a", "s3:GetObject src/a"],
    ["src%2Fa%20b", "s3:GetObject src/a b"],
    ["src/a+b", "s3:GetObject src/a b"],
    ["src/a%2Bb", "s3:GetObject src/a+b"],
    ["src/a?versionId=7", "s3:GetObjectVersion src/a"],
    ["src/a%3FversionId=7", "s3:GetObject src/a?versionId=7"],
    ["src//a", "s3:GetObject src//a"],
  ])("reads the source %s", (source, requirement) => {
    const headers = { "x-amz-copy-source": source };
    const copy = parse("PUT", "/bkt/k", headers);
    expect([copy.operation, needs(copy)]).toEqual(["CopyObject", [requirement, "s3:PutObject bkt/k"]]);
    const part = parse("PUT", "/bkt/k?partNumber=1&uploadId=u", headers);
    expect([part.operation, needs(part)]).toEqual(["UploadPartCopy", [requirement, "s3:PutObject bkt/k"]]);
  });

  it.each(["src", "src/", "/", "", "src/a?versionId=", "src/%ff", "src/%2"])(
    "refuses the source %j",
    (source) => {
      expect(() => parse("PUT", "/bkt/k", { "x-amz-copy-source": source })).toThrowError(
        expect.objectContaining({ code: "InvalidArgument" }),
      );
    },
  );
});

describe("parseS3 and paths", () => {
  it.each([
    ["/bkt/a%20b/%C3%BC%2Bc", "bkt", "a b/ü+c"],
    ["/bkt/a+b", "bkt", "a+b"],
    ["/bkt%2Fk", "bkt", "k"],
    ["/bkt/a%2Fb", "bkt", "a/b"],
    ["/bkt//a", "bkt", "/a"],
    ["/bkt/a/../b", "bkt", "a/../b"],
    ["/bkt/%252e", "bkt", "%2e"],
    ["/bkt/", "bkt", undefined],
    ["/", undefined, undefined],
  ])("reads %s", (target, bucket, key) => {
    const call = parse("GET", target);
    expect([call.bucket, call.key]).toEqual([bucket, key]);
  });

  it.each([
    ["//k", "InvalidBucketName"],
    ["/Bkt/k", "InvalidBucketName"],
    ["/b/k", "InvalidBucketName"],
    ["/..%2Fbkt/k", "InvalidBucketName"],
    ["/bkt/%ff", "InvalidURI"],
    ["/bkt/%g0", "InvalidURI"],
    ["/bkt/k?a=%ff", "InvalidURI"],
    ["/bkt/k?a=1&a=2", "InvalidRequest"],
    [`/bkt/${"k".repeat(1025)}`, "KeyTooLongError"],
  ])("refuses %s", (target, code) => {
    expect(() => parse("GET", target)).toThrowError(expect.objectContaining({ code }));
  });

  it("leaves the parameters of a signature out of the query", () => {
    const call = parse(
      "GET",
      "/bkt/k?X-Amz-Algorithm=a&X-Amz-Signature=s&X-Amz-Security-Token=t&versionId=7",
    );
    expect([...call.query]).toEqual([["versionId", "7"]]);
    expect(call.headers.size).toBe(0);
  });
});

describe("parseS3 and condition keys", () => {
  it("gives what a listing asks for", () => {
    const [requirement] = parse("GET", "/bkt?prefix=a%2Fb+c&delimiter=/&max-keys=10").requirements;
    expect(requirement?.context).toMatchObject({
      "s3:prefix": "a/b c",
      "s3:delimiter": "/",
      "s3:max-keys": "10",
    });
  });

  it("gives no key for a parameter that is not there", () => {
    const [requirement] = parse("GET", "/bkt").requirements;
    expect(requirement?.context).not.toHaveProperty(["s3:prefix"]);
  });

  it("gives the version, the ACL and the tags", () => {
    const [version] = parse("GET", "/bkt/k?versionId=7").requirements;
    expect(version?.context).toMatchObject({ "s3:VersionId": "7" });
    const [put] = parse("PUT", "/bkt/k", {
      "x-amz-acl": "private",
      "x-amz-tagging": "team=a%20b&x=",
    }).requirements;
    expect(put?.context).toMatchObject({
      "s3:x-amz-acl": "private",
      "s3:RequestObjectTag/team": "a b",
      "s3:RequestObjectTagKeys": ["team", "x"],
    });
  });
});

function read(xml: string): readonly object[] {
  return readDeleteObjects(Buffer.from(xml));
}

describe("readDeleteObjects", () => {
  it("reads keys and versions", () => {
    const xml = `<?xml version="1.0" encoding="UTF-8"?>
      <Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Quiet>true</Quiet>
        <Object><Key>a &amp; b</Key></Object>
        <Object><Key><![CDATA[c<d]]></Key><VersionId>7</VersionId></Object></Delete>`;
    expect(read(xml)).toEqual([{ key: "a & b" }, { key: "c<d", versionId: "7" }]);
  });

  it("tells what each of them needs", () => {
    const call = parse("POST", "/bkt?delete", { "x-amz-bypass-governance-retention": "true" });
    const objects = [{ key: "a" }, { key: "b", versionId: "7" }];
    expect(needs({ requirements: deleteRequirements(call, objects) })).toEqual([
      "s3:DeleteObject bkt/a",
      "s3:BypassGovernanceRetention bkt/a",
      "s3:DeleteObjectVersion bkt/b",
      "s3:BypassGovernanceRetention bkt/b",
    ]);
  });

  it.each([
    ["nothing", ""],
    ["another document", "<Remove><Object><Key>a</Key></Object></Remove>"],
    ["no object", "<Delete></Delete>"],
    ["an object without a key", "<Delete><Object><VersionId>1</VersionId></Object></Delete>"],
    ["an empty key", "<Delete><Object><Key></Key></Object></Delete>"],
    ["two keys", "<Delete><Object><Key>a</Key><Key>b</Key></Object></Delete>"],
    [
      "two versions",
      "<Delete><Object><Key>a</Key><VersionId>1</VersionId><VersionId>2</VersionId></Object></Delete>",
    ],
    ["an element in a key", "<Delete><Object><Key>a<b/></Key></Object></Delete>"],
    ["broken XML", "<Delete><Object><Key>a</Object></Delete>"],
    ["too many objects", `<Delete>${"<Object><Key>a</Key></Object>".repeat(1001)}</Delete>`],
  ])("refuses %s", (_what, xml) => {
    expect(() => read(xml)).toThrowError(expect.objectContaining({ code: "MalformedXML", status: 400 }));
  });
});
