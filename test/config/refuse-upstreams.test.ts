import { describe, expect, it } from "vitest";
import { POOL, told } from "./reading.ts";

describe("upstreams", () => {
  it.each<readonly [what: string, upstreams: object, problems: readonly string[]]>([
    [
      "an SDK's signature could mean both of two without match",
      { s3: { service: "s3" }, minio: { service: "s3", endpoint: "https://minio" } },
      ["upstreams.minio: an SDK's request for us-east-1/s3 could mean s3 as well; tell them apart by match"],
    ],
    [
      "regions written and left out are compared",
      { s3: { service: "s3", region: "us-east-1" }, twin: { service: "s3" } },
      ["upstreams.twin: an SDK's request for us-east-1/s3 could mean s3 as well; tell them apart by match"],
    ],
    [
      "one of several regions is another's",
      { s3: { service: "s3", regions: ["eu-west-1", "us-east-1"] }, twin: { service: "s3" } },
      ["upstreams.twin: an SDK's request for us-east-1/s3 could mean s3 as well; tell them apart by match"],
    ],
    [
      "regions stand beside region, or none is there",
      {
        a: { service: "s3", region: "eu-west-1", regions: ["eu-west-2"] },
        b: { service: "s3", region: "us-west-2", match: { pathPrefix: "/b" } },
      },
      ["upstreams.a.regions: region says the same; leave one of the two out"],
    ],
    [
      "http: to another machine needs a word of its own, and has no other use",
      {
        a: { service: "s3", region: "eu-west-1", endpoint: "http://minio:9000" },
        b: { service: "s3", region: "eu-west-2", endpoint: "http://minio:9000", insecureHttp: true },
        c: { service: "s3", region: "eu-west-3", endpoint: "https://minio:9000", insecureHttp: true },
        d: { service: "s3", region: "us-west-1", endpoint: "http://127.0.0.1:9000", insecureHttp: true },
        e: { service: "s3", region: "us-west-2", endpoint: "http://169.254.169.254", insecureHttp: true },
      },
      [
        "upstreams.a.endpoint: http: and ws: are for loopback addresses only; use https: or wss:, or write insecureHttp: true for this upstream",
        "upstreams.c.insecureHttp: it is for an http: endpoint on another machine; leave it out",
        "upstreams.d.insecureHttp: it is for an http: endpoint on another machine; leave it out",
        "upstreams.e.endpoint: link-local and metadata addresses are not upstreams",
      ],
    ],
    [
      "an endpoint is in one region, unless it has a place for it",
      {
        a: { service: "s3", regions: ["eu-west-1", "eu-west-2"], endpoint: "https://minio.test" },
        b: { service: "s3", regions: ["eu-west-3"], endpoint: "https://minio.test" },
        c: { service: "s3", regions: ["us-west-1", "us-west-2"], endpoint: "https://s3-fips.{region}.test" },
      },
      ["upstreams.a.regions: an endpoint is in one region, unless it has {region} in it"],
    ],
    [
      "S3.6 regions are of one partition, and an endpoint that stands for one bucket is in one",
      {
        a: { service: "s3", regions: ["eu-west-1", "cn-north-1"] },
        b: {
          service: "s3",
          regions: ["us-west-1", "us-west-2"],
          endpoint: "https://reports.s3.{region}.amazonaws.com",
          addressing: { bucket: "reports" },
        },
        c: { service: "dynamodb", regions: ["us-gov-west-1", "us-west-2"] },
      },
      [
        "upstreams.a.regions: these regions are not of one partition",
        "upstreams.b.regions: an endpoint that stands for one bucket is in one region",
        "upstreams.c.regions: these regions are not of one partition",
      ],
    ],
    [
      "two upstreams take the same hosts",
      {
        a: { service: "s3", addressing: { hostSuffix: "s3.test" } },
        b: { service: "s3", match: { pathPrefix: "/b" }, addressing: { hostSuffix: "S3.test" } },
        c: { service: "s3", match: { pathPrefix: "/c" }, addressing: { hostSuffix: "c.s3.test" } },
        d: { service: "s3", match: { pathPrefix: "/d" }, addressing: { hostSuffix: "notc.s3-test" } },
      },
      [
        "upstreams.b: a request for *.s3.test could mean a as well; tell them apart by match",
        "upstreams.c.addressing.hostSuffix: a host that ends in c.s3.test ends in s3.test of a as well",
        "upstreams.c.addressing.hostSuffix: a host that ends in c.s3.test ends in s3.test of b as well",
      ],
    ],
    [
      "addressing is S3's, and a bucket's endpoint is written",
      {
        db: { service: "dynamodb", addressing: { hostSuffix: "db.test" } },
        s3: { service: "s3", addressing: { bucket: "reports" } },
      },
      [
        "upstreams.db.addressing: addressing is S3's, and this is dynamodb",
        "upstreams.s3.addressing: a bucket with an endpoint of its own needs endpoint",
      ],
    ],
    [
      "another region is another upstream",
      { s3: { service: "s3" }, eu: { service: "s3", region: "eu-west-1" } },
      [],
    ],
    [
      "a match tells them apart",
      { s3: { service: "s3" }, minio: { service: "s3", match: { pathPrefix: "/minio" } } },
      [],
    ],
    [
      "two matches that are the same do not",
      {
        a: { service: "s3", match: { host: "A.test", pathPrefix: "/x" } },
        b: { service: "dynamodb", match: { host: "a.test", pathPrefix: "/x" } },
      },
      ["upstreams.b: a request for a.test/x could mean a as well; tell them apart by match"],
    ],
  ])("H16 %s", (_what, upstreams, problems) => {
    expect(told({ upstreams })).toEqual(problems);
  });

  it("H16 have no prefix that is the name of another", () => {
    const s3 = { service: "s3" };
    const twin = (match: object) => told({ upstreams: { s3, twin: { service: "s3", match } } });
    for (const pathPrefix of ["/s3", "/s3/reports"])
      expect(twin({ pathPrefix })).toEqual([
        "upstreams.twin.match.pathPrefix: /s3 is what leads to the upstream s3; take another",
      ]);
    for (const match of [
      { pathPrefix: "/s33" },
      { pathPrefix: "/twin" },
      { host: "twin.localhost", pathPrefix: "/s3" },
    ])
      expect(twin(match)).toEqual([]);
  });

  it("H16 have prefixes of which one begins with the other: the longer counts", () => {
    const upstreams = {
      a: { service: "s3", match: { pathPrefix: "/a" } },
      b: { service: "s3", match: { pathPrefix: "/a/b" } },
    };
    expect(told({ upstreams })).toEqual([]);
  });

  it.each([
    "a/b",
    "ab",
    "A-b",
    "a".repeat(64),
    "-ab",
    "reports-s3alias",
    "x.mrap",
    "a--use1-az4--x-s3",
    "1.2.3.4",
  ])("S3.6 stand for no bucket that has no name of a bucket: %s", (bucket) => {
    const s3 = { service: "s3", endpoint: "https://minio.test", addressing: { bucket } };
    expect(told({ upstreams: { s3 } })).toEqual([
      expect.stringMatching(
        /^upstreams\.s3\.addressing\.bucket: (?:a bucket is named|AWS means something else)/,
      ),
    ]);
  });

  it.each([
    "authorization",
    "Host",
    "Cookie",
    "Connection",
    "Content-Length",
    "Transfer-Encoding",
    "Expect",
    "X-Forwarded-For",
    "X-Postern-Token",
    "x_amz_date",
    "",
    "X-Amz-Date",
    "x-amz-security-token",
    "x-amz-content-sha256",
    "x-amz-copy-source",
    "x-amz-expected-bucket-owner",
    "x-amz-target",
    "x-amz-trailer",
  ])("S3.4 H24 let no header through that Postern writes or takes out: %j", (name) => {
    const s3 = { service: "s3", allowHeaders: ["X-Amz-New", name] };
    expect(told({ upstreams: { s3 } })).toEqual([
      expect.stringMatching(
        /^upstreams\.s3\.allowHeaders\.1: (?:it is for x-amz- headers|Postern writes this header itself)/,
      ),
    ]);
  });

  it.each(["X-Amz-Signature", "x-amz-acl", "X-AMZ-Date", "", "a b"])(
    "S3.2 let no signature through in a query, nor a header: %j",
    (name) => {
      const s3 = { service: "s3", allowQuery: ["x-new", "xx-amz-y", name] };
      expect(told({ upstreams: { s3 } })).toEqual([
        expect.stringMatching(/^upstreams\.s3\.allowQuery\.2: x-amz- names in a query are/),
      ]);
    },
  );

  it.each(["files.test.", ".files.test", "files..test", "files.test/x", "user@files.test", "files.test:"])(
    "match no host that no request can have: %s",
    (host) => {
      expect(told({ upstreams: { s3: { service: "s3", match: { host } } } })).toEqual([
        "upstreams.s3.match.host: a host is written like files.example.com",
      ]);
    },
  );

  it.each(["files.test", "FILES.test:4480", "127.0.0.1", "[::1]:4480", "under_score"])(
    "match the host %s",
    (host) => {
      expect(told({ upstreams: { s3: { service: "s3", match: { host } } } })).toEqual([]);
    },
  );

  it("of other services have no tables", () => {
    const tables = { Orders: { partitionKey: "customerId" } };
    expect(told({ upstreams: { s3: { service: "s3", tables } } })).toEqual([
      "upstreams.s3.tables: tables are DynamoDB's, and this is s3",
    ]);
    expect(told({ upstreams: { db: { service: "dynamodb", tables } } })).toEqual([]);
  });

  it("of DynamoDB need an account, their own or the common one", () => {
    const aws = { region: "us-east-1" };
    expect(told({ aws, upstreams: { db: { service: "dynamodb" } } })).toEqual([
      "upstreams.db: its ARNs carry an account: set aws.account, or account here",
    ]);
    expect(told({ aws, upstreams: { db: { service: "dynamodb", account: "123456789012" } } })).toEqual([]);
  });

  it("must be there", () => {
    expect(told({ upstreams: {} })).toEqual(["upstreams: it names no upstream"]);
  });

  it("name a source that is there", () => {
    const s3 = { service: "s3", credentials: "pol" };
    expect(told({ upstreams: { s3 } })).toEqual([
      'upstreams.s3.credentials: no credential source is named "pol" (there is pool)',
    ]);
    expect(told({ upstreams: { s3: { ...s3, credentials: "pool" } } })).toEqual([]);
  });

  it("may name a source that does not fit the schema: it is there, and told once", () => {
    const credentials = { pool: POOL, second: { ...POOL, flow: "hosted" } };
    const upstreams = { s3: { service: "s3", credentials: "second" } };
    expect(told({ credentials, upstreams })).toEqual([
      "credentials.second.flow: it must be one of enhanced, basic",
    ]);
  });
});
