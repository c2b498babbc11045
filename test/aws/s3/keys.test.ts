import { describe, expect, it } from "vitest";
import { s3 } from "../../../src/aws/s3/s3.ts";
import type { Operation } from "../../../src/domain/operation.ts";
import { readHeaders } from "../../../src/domain/head.ts";
import { Refusal } from "../../../src/domain/refusal.ts";
import { aHead, anUpstream, codeOf, readWhole } from "../../support/asking.ts";

type Headers = Readonly<Record<string, string>>;
type Keys = Readonly<Record<string, string | readonly string[]>>;

const upstream = anUpstream();
const read = (line: string, headers: Headers = {}, body?: string): Operation =>
  readWhole(s3, upstream, aHead(line, headers), body);
const requirement = (operation: Operation, action: string) =>
  operation.requirements.find((one) => one.action === action);
const keysOf = (line: string, action: string, headers: Headers = {}, body?: string) =>
  requirement(read(line, headers, body), action)?.keys;

/** Values as they stand in the map: a text is a list of one. */
const told = (keys: Keys) =>
  new Map(Object.entries(keys).map(([key, value]) => [key, typeof value === "string" ? [value] : value]));

const HIDDEN = "c2VjcmV0LWtleS1vZi10aGUtY3VzdG9tZXI=";
const ALGORITHM = "s3:x-amz-server-side-encryption-customer-algorithm";
const HOLD_DAYS = "s3:object-lock-event-hold-duration-days";
const KMS_KEY = "s3:x-amz-server-side-encryption-aws-kms-key-id";
const customer = (prefix: string): Headers => ({
  [`${prefix}-server-side-encryption-customer-algorithm`]: "AES256",
  [`${prefix}-server-side-encryption-customer-key`]: HIDDEN,
  [`${prefix}-server-side-encryption-customer-key-md5`]: "bWQ1",
});

describe("a request without any of IAM's keys", () => {
  it.each(["GET /reports/a", "HEAD /reports/a", "PUT /reports/a", "GET /reports", "GET /", "HEAD /reports"])(
    "%s says nothing of them",
    (line) => {
      const [first] = read(line).requirements;
      expect(Object.keys(first ?? {})).toEqual(["action", "resource"]);
    },
  );

  it("says nothing of them by other headers either", () => {
    const headers = { "x-amz-checksum-mode": "ENABLED", range: "bytes=0-1" };
    expect(read("GET /reports/a", headers).requirements).toEqual([
      { action: "s3:GetObject", resource: "arn:aws:s3:::reports/a" },
    ]);
  });
});

describe("IAM's keys of a listing", () => {
  it.each<readonly [line: string, action: string, keys: Keys]>([
    ["GET /reports?prefix=a", "s3:ListBucket", { "s3:prefix": "a" }],
    ["GET /reports?prefix=", "s3:ListBucket", { "s3:prefix": "" }],
    ["GET /reports?prefix", "s3:ListBucket", { "s3:prefix": "" }],
    ["GET /reports?prefix=a%2520b&encoding-type=url", "s3:ListBucket", { "s3:prefix": "a%20b" }],
    ["GET /reports?prefix=a+b%2F", "s3:ListBucket", { "s3:prefix": "a b/" }],
    ["GET /reports?prefix=%C3%BC", "s3:ListBucket", { "s3:prefix": "ü" }],
    [
      "GET /reports?list-type=2&prefix=a&delimiter=%2F&max-keys=7&start-after=b",
      "s3:ListBucket",
      { "s3:prefix": "a", "s3:delimiter": "/", "s3:max-keys": "7" },
    ],
    [
      "GET /reports?versions&prefix=a&max-keys=0x10",
      "s3:ListBucketVersions",
      { "s3:prefix": "a", "s3:max-keys": "0x10" },
    ],
  ])("%s: %s", (line, action, keys) => {
    expect(keysOf(line, action)).toEqual(told(keys));
  });

  it.each([
    ["GET /reports?uploads&prefix=a", "s3:ListBucketMultipartUploads"],
    ["GET /?prefix=a", "s3:ListAllMyBuckets"],
  ])("%s has none: IAM knows none for %s", (line, action) => {
    expect(keysOf(line, action)).toBeUndefined();
  });
});

