import { describe, expect, it } from "vitest";
import { parseS3 } from "../../../src/local/guard/s3-request.ts";
import type { S3Call } from "../../../src/local/guard/s3-call.ts";

function parse(method: string, target: string, headers: Readonly<Record<string, string>> = {}): S3Call {
  return parseS3({ method, target, rawHeaders: Object.entries(headers).flat() });
}

/** `action resource` of each requirement, the prefixes that are always the same left out. */
function needs({ requirements }: Pick<S3Call, "requirements">): readonly string[] {
  return requirements.map(({ action, resource }) => `${action} ${resource.replace("arn:aws:s3:::", "")}`);
}

describe("parseS3 and what headers add", () => {
  it.each([
    ["x-amz-acl", "s3:PutObjectAcl"],
    ["X-Amz-Grant-Read", "s3:PutObjectAcl"],
    ["x-amz-tagging", "s3:PutObjectTagging"],
    ["x-amz-object-lock-mode", "s3:PutObjectRetention"],
    ["x-amz-object-lock-event-hold", "s3:PutObjectRetention"],
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

  it.each([
    [{ "if-match": '"etag"' }, ["s3:DeleteObject bkt/k", "s3:GetObject bkt/k"]],
    [{ "if-match": "*" }, ["s3:DeleteObject bkt/k"]],
  ])("wants the right to read of whoever deletes what has an ETag: %j", (headers, expected) => {
    expect(needs(parse("DELETE", "/bkt/k", headers))).toEqual(expected);
  });

  it.each(['"etag"', "*"])("wants it of whoever writes over what has an ETag: %s", (ifMatch) => {
    const put = parse("PUT", "/bkt/k", { "if-match": ifMatch, "x-amz-tagging": "a=b" });
    expect(needs(put)).toEqual(["s3:PutObject bkt/k", "s3:GetObject bkt/k", "s3:PutObjectTagging bkt/k"]);
    const complete = parse("POST", "/bkt/k?uploadId=u", { "if-match": ifMatch });
    expect(needs(complete)).toEqual(["s3:PutObject bkt/k", "s3:GetObject bkt/k"]);
    const copy = parse("PUT", "/bkt/k", { "if-match": ifMatch, "x-amz-copy-source": "src/a" });
    expect(needs(copy)).toEqual(["s3:GetObject src/a", "s3:PutObject bkt/k", "s3:GetObject bkt/k"]);
  });

  it.each([
    ["PUT", "/bkt/k", { "if-none-match": "*" }],
    ["POST", "/bkt/k?uploads", { "if-match": '"etag"' }],
    ["PUT", "/bkt/k?uploadId=u&partNumber=1", { "if-match": '"etag"' }],
  ])("does not want it for %s %s with %j", (method, target, headers) => {
    expect(needs(parse(method, target, headers))).toEqual(["s3:PutObject bkt/k"]);
  });

  it.each([
    [
      { "x-amz-bucket-object-lock-enabled": "true" },
      ["s3:PutBucketObjectLockConfiguration bkt", "s3:PutBucketVersioning bkt"],
    ],
    [{ "x-amz-bucket-object-lock-enabled": "false" }, []],
    [{ "x-amz-object-ownership": "ObjectWriter" }, ["s3:PutBucketOwnershipControls bkt"]],
  ])("wants more than CreateBucket for %j", (headers, more) => {
    expect(needs(parse("PUT", "/bkt", headers))).toEqual(["s3:CreateBucket bkt", ...more]);
  });

  it("wants the right to bypass where retention is changed, too", () => {
    const headers = { "x-amz-bypass-governance-retention": "TRUE" };
    expect(needs(parse("PUT", "/bkt/k?retention", headers))).toEqual([
      "s3:PutObjectRetention bkt/k",
      "s3:BypassGovernanceRetention bkt/k",
    ]);
    expect(needs(parse("PUT", "/bkt/k?legal-hold", headers))).toEqual(["s3:PutObjectLegalHold bkt/k"]);
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

  it("copies to the bucket that the host names", () => {
    const headers = { host: "bkt.s3.amazonaws.com", "x-amz-copy-source": "src/a" };
    expect(needs(parse("PUT", "/k", headers))).toEqual(["s3:GetObject src/a", "s3:PutObject bkt/k"]);
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

  it.each([
    ["/", "bkt", undefined],
    ["/a%2Fb", "bkt", "a/b"],
    ["//a", "bkt", "/a"],
    ["/other/k", "bkt", "other/k"],
    ["/..%2Fother/k", "bkt", "../other/k"],
    ["/%C3%BC", "bkt", "ü"],
  ])("reads %s with the bucket in the host", (target, bucket, key) => {
    const call = parse("GET", target, { host: "bkt.s3.localhost:4483" });
    expect([call.bucket, call.key]).toEqual([bucket, key]);
  });

  it.each(["s3.s3.amazonaws.com", "a_b.s3.amazonaws.com", "a/b.s3.amazonaws.com", "-.localhost"])(
    "refuses the bucket of %s",
    (host) => {
      expect(() => parse("GET", "/k", { host })).toThrowError(
        expect.objectContaining({ code: "InvalidBucketName" }),
      );
    },
  );

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

  it.each([
    ["PUT", "/bkt/k", "true"],
    ["POST", "/bkt/k?uploadId=u", "true"],
    ["POST", "/bkt/k?uploads", "false"],
    ["PUT", "/bkt/k?uploadId=u&partNumber=1", "false"],
  ])("tells whether %s %s makes the object", (method, target, expected) => {
    const [requirement] = parse(method, target).requirements;
    expect(requirement?.context).toMatchObject({ "s3:ObjectCreationOperation": expected });
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
