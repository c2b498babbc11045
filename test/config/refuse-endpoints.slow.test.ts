import { describe, expect, it } from "vitest";
import { told } from "./reading.ts";

/** What is told of an upstream at a host of AWS, without its place. */
function toldAt(host: string, settings: object = {}): readonly string[] {
  const upstream = { service: "s3", endpoint: `https://${host}`, ...settings };
  return told({ upstreams: { up: upstream } }).map((text) => text.replace("upstreams.up.endpoint: ", ""));
}

const VPCE = "vpce-1a2b3c4d-5e6f.s3.us-east-1.vpce.amazonaws.com";
const VIRTUAL = { addressing: { style: "virtual-hosted" } };
const BUCKET = { addressing: { bucket: "reports" } };

describe("S3.6 a host for every bucket", () => {
  it.each([
    "s3.us-east-1.amazonaws.com",
    "s3-us-east-1.amazonaws.com",
    "s3.dualstack.us-east-1.amazonaws.com",
    "s3-fips.us-east-1.amazonaws.com",
    "s3-fips.dualstack.us-east-1.amazonaws.com",
    "s3.us-east-1.api.aws",
    "s3.amazonaws.com",
    "s3-external-1.amazonaws.com",
    "S3.US-EAST-1.amazonaws.com:443",
  ])("has them in the path or before it, and stands for none: %s", (host) => {
    expect(toldAt(host)).toEqual([]);
    expect(toldAt(host, VIRTUAL)).toEqual([]);
    expect(toldAt(host, BUCKET)).toEqual([expect.stringMatching(/^this host is for every bucket/)]);
  });

  it("has them in the path only, inside a VPC", () => {
    for (const host of [`bucket.${VPCE}`, `bucket.${VPCE.replace("5e6f", "5e6f-us-east-1a")}`]) {
      expect(toldAt(host)).toEqual([]);
      expect(toldAt(host, VIRTUAL)).toEqual(["this host wants addressing: { style: path }"]);
      expect(toldAt(host, BUCKET)).toEqual([expect.stringMatching(/^this host is for every bucket/)]);
    }
  });

  it.each(["s3-accelerate.amazonaws.com", "s3-accelerate.dualstack.amazonaws.com"])(
    "has them before it only, where transfer is accelerated: %s",
    (host) => {
      expect(toldAt(host)).toEqual(["this host wants addressing: { style: virtual-hosted }"]);
      expect(toldAt(host, { ...VIRTUAL, region: "eu-west-1" })).toEqual([]);
    },
  );
});

describe("S3.6 a host of one bucket", () => {
  it.each([
    "reports.s3.us-east-1.amazonaws.com",
    "reports.s3-fips.dualstack.us-east-1.amazonaws.com",
    "reports.s3-us-east-1.amazonaws.com",
    "reports.s3.amazonaws.com",
    "reports.s3-accelerate.amazonaws.com",
    `reports.bucket.${VPCE}`,
  ])("says so: %s", (host) => {
    expect(toldAt(host, BUCKET)).toEqual([]);
    const message = "this host is that of one bucket: write addressing: { bucket: reports }, and no more";
    const arn = "arn:aws:s3:us-east-1:123456789012:accesspoint/reports";
    for (const addressing of [
      {},
      { style: "virtual-hosted" },
      { bucket: "other" },
      { bucket: "reports", accessPoint: arn },
    ])
      expect(toldAt(host, { addressing }), JSON.stringify(addressing)).toEqual([message]);
  });

  it("may have dots in its name, and parts that look like S3's own", () => {
    for (const bucket of [
      "a.b",
      "s3.eu-west-1",
      "x.s3-control",
      "dualstack",
      "s3-bucket",
      "bucket.vpce-1a",
    ]) {
      const found = toldAt(`${bucket}.s3.us-east-1.amazonaws.com`, { addressing: { bucket } });
      expect(found, bucket).toEqual([]);
    }
  });

  it("is none where its name is an alias", () => {
    for (const name of ["point-abc123-s3alias", "x--use1-az4--x-s3", "ab"])
      expect(toldAt(`${name}.s3.us-east-1.amazonaws.com`)).toEqual([
        `${name} is not the name of a bucket, but of something else, or nothing`,
      ]);
  });
});