describe("IAM's key of a version", () => {
  it.each([
    ["GET /reports/a?versionId=1", "s3:GetObjectVersion"],
    ["DELETE /reports/a?versionId=1", "s3:DeleteObjectVersion"],
    ["GET /reports/a?acl&versionId=1", "s3:GetObjectVersionAcl"],
    ["PUT /reports/a?acl&versionId=1", "s3:PutObjectVersionAcl"],
    ["DELETE /reports/a?tagging&versionId=1", "s3:DeleteObjectVersionTagging"],
  ])("%s", (line, action) => {
    expect(keysOf(line, action)).toEqual(told({ "s3:versionid": "1" }));
  });

  it("is each object's own where many are deleted", () => {
    const objects = "<Object><Key>a</Key><VersionId>1</VersionId></Object><Object><Key>b</Key></Object>";
    const headers = { "x-amz-bypass-governance-retention": "true" };
    const { requirements } = read("POST /reports?delete", headers, `<Delete>${objects}</Delete>`);
    expect(requirements.map(({ action, keys }) => [action, keys])).toEqual([
      ["s3:DeleteObjectVersion", told({ "s3:versionid": "1" })],
      ["s3:BypassGovernanceRetention", undefined],
      ["s3:DeleteObject", undefined],
      ["s3:BypassGovernanceRetention", undefined],
    ]);
  });
});

const grants = {
  "x-amz-grant-full-control": 'id="1"',
  "x-amz-grant-read": 'id="2"',
  "x-amz-grant-read-acp": 'id="3"',
  "x-amz-grant-write": 'id="4"',
  "x-amz-grant-write-acp": 'id="5"',
};
const asKeys = (headers: Headers): Keys =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [`s3:${name}`, value]));
const lock = {
  "x-amz-object-lock-mode": "GOVERNANCE",
  "x-amz-object-lock-retain-until-date": "2030-01-01T00:00:00Z",
};
const retention = {
  "s3:object-lock-mode": "GOVERNANCE",
  "s3:object-lock-retain-until-date": "2030-01-01T00:00:00Z",
};
const hold = { "x-amz-object-lock-legal-hold": "ON" };
const acl = { "x-amz-acl": "public-read" };

