import { describe, expect, it } from "vitest";
import { DECIDING_DOCUMENTS } from "../../../src/local/guard/s3-deciding-documents.ts";
import { readCreateBucket } from "../../../src/local/guard/s3-create-bucket.ts";
import { readDeleteObjects } from "../../../src/local/guard/s3-delete-objects.ts";
import { parseS3 } from "../../../src/local/guard/s3-request.ts";
import { deleteRequirements } from "../../../src/local/guard/s3-requirements.ts";
import type { Requirement } from "../../../src/local/guard/requirement.ts";

function needs(requirements: readonly Requirement[]): readonly string[] {
  return requirements.map(({ action, resource }) => `${action} ${resource.replace("arn:aws:s3:::", "")}`);
}

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
    const rawHeaders = ["x-amz-bypass-governance-retention", "true"];
    const call = parseS3({ method: "POST", target: "/bkt?delete", rawHeaders });
    const objects = [{ key: "a" }, { key: "b", versionId: "7" }, { key: "c", etag: "e" }];
    expect(objects.map((object) => needs(deleteRequirements(call, object)))).toEqual([
      ["s3:DeleteObject bkt/a", "s3:BypassGovernanceRetention bkt/a"],
      ["s3:DeleteObjectVersion bkt/b", "s3:BypassGovernanceRetention bkt/b"],
      ["s3:DeleteObject bkt/c", "s3:BypassGovernanceRetention bkt/c", "s3:GetObject bkt/c"],
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

function decide(method: string, target: string, document: Buffer, rawHeaders: readonly string[] = []) {
  const call = parseS3({ method, target, rawHeaders });
  return DECIDING_DOCUMENTS.get(call.operation)?.(call, document) ?? [];
}

const CREATED = (inner: string): Buffer =>
  Buffer.from(
    `<CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${inner}</CreateBucketConfiguration>`,
  );
const TAG = "<Tags><Tag><Key>team</Key><Value>red</Value></Tag></Tags>";

describe("readCreateBucket", () => {
  it("reads where the bucket is to be, and its tags", () => {
    const body = CREATED(`<LocationConstraint>eu-west-1</LocationConstraint>${TAG}`);
    expect(readCreateBucket(body)).toEqual({ location: "eu-west-1", tags: new Map([["team", "red"]]) });
    expect(readCreateBucket(Buffer.alloc(0))).toEqual({ tags: new Map() });
  });

  it("wants the right to tag where there are tags, and tells IAM of both", () => {
    const document = CREATED(`<LocationConstraint>eu-west-1</LocationConstraint>${TAG}`);
    const requirements = decide("PUT", "/bkt", document, ["x-amz-acl", "public-read"]);
    expect(needs(requirements)).toEqual(["s3:CreateBucket bkt", "s3:PutBucketAcl bkt", "s3:TagResource bkt"]);
    for (const { context } of requirements) {
      expect(context).toMatchObject({
        "s3:locationconstraint": "eu-west-1",
        "aws:RequestTag/team": "red",
        "aws:TagKeys": ["team"],
        "s3:x-amz-acl": "public-read",
      });
    }
    expect(needs(decide("PUT", "/bkt", Buffer.alloc(0)))).toEqual(["s3:CreateBucket bkt"]);
  });

  it.each([
    ["another document", Buffer.from("<Other/>")],
    [
      "two places",
      CREATED("<LocationConstraint>a</LocationConstraint><LocationConstraint>b</LocationConstraint>"),
    ],
    ["a tag without a value", CREATED("<Tags><Tag><Key>a</Key></Tag></Tags>")],
    ["a tag twice", CREATED(TAG + TAG)],
    ["no XML", Buffer.from([0xff])],
  ])("refuses %s", (_what, body) => {
    expect(() => readCreateBucket(body)).toThrowError(expect.objectContaining({ code: "MalformedXML" }));
  });
});

describe("the documents that IAM goes by", () => {
  it.each([
    [
      "/bkt/k?tagging&versionId=7",
      "<Tagging><TagSet><Tag><Key>team</Key><Value>red</Value></Tag><Tag><Key>x</Key><Value/></Tag></TagSet></Tagging>",
      "s3:PutObjectVersionTagging bkt/k",
      {
        "s3:RequestObjectTag/team": "red",
        "s3:RequestObjectTag/x": "",
        "s3:RequestObjectTagKeys": ["team", "x"],
      },
    ],
    [
      "/bkt/k?retention",
      "<Retention><Mode>GOVERNANCE</Mode><RetainUntilDate>2027-01-01T00:00:00Z</RetainUntilDate></Retention>",
      "s3:PutObjectRetention bkt/k",
      {
        "s3:object-lock-mode": "GOVERNANCE",
        "s3:object-lock-retain-until-date": "2027-01-01T00:00:00Z",
      },
    ],
    [
      "/bkt/k?legal-hold",
      "<LegalHold><Status>OFF</Status></LegalHold>",
      "s3:PutObjectLegalHold bkt/k",
      { "s3:object-lock-legal-hold": "OFF" },
    ],
  ])("are told of %s", (target, xml, need, context) => {
    const requirements = decide("PUT", target, Buffer.from(xml));
    expect(needs(requirements)).toEqual([need]);
    expect(requirements[0]?.context).toMatchObject(context);
  });

  it.each([
    ["/bkt/k?tagging", "<Tagging/>"],
    ["/bkt/k?tagging", "<Tagging><TagSet/><TagSet/></Tagging>"],
    ["/bkt/k?tagging", "<Tagging><TagSet><Tag><Key>a</Key></Tag></TagSet></Tagging>"],
    ["/bkt/k?retention", "<LegalHold/>"],
    ["/bkt/k?retention", "<Retention><Mode>A</Mode><Mode>B</Mode></Retention>"],
    ["/bkt/k?legal-hold", ""],
  ])("must be well formed at %s: %s", (target, xml) => {
    expect(() => decide("PUT", target, Buffer.from(xml))).toThrowError(
      expect.objectContaining({ code: "MalformedXML" }),
    );
  });
});