describe("S3.6 a host of an access point", () => {
  const ARN = "arn:aws:s3:us-east-1:123456789012:accesspoint/my-point";

  it.each([
    "my-point-123456789012.s3-accesspoint.us-east-1.amazonaws.com",
    "my-point-123456789012.s3-accesspoint-fips.us-east-1.amazonaws.com",
    "my-point-123456789012.s3-accesspoint-fips.dualstack.us-east-1.amazonaws.com",
    "my-point-123456789012.s3-accesspoint.dualstack.us-east-1.amazonaws.com",
    `my-point-123456789012.accesspoint.${VPCE}`,
  ])("says which, by name, account and region: %s", (host) => {
    expect(toldAt(host, { addressing: { bucket: "reports", accessPoint: ARN } })).toEqual([]);
    for (const addressing of [
      {},
      { style: "virtual-hosted" },
      { bucket: "reports" },
      { bucket: "reports", accessPoint: ARN.replace("my-point", "point") },
      { bucket: "reports", accessPoint: ARN.replace("123456789012", "210987654321") },
      { bucket: "reports", accessPoint: ARN.replace("us-east-1", "us-west-2") },
      { bucket: "reports", accessPoint: ARN.replace("arn:aws:", "arn:aws-cn:") },
    ])
      expect(toldAt(host, { addressing }), JSON.stringify(addressing)).toEqual([
        `this host is that of an access point: write its bucket in addressing, and accessPoint: "${ARN}"`,
      ]);
  });

  it.each([
    "s3-accesspoint.us-east-1.amazonaws.com",
    "point.s3-accesspoint.us-east-1.amazonaws.com",
    "a.point-123456789012.s3-accesspoint.us-east-1.amazonaws.com",
    `accesspoint.${VPCE}`,
  ])("is not one without its name: %s", (host) => {
    expect(toldAt(host)).toEqual([expect.stringMatching(/^access points are named before this host/)]);
  });
});

it.each([
  ["s3-website-us-east-1.amazonaws.com", /website/],
  ["reports.s3-website.us-east-1.amazonaws.com", /website/],
  ["123456789012.s3-control.us-east-1.amazonaws.com", /S3 Control/],
  ["s3-control.dualstack.us-east-1.amazonaws.com", /S3 Control/],
  [`123456789012.control.${VPCE}`, /S3 Control/],
  ["point-123456789012.s3-object-lambda.us-east-1.amazonaws.com", /Object Lambda/],
  ["s3-outposts.us-east-1.amazonaws.com", /Outposts/],
  ["p-123456789012.op-1.s3-outposts.us-east-1.amazonaws.com", /Outposts/],
  ["s3express-use1-az4.us-east-1.amazonaws.com", /directory/],
  ["b--use1-az4--x-s3.s3express-use1-az4.dualstack.us-east-1.amazonaws.com", /directory/],
  ["s3express-control.us-east-1.amazonaws.com", /directory/],
  ["abc.mrap.accesspoint.s3-global.amazonaws.com", /SigV4a/],
  [VPCE, /with bucket\. before/],
  [`reports.${VPCE}`, /with bucket\. before/],
  [`*.${VPCE}`, /with bucket\. before/],
  ["s3vectors.us-east-1.api.aws", /another service/],
  ["s3tables.us-east-1.amazonaws.com", /another service/],
  ["dynamodb.us-east-1.amazonaws.com", /another service/],
  ["s3.dualstack.amazonaws.com", /another service/],
  ["s3-us-east-1.us-east-1.amazonaws.com", /another service/],
  ["ec2-1-2-3-4.compute-1.amazonaws.com", /another service/],
  ["amazonaws.com.api.aws", /another service/],
])("S3.6 nothing of S3's is sent to %s", (host, why) => {
  for (const settings of [{}, VIRTUAL, BUCKET])
    expect(toldAt(host, settings)).toEqual([expect.stringMatching(why)]);
});