describe("IAM's keys of the headers of a write", () => {
  it.each<readonly [line: string, headers: Headers, action: string, keys: Keys]>([
    ["PUT /reports/a", acl, "s3:PutObject", asKeys(acl)],
    ["PUT /reports/a", acl, "s3:PutObjectAcl", asKeys(acl)],
    ["PUT /reports/a?acl", acl, "s3:PutObjectAcl", asKeys(acl)],
    [
      "PUT /reports/a?acl&versionId=1",
      acl,
      "s3:PutObjectVersionAcl",
      { ...asKeys(acl), "s3:versionid": "1" },
    ],
    ["PUT /reports?acl", acl, "s3:PutBucketAcl", asKeys(acl)],
    ["PUT /reports", acl, "s3:CreateBucket", asKeys(acl)],
    ["PUT /reports", acl, "s3:PutBucketAcl", asKeys(acl)],
    ["POST /reports/a?uploads", grants, "s3:PutObject", asKeys(grants)],
    ["POST /reports/a?uploads", grants, "s3:PutObjectAcl", asKeys(grants)],
    [
      "PUT /reports/a",
      { "x-amz-server-side-encryption": "aws:kms", "x-amz-storage-class": "GLACIER" },
      "s3:PutObject",
      { "s3:x-amz-server-side-encryption": "aws:kms", "s3:x-amz-storage-class": "GLACIER" },
    ],
    [
      "PUT /reports/a",
      { ...lock, ...hold },
      "s3:PutObject",
      { ...retention, "s3:object-lock-legal-hold": "ON" },
    ],
    ["PUT /reports/a", { ...lock, ...hold }, "s3:PutObjectRetention", retention],
    ["PUT /reports/a", { ...lock, ...hold }, "s3:PutObjectLegalHold", { "s3:object-lock-legal-hold": "ON" }],
    [
      "PUT /reports",
      { "x-amz-object-ownership": "ObjectWriter" },
      "s3:CreateBucket",
      { "s3:x-amz-object-ownership": "ObjectWriter" },
    ],
    [
      "PUT /reports/a",
      { "x-amz-tagging": "a=b&C%2Fd=%C3%BC" },
      "s3:PutObject",
      {
        "s3:requestobjecttag/a": "b",
        "s3:requestobjecttag/c/d": "ü",
        "s3:requestobjecttagkeys": ["a", "C/d"],
      },
    ],
    [
      "PUT /reports/a",
      { "x-amz-tagging": "a=", ...acl },
      "s3:PutObjectTagging",
      { "s3:requestobjecttag/a": "", "s3:requestobjecttagkeys": ["a"] },
    ],
  ])("%s with %o: %s", (line, headers, action, keys) => {
    expect(keysOf(line, action, headers)).toEqual(told(keys));
  });

  it("tell an event hold, its length in days alone", () => {
    const held = { "x-amz-object-lock-event-hold": "ON" };
    const days = { ...held, "x-amz-object-lock-event-hold-duration-days": "30" };
    const years = { ...held, "x-amz-object-lock-event-hold-duration-years": "1" };
    const said = { "s3:object-lock-event-hold": "ON" };
    for (const action of ["s3:PutObject", "s3:PutObjectRetention"]) {
      expect(keysOf("PUT /reports/a", action, days)).toEqual(told({ ...said, [HOLD_DAYS]: "30" }));
      expect(keysOf("PUT /reports/a", action, years)).toEqual(
        new Map<string, unknown>([...told(said), [HOLD_DAYS, "unknown"]]),
      );
    }
  });

  it("tell the namespace of a new bucket", () => {
    const headers = { "x-amz-bucket-namespace": "account-regional" };
    expect(keysOf("PUT /reports", "s3:CreateBucket", headers)).toEqual(
      told({ "s3:x-amz-bucket-namespace": "account-regional" }),
    );
  });

  it("of no tags at all are none", () => {
    expect(keysOf("PUT /reports/a", "s3:PutObject", { "x-amz-tagging": "" })).toBeUndefined();
  });

  it("are unknown where a header is of more than ASCII", () => {
    expect(keysOf("PUT /reports/a", "s3:PutObject", { "x-amz-storage-class": "GLÄCIER" })).toEqual(
      new Map([["s3:x-amz-storage-class", "unknown"]]),
    );
  });
});

describe("IAM's keys of annotations", () => {
  const asIs = { "x-amz-object-if-match": '"e"' };

  it.each<readonly [line: string, headers: Headers, action: string, keys: Keys]>([
    [
      "GET /reports/a?annotation&annotation-prefix=x%2F&max-annotation-results=7",
      {},
      "s3:ListObjectAnnotations",
      { "s3:annotation-prefix": "x/", "s3:max-annotation-results": "7" },
    ],
    [
      "GET /reports/a?annotation&versionId=1&annotation-prefix=x",
      {},
      "s3:ListObjectVersionAnnotations",
      { "s3:annotation-prefix": "x", "s3:versionid": "1" },
    ],
    [
      "PUT /reports/a?annotation&annotationName=x",
      asIs,
      "s3:PutObjectAnnotation",
      { "s3:x-amz-object-if-match": '"e"' },
    ],
    [
      "DELETE /reports/a?annotation&annotationName=x&versionId=1",
      asIs,
      "s3:DeleteObjectVersionAnnotation",
      { "s3:x-amz-object-if-match": '"e"', "s3:versionid": "1" },
    ],
  ])("%s with %o: %s", (line, headers, action, keys) => {
    expect(keysOf(line, action, headers)).toEqual(told(keys));
  });
});

const lasting = (inside: string) => `<Retention><EventHoldDuration>${inside}</EventHoldDuration></Retention>`;

