import { expect, it } from "vitest";
import { readConfig } from "../../src/config/read.ts";
import { upstreamsOf } from "../../src/config/upstreams.ts";

function upstreams(aws: object, named: object) {
  const document = {
    aws: { region: "us-east-1", account: "123456789012", ...aws },
    identity: { userPools: [{ name: "staff", id: "us-east-1_AbC", clientIds: ["web"], tokenUse: ["id"] }] },
    credentials: {
      pool: { type: "identity-pool", identityPoolId: "us-east-1:11111111-2222-4333-8444-555555555555" },
    },
    upstreams: named,
    policy: { rules: [{ name: "no", deny: ["*"] }] },
  };
  const { config, problems } = readConfig(JSON.stringify(document), {
    env: () => undefined,
    file: () => undefined,
    now: () => 0,
  });
  if (config === undefined) throw new Error(JSON.stringify(problems));
  return upstreamsOf(config);
}

it("reads the keys of tables", () => {
  const Orders = { partitionKey: "customerId", indexes: { byStatus: "status" } };
  const [dynamodb] = upstreams({}, { dynamodb: { service: "dynamodb", tables: { Orders } } });
  expect(dynamodb?.upstream.tables).toEqual(
    new Map([["Orders", { partitionKey: "customerId", indexes: new Map([["byStatus", "status"]]) }]]),
  );
});

it("fills in the regional endpoint, region, partition and account", () => {
  const [s3] = upstreams({}, { s3: { service: "s3" } });
  expect(s3).toMatchObject({
    origin: "https://s3.us-east-1.amazonaws.com",
    host: "s3.us-east-1.amazonaws.com",
    match: undefined,
    upstream: {
      name: "s3",
      service: "s3",
      region: "us-east-1",
      partition: "aws",
      account: "123456789012",
      expectBucketOwner: false,
      maxBodyBytes: 16 * 1024 ** 2,
    },
  });
});

it.each([
  ["cn-north-1", "https://dynamodb.cn-north-1.amazonaws.com.cn", "aws-cn"],
  ["us-gov-west-1", "https://dynamodb.us-gov-west-1.amazonaws.com", "aws-us-gov"],
  ["eusc-de-east-1", "https://dynamodb.eusc-de-east-1.amazonaws.eu", "aws-eusc"],
])("knows the partition of %s", (region, origin, partition) => {
  expect(upstreams({}, { db: { service: "dynamodb", region } })).toMatchObject([
    { origin, upstream: { region, partition } },
  ]);
});

it("takes an upstream's own endpoint, region and account before those of aws", () => {
  const own = {
    service: "s3",
    endpoint: "https://minio:9000/",
    region: "eu-west-1",
    account: "999999999999",
  };
  expect(upstreams({ endpoint: "http://127.0.0.1:4483" }, { own, plain: { service: "s3" } })).toMatchObject([
    {
      origin: "https://minio:9000",
      host: "minio:9000",
      upstream: { region: "eu-west-1", account: "999999999999", expectBucketOwner: true },
    },
    { origin: "http://127.0.0.1:4483", upstream: { account: "123456789012", expectBucketOwner: false } },
  ]);
});

it("has the names that are let through besides, headers in lower case", () => {
  const [s3] = upstreams({}, { s3: { service: "s3", allowHeaders: ["X-Amz-New"], allowQuery: ["New"] } });
  expect([...(s3?.upstream.allowHeaders ?? [])]).toEqual(["x-amz-new"]);
  expect([...(s3?.upstream.allowQuery ?? [])]).toEqual(["New"]);
});

it("has an upstream once for each of its regions, the first of them first", () => {
  const endpoint = "https://s3-fips.dualstack.{region}.amazonaws.com";
  const found = upstreams({}, { s3: { service: "s3", regions: ["eu-west-1", "us-west-2"], endpoint } });
  expect(found).toMatchObject([
    {
      origin: "https://s3-fips.dualstack.eu-west-1.amazonaws.com",
      upstream: { name: "s3", region: "eu-west-1", partition: "aws" },
    },
    {
      origin: "https://s3-fips.dualstack.us-west-2.amazonaws.com",
      upstream: { name: "s3", region: "us-west-2", partition: "aws" },
    },
  ]);
});

it("knows the partition of a region", () => {
  const [gov] = upstreams({}, { s3: { service: "s3", region: "us-gov-west-1" } });
  expect(gov?.upstream.partition).toBe("aws-us-gov");
});

it("sends all regions to the one address that stands for AWS", () => {
  const aws = { endpoint: "http://127.0.0.1:4483" };
  expect(upstreams(aws, { s3: { service: "s3", regions: ["eu-west-1", "us-west-2"] } })).toMatchObject([
    { origin: "http://127.0.0.1:4483", upstream: { region: "eu-west-1" } },
    { origin: "http://127.0.0.1:4483", upstream: { region: "us-west-2" } },
  ]);
});

it("reads how buckets are addressed", () => {
  const accessPoint = "arn:aws:s3:us-east-1:123456789012:accesspoint/point";
  const addressing = { bucket: "reports", accessPoint, hostSuffix: "Point.Localhost" };
  const endpoint = "https://point-123456789012.s3-accesspoint.us-east-1.amazonaws.com";
  expect(upstreams({}, { point: { service: "s3", endpoint, addressing } })).toMatchObject([
    {
      hostSuffix: "point.localhost",
      upstream: { addressing: { style: "path", bucket: "reports", accessPoint } },
    },
  ]);
});