describe("a region in a host", () => {
  it("is the upstream's", () => {
    const message = "this host is in us-west-2, and the upstream in us-east-1";
    expect(toldAt("s3.us-west-2.amazonaws.com")).toEqual([message]);
    expect(toldAt("s3.us-west-2.amazonaws.com", { region: "us-west-2" })).toEqual([]);
    expect(toldAt("dynamodb.us-west-2.amazonaws.com", { service: "dynamodb" })).toEqual([message]);
    expect(toldAt("s3.amazonaws.com", { region: "eu-west-1" })).toEqual([
      "this host is in us-east-1, and the upstream in eu-west-1",
    ]);
  });

  it("may be each of the upstream's", () => {
    const regions = ["us-east-1", "eu-west-1"];
    expect(toldAt("s3-fips.dualstack.{region}.amazonaws.com", { regions })).toEqual([]);
    expect(toldAt("dynamodb.{region}.api.aws", { regions, service: "dynamodb" })).toEqual([]);
    expect(toldAt("s3-website.{region}.amazonaws.com", { regions })).toHaveLength(1);
  });

  it("is of the partition that the host is of", () => {
    expect(toldAt("s3.cn-north-1.amazonaws.com.cn", { region: "cn-north-1" })).toEqual([]);
    expect(toldAt("s3.us-gov-west-1.amazonaws.com", { region: "us-gov-west-1" })).toEqual([]);
    expect(toldAt("s3-fips-us-gov-west-1.amazonaws.com", { region: "us-gov-west-1" })).toEqual([]);
    expect(toldAt("s3.eusc-de-east-1.amazonaws.eu", { region: "eusc-de-east-1" })).toEqual([]);
    const db = { service: "dynamodb", region: "cn-north-1" };
    expect(toldAt("dynamodb.cn-north-1.api.amazonwebservices.com.cn", db)).toEqual([]);
    const message = "this host is of another partition than cn-north-1";
    expect(toldAt("dynamodb.cn-north-1.amazonaws.com", db)).toEqual([message]);
    const cn = { region: "cn-north-1", addressing: { bucket: "reports" } };
    expect(toldAt("reports.s3.amazonaws.com", cn)).toEqual([message]);
  });
});

describe("a host of DynamoDB", () => {
  const db = { service: "dynamodb" };

  it.each([
    "dynamodb.us-east-1.amazonaws.com",
    "dynamodb-fips.us-east-1.amazonaws.com",
    "dynamodb.us-east-1.api.aws",
    "streams.dynamodb.us-east-1.amazonaws.com",
    "streams-dynamodb.us-east-1.api.aws",
    "123456789012.ddb.us-east-1.amazonaws.com",
    "123456789012.ddb.us-east-1.api.aws",
    "vpce-1a2b3c4d-5e6f.dynamodb.us-east-1.vpce.amazonaws.com",
    "vpce-1a2b3c4d-5e6f-us-east-1a.dynamodb-fips.us-east-1.vpce.amazonaws.com",
  ])("is taken: %s", (host) => expect(toldAt(host, db)).toEqual([]));

  it.each([
    "s3.us-east-1.amazonaws.com",
    "dax.us-east-1.amazonaws.com",
    "cluster.abc.dax-clusters.us-east-1.amazonaws.com",
    "x.dynamodb.us-east-1.amazonaws.com",
    "dynamodb.amazonaws.com",
    "12345678901.ddb.us-east-1.amazonaws.com",
    "dynamodb.us-east-1.vpce.amazonaws.com",
    "vpce-1a2b.dynamodb.us-east-1.amazonaws.com",
  ])("is not %s", (host) => {
    expect(toldAt(host, db)).toEqual(["this host of AWS is another service's"]);
  });

  it("that names an account is that of the upstream's", () => {
    const host = "210987654321.ddb.us-east-1.amazonaws.com";
    expect(toldAt(host, db)).toEqual([
      'this host is that of the account 210987654321: write account: "210987654321" for this upstream',
    ]);
    expect(toldAt(host, { ...db, account: "210987654321" })).toEqual([]);
  });
});