describe("IAM's keys that a body tells", () => {
  const until = "2030-01-01T00:00:00Z";

  it.each<readonly [line: string, body: string, action: string, keys: Keys]>([
    [
      "PUT /reports/a?retention",
      `<Retention><Mode>GOVERNANCE</Mode><RetainUntilDate>${until}</RetainUntilDate></Retention>`,
      "s3:PutObjectRetention",
      { "s3:object-lock-mode": "GOVERNANCE", "s3:object-lock-retain-until-date": until },
    ],
    [
      "PUT /reports/a?retention",
      "<Retention><EventHold>ON</EventHold><EventHoldDuration><Days>3</Days></EventHoldDuration></Retention>",
      "s3:PutObjectRetention",
      { "s3:object-lock-event-hold": "ON", [HOLD_DAYS]: "3" },
    ],
    [
      "PUT /reports/a?legal-hold",
      '<LegalHold xmlns="http://s3.amazonaws.com/doc/2006-03-01/">\n  <Status>OFF</Status>\n</LegalHold>',
      "s3:PutObjectLegalHold",
      { "s3:object-lock-legal-hold": "OFF" },
    ],
    [
      "PUT /reports?ownershipControls",
      "<OwnershipControls><Rule><ObjectOwnership>ObjectWriter</ObjectOwnership></Rule></OwnershipControls>",
      "s3:PutBucketOwnershipControls",
      { "s3:x-amz-object-ownership": "ObjectWriter" },
    ],
    [
      "PUT /reports/a?encryption",
      "<ObjectEncryption><SSE-KMS><KMSKeyArn>k</KMSKeyArn></SSE-KMS></ObjectEncryption>",
      "s3:UpdateObjectEncryption",
      { "s3:x-amz-server-side-encryption": "aws:kms", [KMS_KEY]: "k" },
    ],
  ])("%s with %s: %s", (line, body, action, keys) => {
    expect(keysOf(line, action, {}, body)).toEqual(told(keys));
    expect(read(line, {}, body).payload).toEqual({ kind: "buffered", bytes: Buffer.from(body) });
  });

  it("are of the operation's own action alone", () => {
    const bypass = { "x-amz-bypass-governance-retention": "true" };
    const body = "<Retention><Mode>GOVERNANCE</Mode></Retention>";
    expect(keysOf("PUT /reports/a?retention", "s3:BypassGovernanceRetention", bypass, body)).toBeUndefined();
  });

  it.each([
    ["with a space", "<Retention><Mode> GOVERNANCE</Mode></Retention>", "s3:object-lock-mode"],
    ["in years", lasting("<Years>1</Years>"), HOLD_DAYS],
    ["in days and years", lasting("<Days>1</Days><Years>1</Years>"), HOLD_DAYS],
  ])("are unknown where S3 may read them otherwise: %s", (_name, body, key) => {
    expect(keysOf("PUT /reports/a?retention", "s3:PutObjectRetention", {}, body)?.get(key)).toBe("unknown");
  });

  it.each([
    ["PUT /reports/a?retention", "<Retention><New/></Retention>"],
    ["PUT /reports/a?retention", "<Retention><Mode>A</Mode><Mode>B</Mode></Retention>"],
    ["PUT /reports/a?retention", lasting("<Weeks>1</Weeks>")],
    ["PUT /reports/a?legal-hold", "<Retention/>"],
    ["PUT /reports?ownershipControls", "<OwnershipControls><Rule/><Rule/></OwnershipControls>"],
    ["PUT /reports/a?encryption", "<ObjectEncryption><SSE-C/></ObjectEncryption>"],
  ])("are none of a body that cannot be read: %s with %s", (line, body) => {
    expect(codeOf(() => read(line, {}, body))).toBe("body-malformed");
  });

  it("name a key of KMS, which a rule must name", () => {
    const body = "<ObjectEncryption><SSE-KMS><KMSKeyArn>k</KMSKeyArn></SSE-KMS></ObjectEncryption>";
    const [needed] = read("PUT /reports/a?encryption", {}, body).requirements;
    expect(needed).toMatchObject({ action: "s3:UpdateObjectEncryption", guarded: [KMS_KEY] });
  });
});

