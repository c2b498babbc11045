import { describe, expect, it } from "vitest";
import { readConfig } from "../../src/config/read.ts";
import { upstreamsOf } from "../../src/config/upstreams.ts";

function upstreams(aws: object, named: object, cookie?: object) {
  const document = {
    aws: { region: "us-east-1", account: "123456789012", ...aws },
    identity: {
      userPools: [{ name: "staff", id: "us-east-1_AbC", clientIds: ["web"], tokenUse: ["id"] }],
      ...(cookie !== undefined && { cookie }),
    },
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

const rules = (settings: object) => upstreams({}, { up: settings })[0]?.webSocket;

describe("an upstream of WebSockets", () => {
  const mqtt = { service: "iotdevicegateway", endpoint: "wss://a1-ats.iot.us-east-1.amazonaws.com/mqtt" };
  const chat = { service: "execute-api", api: { id: "a1b2c3", stage: "prod" } };

  it("is dialled as HTTP is, and its actions begin with iot", () => {
    expect(upstreams({}, { things: mqtt })).toMatchObject([
      {
        origin: "https://a1-ats.iot.us-east-1.amazonaws.com",
        host: "a1-ats.iot.us-east-1.amazonaws.com",
        service: { webSocket: { carries: "mqtt" } },
        upstream: { service: "iotdevicegateway", actionPrefix: "iot", account: "123456789012" },
      },
    ]);
    const endpoint = "WS://127.0.0.1:9001/v1";
    expect(upstreams({}, { chat: { ...chat, websocket: {}, endpoint } })).toMatchObject([
      { origin: "http://127.0.0.1:9001", upstream: { api: { basePath: "/v1" } } },
    ]);
    expect(
      upstreams({ endpoint: "http://127.0.0.1:4483" }, { things: { service: "iotdevicegateway" } }),
    ).toMatchObject([{ origin: "http://127.0.0.1:4483", host: "127.0.0.1:4483" }]);
  });

  it("takes them where it says so, and MQTT in any case, for as long as AWS does", () => {
    const hour = 3_600_000;
    const usual = { origins: new Set(), queryToken: false, idleMs: 600_000 };
    expect(rules(chat)).toBeUndefined();
    expect(rules({ service: "s3" })).toBeUndefined();
    expect(rules({ ...chat, websocket: {} })).toEqual({ ...usual, lifetimeMs: 2 * hour });
    expect(rules(mqtt)).toEqual({ ...usual, lifetimeMs: 24 * hour });
    expect(rules({ ...mqtt, websocket: {} })).toEqual({ ...usual, lifetimeMs: 24 * hour });
    const websocket = { origins: ["https://app.test"], queryToken: true, idle: "1m", lifetime: "1h" };
    expect(rules({ ...mqtt, websocket })).toEqual({
      origins: new Set(["https://app.test"]),
      queryToken: true,
      idleMs: 60_000,
      lifetimeMs: hour,
    });
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

describe("an API", () => {
  const orders = { service: "execute-api", api: { id: "a1b2c3", stage: "prod" } };
  const placeOf = (changes: object, aws: object = {}) =>
    upstreams(aws, { orders: { ...orders, ...changes } })[0];

  it.each([
    ["https://api.example.com", ["orders", "v1/v2"], ["orders", "v1/v2"]],
    ["https://api.example.com/v1", ["orders", "v1/v2", "V1/Beta/x", "v10/a"], ["v2", "beta/x"]],
    ["https://api.example.com/V1", ["v1/v2"], ["v2"]],
  ])("H10 at %s knows the mappings that a path could lead to", (endpoint, otherMappings, others) => {
    const place = placeOf({ endpoint, api: { ...orders.api, otherMappings } })?.upstream.api;
    expect([...(place?.otherStages ?? [])]).toEqual(others);
  });

  it("is called at the host that AWS gave it, below its stage", () => {
    expect(placeOf({})).toMatchObject({
      origin: "https://a1b2c3.execute-api.us-east-1.amazonaws.com",
      host: "a1b2c3.execute-api.us-east-1.amazonaws.com",
      auth: "iam",
      upstream: {
        actionPrefix: "execute-api",
        api: { id: "a1b2c3", stage: "prod", otherStages: new Set(), basePath: "/prod", sendsId: false },
        model: undefined,
        functionName: undefined,
        hashesBodies: true,
      },
    });
    expect(placeOf({ region: "cn-north-1" })?.host).toBe("a1b2c3.execute-api.cn-north-1.amazonaws.com.cn");
  });

  it("has nothing before its paths where there is no stage in them", () => {
    expect(placeOf({ api: { id: "a1b2c3", stage: "$default" } })?.upstream.api?.basePath).toBe("");
  });

  it.each([
    ["https://api.example.com", "", false],
    ["https://api.example.com/", "", false],
    ["https://api.example.com/v1/orders", "/v1/orders", false],
    ["http://127.0.0.1:9000", "", false],
    ["http://127.0.0.1:9000/prod", "/prod", false],
    ["https://a1b2c3.execute-api.us-east-1.amazonaws.com", "/prod", false],
    ["https://a1b2c3.execute-api.{region}.amazonaws.com/prod", "/prod", false],
    ["https://a1b2c3-vpce-0123abcd.execute-api.us-east-1.amazonaws.com", "/prod", false],
    ["https://vpce-0123abcd-x1y2.execute-api.us-east-1.vpce.amazonaws.com", "/prod", true],
  ])("at %s has %j before its paths, and its id in a header: %j", (endpoint, basePath, sendsId) => {
    expect(placeOf({ endpoint })?.upstream.api).toMatchObject({ basePath, sendsId });
    expect(placeOf({ endpoint })?.origin).toBe(new URL(endpoint.replace("{region}", "us-east-1")).origin);
  });

  it("says its id where it is told to", () => {
    expect(placeOf({ api: { ...orders.api, sendId: true } })?.upstream.api?.sendsId).toBe(true);
  });

  it("keeps its own host where one address stands for all of AWS, which is told from others by it", () => {
    const aws = { endpoint: "http://127.0.0.1:4483" };
    expect(placeOf({}, aws)).toMatchObject({
      origin: "http://127.0.0.1:4483",
      host: "a1b2c3.execute-api.us-east-1.amazonaws.com",
      upstream: { api: { basePath: "/prod" } },
    });
  });

  it("tells who calls by headers, each made of a claim", () => {
    const identityHeaders = { "X-User": "sub", "X-Groups": { claim: "cognito:groups", as: "json" } };
    expect(placeOf({ identityHeaders })?.identityHeaders).toEqual([
      { name: "x-user", claim: "sub", as: "text" },
      { name: "x-groups", claim: "cognito:groups", as: "json" },
    ]);
  });
});

/** A function by its URL. */
const resizeWith = (changes: object = {}) => ({
  resize: { service: "lambda", function: { name: "resize", urlId: "abc123" }, ...changes },
});

describe("a function by its URL", () => {
  it.each([
    ["us-east-1", "abc123.lambda-url.us-east-1.on.aws"],
    ["cn-north-1", "abc123.lambda-url.cn-north-1.on.amazonwebservices.com.cn"],
    ["eusc-de-east-1", "abc123.lambda-url.eusc-de-east-1.on.amazonwebservices.eu"],
  ])("is called at its own host in %s", (region, host) => {
    expect(upstreams({}, resizeWith({ region }))).toMatchObject([
      {
        origin: `https://${host}`,
        host,
        upstream: { actionPrefix: "lambda", functionName: "resize", model: undefined, hashesBodies: true },
      },
    ]);
  });

  it("keeps it where one address stands for all of AWS, and is called where its endpoint says", () => {
    const host = "abc123.lambda-url.us-east-1.on.aws";
    const aws = { endpoint: "http://127.0.0.1:4483" };
    expect(upstreams(aws, resizeWith())).toMatchObject([{ origin: aws.endpoint, host }]);
    const told = resizeWith({ function: { name: "resize" }, endpoint: `https://${host}` });
    expect(upstreams({}, told)).toMatchObject([{ origin: `https://${host}`, host }]);
  });

  it("is not read as Lambda's own API", () => {
    const [url, api] = upstreams(
      {},
      { ...resizeWith(), api: { service: "lambda", match: { pathPrefix: "/api" } } },
    );
    expect([url?.service.speaker, api?.service.speaker]).toEqual(["application", "aws"]);
  });
});

describe("a service by a table", () => {
  const search = {
    service: "kendra",
    protocol: "json",
    target: "AWSKendraFrontendService",
    jsonVersion: "1.0",
    operations: { Query: {}, Ask: { action: "kendra:Query", covers: ["kendra:Retrieve"], resources: [] } },
  };

  it("has what the configuration says of it", () => {
    expect(upstreams({}, { search })).toMatchObject([
      {
        origin: "https://kendra.us-east-1.amazonaws.com",
        upstream: {
          actionPrefix: "kendra",
          hashesBodies: true,
          model: {
            endpointPrefix: "kendra",
            actionPrefix: "kendra",
            protocols: ["json"],
            target: "AWSKendraFrontendService",
            jsonVersion: "1.0",
            operations: {
              Query: { action: "kendra:Query" },
              Ask: { action: "kendra:Query", covers: ["kendra:Retrieve"], resources: [] },
            },
          },
        },
      },
    ]);
    const [other] = upstreams(
      {},
      {
        search: { ...search, actionPrefix: "find", operations: { Query: {} } },
      },
    );
    expect(other?.upstream).toMatchObject({ actionPrefix: "find", model: { actionPrefix: "find" } });
    expect(other?.upstream.model?.operations["Query"]).toEqual({ action: "find:Query" });
  });

  it("has what Postern knows, where it is known, and what is said besides", () => {
    const told = { FreezeAlarm: {} };
    const [metrics] = upstreams({}, { metrics: { service: "monitoring", operations: told } });
    expect(metrics).toMatchObject({
      origin: "https://monitoring.us-east-1.amazonaws.com",
      upstream: { service: "monitoring", actionPrefix: "cloudwatch" },
    });
    const { operations } = metrics?.upstream.model ?? {};
    expect(operations?.["FreezeAlarm"]).toEqual({ action: "cloudwatch:FreezeAlarm" });
    expect(operations?.["ListMetrics"]).toMatchObject({ action: "cloudwatch:ListMetrics" });
  });

  it("keeps what is known of an operation, and not said otherwise", () => {
    const told = { Invoke: { covers: ["lambda:InvokeAsync", "lambda:InvokeFunctionUrl"] } };
    const [lambda] = upstreams({}, { lambda: { service: "lambda", operations: told } });
    expect(lambda?.upstream.model?.operations["Invoke"]).toMatchObject({
      action: "lambda:InvokeFunction",
      route: expect.stringMatching(/^POST \/2015-03-31\/functions\//),
      resources: [expect.stringMatching(/^arn:/)],
      ...told.Invoke,
    });
  });

  it("is called at the one address that stands for all of AWS by that name", () => {
    const aws = { endpoint: "http://127.0.0.1:4483" };
    expect(upstreams(aws, { search })).toMatchObject([{ origin: aws.endpoint, host: "127.0.0.1:4483" }]);
  });
});

it("lets pages call with a cookie whose origin stands in both places", () => {
  const cors = {
    origins: ["https://app.example.com", "https://other.example.com"],
    allowHeaders: ["X-Page"],
    exposeHeaders: ["X-Total"],
    maxAge: "90s",
  };
  const named = { s3: { service: "s3", cors } };
  const cookie = { name: "session", origins: ["https://app.example.com", "https://third.example.com"] };
  expect(upstreams({}, named, cookie)[0]?.cors).toEqual({
    origins: new Set(cors.origins),
    allowHeaders: ["x-page"],
    exposeHeaders: ["x-total"],
    maxAgeSeconds: 90,
    credentialed: new Set(["https://app.example.com"]),
  });
  expect(upstreams({}, named)[0]?.cors?.credentialed).toEqual(new Set());
  expect(upstreams({}, { s3: { service: "s3" } })[0]?.cors).toBeUndefined();
});