describe("S3.7 a host of API Gateway", () => {
  const orders = { service: "execute-api", api: { id: "a1b2c3", stage: "prod" } };

  it.each([
    "a1b2c3.execute-api.us-east-1.amazonaws.com",
    "a1b2c3.execute-api.us-east-1.amazonaws.com/prod",
    "a1b2c3.execute-api-fips.us-east-1.amazonaws.com",
    "a1b2c3-vpce-0123abcd.execute-api.us-east-1.amazonaws.com",
    "vpce-0123abcd-x1y2.execute-api.us-east-1.vpce.amazonaws.com",
    "vpce-0123abcd-x1y2-us-east-1a.execute-api.us-east-1.vpce.amazonaws.com/prod",
    "api.example.com",
    "api.example.com/v1/orders",
  ])("or one's own is that of the API: %s", (host) => expect(toldAt(host, orders)).toEqual([]));

  it("of another API, region or service is refused", () => {
    expect(toldAt("d4e5f6.execute-api.us-east-1.amazonaws.com", orders)).toEqual([
      "this host is that of the API d4e5f6, and api.id is a1b2c3: they must be the same",
    ]);
    expect(toldAt("d4e5f6-vpce-0123abcd.execute-api.us-east-1.amazonaws.com", orders)).toHaveLength(1);
    expect(toldAt("a1b2c3.execute-api.us-west-2.amazonaws.com", orders)).toEqual([
      "this host is in us-west-2, and the upstream in us-east-1",
    ]);
    for (const host of [
      "execute-api.us-east-1.amazonaws.com",
      "d-a1b2c3.execute-api.us-east-1.amazonaws.com",
      "x.a1b2c3.execute-api.us-east-1.amazonaws.com",
      "a1b2c3.execute-api.us-east-1.vpce.amazonaws.com",
      "vpce-0123abcd.execute-api.us-east-1.amazonaws.com",
      "apigateway.us-east-1.amazonaws.com",
      "a1b2c3.lambda-url.us-east-1.on.aws",
    ])
      expect(toldAt(host, orders), host).toEqual(["this host of AWS is another service's"]);
  });

  it("has the stage first in its paths, and no other", () => {
    const host = "a1b2c3.execute-api.us-east-1.amazonaws.com";
    expect(toldAt(`${host}/dev`, orders)).toEqual([
      "at a host of AWS the path begins with the stage, which is prod; leave /dev out",
    ]);
    expect(toldAt(`${host}/prod/v1`, orders)).toHaveLength(1);
    const usual = { ...orders, api: { ...orders.api, stage: "$default" } };
    expect(toldAt(host, usual)).toEqual([]);
    expect(toldAt(`${host}/v1`, usual)).toEqual([
      "at a host of AWS the path begins with the stage, which is $default; leave /v1 out",
    ]);
  });

  it("says by itself which API is meant, or a header does", () => {
    const silent = { ...orders, api: { ...orders.api, sendId: false } };
    expect(toldAt("a1b2c3.execute-api.us-east-1.amazonaws.com", silent)).toEqual([]);
    expect(toldAt("vpce-0123abcd-x1y2.execute-api.us-east-1.vpce.amazonaws.com", silent)).toEqual([
      "this host is for every API, and only x-apigw-api-id says which is meant; leave api.sendId out",
    ]);
  });

  it.each(["/v1/", "//v1", "/v1//x", "/.", "/v1/../x", "/%2e", "/v1;x", "/$default"])(
    "has no path such as %j before the API",
    (path) => {
      expect(toldAt(`api.example.com${path}`, orders)).toEqual([
        "the path of an endpoint is written like /v1, without a / at its end",
      ]);
    },
  );

  it("is the only one with a path", () => {
    expect(toldAt("minio.test/v1")).toEqual(["an endpoint has no path"]);
    expect(toldAt("sqs.us-east-1.amazonaws.com/v1", { service: "sqs" })).toEqual(["an endpoint has no path"]);
  });
});

/** As {@link toldAt}, of a function. */
const at = (host: string, named: object = { name: "resize" }, more: object = {}) =>
  toldAt(host, { service: "lambda", function: named, ...more });

describe("a host of a function URL", () => {
  it("is that of the URL", () => {
    expect(at("abc123.lambda-url.us-east-1.on.aws")).toEqual([]);
    expect(at("abc123.lambda-url.us-east-1.on.aws", { name: "resize", urlId: "abc123" })).toEqual([]);
    expect(at("abc123.lambda-url.us-east-1.on.aws", { name: "resize", urlId: "def456" })).toEqual([
      "this host is that of the URL abc123, and function.urlId is def456; leave one of the two out",
    ]);
    expect(at("abc123.lambda-url.us-west-2.on.aws")).toEqual([
      "this host is in us-west-2, and the upstream in us-east-1",
    ]);
    const cn = { region: "cn-north-1" };
    expect(at("abc123.lambda-url.cn-north-1.on.amazonwebservices.com.cn", undefined, cn)).toEqual([]);
    expect(at("abc123.lambda-url.cn-north-1.on.aws", undefined, cn)).toEqual([
      "this host is of another partition than cn-north-1",
    ]);
  });

  it("is no other, but for a stand-in on loopback", () => {
    for (const host of ["lambda.us-east-1.amazonaws.com", "abc.transfer-webapp.us-east-1.on.aws"])
      expect(at(host), host).toEqual(["this host of AWS is another service's"]);
    expect(at("resize.example.com")).toEqual([
      "a function URL is called at its own host, https://URLID.lambda-url.REGION.on.aws",
    ]);
    expect(at("127.0.0.1:9000")).toEqual([]);
  });

  it("does not speak Lambda's own API", () => {
    expect(toldAt("abc123.lambda-url.us-east-1.on.aws", { service: "lambda" })).toEqual([
      "this host is the URL of a Lambda function: write which, as function: { name: NAME }",
    ]);
  });
});