describe("IAM's keys of a copy", () => {
  const source = { "x-amz-copy-source": "/audit/x%20y?versionId=7" };
  const replacing = { ...source, "x-amz-tagging-directive": "REPLACE", "x-amz-metadata-directive": "COPY" };

  it("name the source at the target, without a slash at the start and without the version", () => {
    expect(keysOf("PUT /reports/a", "s3:PutObject", replacing)).toEqual(
      told({ "s3:x-amz-copy-source": "audit/x y", "s3:x-amz-metadata-directive": "COPY" }),
    );
    expect(keysOf("PUT /reports/a?uploadId=u&partNumber=1", "s3:PutObject", source)).toEqual(
      told({ "s3:x-amz-copy-source": "audit/x y" }),
    );
  });

  it("tell what becomes of annotations", () => {
    const headers = { ...replacing, "x-amz-object-annotation-directive": "EXCLUDE" };
    expect(
      keysOf("PUT /reports/a", "s3:PutObject", headers)?.get("s3:x-amz-object-annotation-directive"),
    ).toEqual(["EXCLUDE"]);
  });

  it("name the version at the source", () => {
    expect(keysOf("PUT /reports/a", "s3:GetObjectVersion", replacing)).toEqual(told({ "s3:versionid": "7" }));
    expect(
      keysOf("PUT /reports/a", "s3:GetObject", { ...replacing, "x-amz-copy-source": "audit/x" }),
    ).toBeUndefined();
  });
});

describe("S4.2 tags that cannot be told", () => {
  it.each<readonly [name: string, line: string, action: string, headers: Headers]>([
    ["in a body that is not read", "PUT /reports/a?tagging", "s3:PutObjectTagging", {}],
    ["in such a body, of a version", "PUT /reports/a?tagging&versionId=1", "s3:PutObjectVersionTagging", {}],
    ["brought along by a copy", "PUT /reports/a", "s3:PutObject", { "x-amz-copy-source": "audit/x" }],
    ...[
      "a",
      "a=b&",
      "&a=b",
      "a=b=c",
      "=b",
      "a=b+c",
      "a=%zz",
      "a=%ff",
      "a=b&a=c",
      "a=b&A=c",
      "a=ü",
      "%E2%84%AAey=b",
      "a=b&%C3%BC=c",
      "a=b c",
    ].map((tagging) => [tagging, "PUT /reports/a", "s3:PutObject", { "x-amz-tagging": tagging }] as const),
  ])("are unknown, whatever their names: %s", (_name, line, action, headers) => {
    const keys = keysOf(line, action, headers);
    expect(keys?.get("s3:requestobjecttagkeys")).toBe("unknown");
    expect(keys?.get("s3:requestobjecttag/anything")).toBe("unknown");
    expect(keys?.has("s3:requestobjecttag/anything")).toBe(true);
    expect(keys?.get("s3:x-amz-acl")).toBeUndefined();
  });

  it("leave known what is known besides", () => {
    const keys = keysOf("PUT /reports/a?tagging&versionId=1", "s3:PutObjectVersionTagging");
    expect(keys?.get("s3:versionid")).toEqual(["1"]);
  });
});

describe("S3.4 headers that a rule must name", () => {
  it.each<readonly [line: string, headers: Headers, action: string, guarded: string]>([
    ["PUT /reports/a", { "x-amz-server-side-encryption-aws-kms-key-id": "k" }, "s3:PutObject", KMS_KEY],
    ["PUT /reports/a", { "x-amz-server-side-encryption-context": "e30=" }, "s3:PutObject", KMS_KEY],
    [
      "POST /reports/a?uploads",
      { "x-amz-website-redirect-location": "/b" },
      "s3:PutObject",
      "s3:x-amz-website-redirect-location",
    ],
    ...["PUT /reports/a", "PUT /reports/a?uploadId=u&partNumber=1", "POST /reports/a?uploadId=u"].map(
      (line) => [line, customer("x-amz"), "s3:PutObject", ALGORITHM] as const,
    ),
    ["GET /reports/a", customer("x-amz"), "s3:GetObject", ALGORITHM],
    ["HEAD /reports/a?versionId=1", customer("x-amz"), "s3:GetObjectVersion", ALGORITHM],
    ["GET /reports/a?uploadId=u", customer("x-amz"), "s3:ListMultipartUploadParts", ALGORITHM],
    ["GET /reports/a?attributes", customer("x-amz"), "s3:GetObjectAttributes", ALGORITHM],
    ["GET /reports/a?attributes&versionId=1", customer("x-amz"), "s3:GetObjectVersionAttributes", ALGORITHM],
    ["POST /reports/a?select&select-type=2", customer("x-amz"), "s3:GetObject", ALGORITHM],
    ["GET /reports/a", { "x-amz-server-side-encryption-customer-key": HIDDEN }, "s3:GetObject", ALGORITHM],
  ])("%s with %o: %s", (line, headers, action, guarded) => {
    const operation = read(line, headers);
    expect(requirement(operation, action)?.guarded).toEqual([guarded]);
    expect(operation.headers).toEqual(Object.entries(headers));
  });

  it("have their value among IAM's keys", () => {
    const headers = { ...customer("x-amz"), "x-amz-website-redirect-location": "/b" };
    expect(keysOf("PUT /reports/a", "s3:PutObject", headers)).toEqual(
      told({ [ALGORITHM]: "AES256", "s3:x-amz-website-redirect-location": "/b" }),
    );
    expect(keysOf("GET /reports/a", "s3:GetObject", customer("x-amz"))).toEqual(
      told({ [ALGORITHM]: "AES256" }),
    );
  });

  it.each(["PUT /reports/a", "PUT /reports/a?uploadId=u&partNumber=1"])(
    "about the source of a copy are guarded where it is read, and not where it is written: %s",
    (line) => {
      const headers = { "x-amz-copy-source": "audit/x", ...customer("x-amz-copy-source") };
      const operation = read(line, headers);
      expect(requirement(operation, "s3:GetObject")).toMatchObject({
        guarded: [ALGORITHM],
        keys: told({ [ALGORITHM]: "AES256" }),
      });
      expect(requirement(operation, "s3:PutObject")?.guarded).toBeUndefined();
      expect(requirement(operation, "s3:PutObject")?.keys?.get(ALGORITHM)).toBeUndefined();
    },
  );

  it("are guarded though the operator lets them through elsewhere", () => {
    const allowHeaders = new Set(["x-amz-server-side-encryption-customer-algorithm"]);
    const head = aHead("DELETE /reports/a", { "x-amz-server-side-encryption-customer-algorithm": "AES256" });
    expect(readWhole(s3, { ...upstream, allowHeaders }, head).requirements[0]?.guarded).toEqual([ALGORITHM]);
  });
});

describe("a key of the customer", () => {
  const refused: readonly (readonly [string, string, Headers | readonly string[]])[] = [
    ["where it has no place", "DELETE /reports/a", customer("x-amz")],
    ["beside an unknown header", "PUT /reports/a", { ...customer("x-amz"), "x-amz-new": "x" }],
    ["with an unknown parameter", "PUT /reports/a?new=x", customer("x-amz")],
    ["of a source that is none", "PUT /reports/a", customer("x-amz-copy-source")],
    [
      "on two lines",
      "PUT /reports/a",
      [
        "x-amz-server-side-encryption-customer-key",
        HIDDEN,
        "x-amz-server-side-encryption-customer-key",
        HIDDEN,
      ],
    ],
  ];

  it.each(refused)("is told to nobody when it is refused: %s", (_name, line, sent) => {
    const lines = Array.isArray(sent) ? (sent as readonly string[]) : Object.entries(sent).flat();
    const head = { ...aHead(line), headers: readHeaders(lines) };
    let thrown: unknown;
    try {
      s3.recognise(head, upstream);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(Refusal);
    const { message, detail, cause, stack } = thrown as Refusal;
    expect([message, detail, String(cause), stack].join(" ")).not.toContain(HIDDEN);
  });

  it("stands in what is sent, and in nothing that policy or a log is told", () => {
    const { headers, ...others } = read("PUT /reports/a", customer("x-amz"));
    expect(JSON.stringify(headers)).toContain(HIDDEN);
    const told = others.requirements.map(({ keys, ...rest }) => [rest, [...(keys ?? [])]]);
    expect(JSON.stringify([others, told])).not.toContain(HIDDEN);
  });
});