/** What is told of an upstream of MQTT. */
const mqtt = (host: string, settings: object = {}) =>
  toldAt(host, { service: "iotdevicegateway", ...settings });

describe("a host of MQTT", () => {
  it.each([
    "a1b2c3-ats.iot.us-east-1.amazonaws.com",
    "a1b2c3.iot.us-east-1.amazonaws.com",
    "A1B2C3-ats.iot.us-east-1.amazonaws.com:443",
    "data-ats.iot.us-east-1.amazonaws.com",
    "data.iot-fips.us-east-1.amazonaws.com",
    "a1b2c3-ats.iot.us-east-1.api.aws",
    "vpce-0123abcd-x1y2.data.iot.us-east-1.vpce.amazonaws.com",
    "things.example.com",
    "a1b2c3-ats.iot.us-east-1.amazonaws.com/mqtt",
  ])("is taken: %s", (host) => {
    expect(mqtt(host)).toEqual([]);
  });

  it.each([
    "iot.us-east-1.amazonaws.com",
    "c1d2.credentials.iot.us-east-1.amazonaws.com",
    "data.jobs.iot.us-east-1.amazonaws.com",
    "vpce-0123abcd-x1y2.iot.us-east-1.amazonaws.com",
    "vpce-0123abcd-x1y2.data.iot.us-east-1.amazonaws.com",
    "a1b2c3-ats.iot.amazonaws.com",
    "sqs.us-east-1.amazonaws.com",
  ])("is no other of AWS: %s", (host) => {
    expect(mqtt(host)).toEqual(["this host of AWS is another service's"]);
  });

  it("is in the upstream's region and partition, and has one path", () => {
    expect(mqtt("a1b2c3-ats.iot.us-west-2.amazonaws.com")).toEqual([
      "this host is in us-west-2, and the upstream in us-east-1",
    ]);
    expect(mqtt("a1b2c3.iot.us-east-1.amazonaws.com.cn")).toEqual([
      "this host is of another partition than us-east-1",
    ]);
    expect(mqtt("a1b2c3.ats.iot.cn-north-1.amazonaws.com.cn", { region: "cn-north-1" })).toEqual([
      "this host of AWS is another service's",
    ]);
    expect(mqtt("a1b2c3.iot.us-east-1.amazonaws.com/topics")).toEqual([
      "the path of MQTT is /mqtt; leave it out",
    ]);
    expect(toldAt("sqs.us-east-1.amazonaws.com/mqtt", { service: "sqs" })).toEqual([
      "an endpoint has no path",
    ]);
  });
});

describe("a host of any other service", () => {
  it.each([
    ["sqs", "sqs.us-east-1.amazonaws.com"],
    ["sqs", "us-east-1.queue.amazonaws.com"],
    ["sqs", "vpce-0123abcd-x1y2.sqs.us-east-1.vpce.amazonaws.com"],
    ["iotdata", "a1b2c3-ats.iot.us-east-1.amazonaws.com"],
    ["monitoring", "monitoring-fips.us-east-1.amazonaws.com"],
    ["sts", "sts.amazonaws.com"],
  ])("of %s is taken: %s", (service, host) => expect(toldAt(host, { service })).toEqual([]));

  it("is in the upstream's region and partition, and no API nor function", () => {
    const sqs = { service: "sqs" };
    expect(toldAt("sqs.us-west-2.amazonaws.com", sqs)).toEqual([
      "this host is in us-west-2, and the upstream in us-east-1",
    ]);
    expect(toldAt("sqs.amazonaws.com.cn", sqs)).toEqual(["this host is of another partition than us-east-1"]);
    for (const host of ["a1b2c3.execute-api.us-east-1.amazonaws.com", "abc123.lambda-url.us-east-1.on.aws"])
      expect(toldAt(host, sqs), host).toEqual(["this host of AWS is another service's"]);
  });
});

it.each(["minio.test", "reports.files.test", "s3.amazonaws.com.evil.test", "notamazonaws.com", "10.0.0.1"])(
  "a host that is not AWS's is taken as it is: %s",
  (host) => {
    for (const settings of [{}, VIRTUAL, BUCKET]) expect(toldAt(host, settings)).toEqual([]);
  },
);
