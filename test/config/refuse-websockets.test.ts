import { describe, expect, it } from "vitest";
import { told, warned } from "./reading.ts";

const CHAT = { service: "execute-api", api: { id: "a1b2c3", stage: "prod" }, websocket: {} };
const HOST = "a1b2c3-ats.iot.us-east-1.amazonaws.com";
const THINGS = { service: "iotdevicegateway", endpoint: `wss://${HOST}` };

/** What is told of one upstream, without its place. */
const of = (upstream: object, more: object = {}) =>
  told({ upstreams: { up: upstream }, ...more }).map((text) => text.replace(/^upstreams\.up(?:\.|: )/, ""));

describe("an endpoint by the scheme of WebSockets", () => {
  it.each(["wss:", "WSS:", "https:"])("is one of what takes them: %s", (scheme) => {
    expect(of({ ...CHAT, endpoint: `${scheme}//a1b2c3.execute-api.us-east-1.amazonaws.com/prod` })).toEqual(
      [],
    );
    expect(of({ ...THINGS, endpoint: `${scheme}//${HOST}` })).toEqual([]);
    expect(of({ ...THINGS, endpoint: `${scheme}//{region}.things.test/mqtt` })).toEqual([]);
  });

  it("is none of what takes none", () => {
    expect(of({ service: "s3", endpoint: "wss://minio.test" })).toEqual([
      "endpoint: no WebSockets are taken here; write https:",
    ]);
    expect(of({ ...CHAT, websocket: undefined, endpoint: "wss://chat.test" })).toEqual([
      "endpoint: no WebSockets are taken here; write https:, or websocket: {} where it is a WebSocket API",
    ]);
  });

  it("S6.5 has TLS, but on loopback and where the operator says so", () => {
    expect(of({ ...THINGS, endpoint: "ws://127.0.0.1:9001" })).toEqual([]);
    expect(of({ ...THINGS, endpoint: "ws://broker.test", insecureHttp: true })).toEqual([]);
    expect(of({ ...THINGS, endpoint: "ws://broker.test" })).toEqual([
      "endpoint: http: and ws: are for loopback addresses only; use https: or wss:, or write insecureHttp: true for this upstream",
    ]);
    expect(of({ ...THINGS, insecureHttp: true })).toEqual([
      "insecureHttp: it is for an http: endpoint on another machine; leave it out",
    ]);
  });

  it.each([
    ["wss://user@broker.test", "endpoint: an endpoint has no user, query or fragment, and no spaces"],
    ["wss:broker.test", "endpoint: it is not a URL such as https://s3.us-east-1.amazonaws.com"],
    ["wsx://broker.test", "endpoint: it is neither https: nor http:"],
    ["wss://169.254.169.254", "endpoint: link-local and metadata addresses are not upstreams"],
    [
      "wss://broker.test/mqtt/",
      "endpoint: the path of an endpoint is written like /v1, without a / at its end",
    ],
  ])("is a sound one: not %s", (endpoint, message) => {
    expect(of({ ...THINGS, endpoint })).toEqual([message]);
  });
});

describe("WebSockets", () => {
  it("are API Gateway's and IoT Core's", () => {
    expect(of(CHAT)).toEqual([]);
    expect(of({ ...THINGS, websocket: { origins: ["https://app.test"], queryToken: true } })).toEqual([]);
    const resize = { service: "lambda", function: { name: "resize", urlId: "abc123" } };
    for (const upstream of [{ service: "s3" }, { service: "dynamodb" }, { service: "sqs" }, resize])
      expect(of({ ...upstream, websocket: {} })).toEqual([
        `websocket: WebSockets are API Gateway's and iotdevicegateway's, and this is ${upstream.service}`,
      ]);
  });

  it("S1.5 are opened by a token in the query from named pages alone", () => {
    const message =
      "websocket.queryToken: only pages bring a token in the query: name them in websocket.origins, or leave it out";
    expect(of({ ...CHAT, websocket: { queryToken: true } })).toEqual([message]);
    expect(of({ ...THINGS, websocket: { queryToken: true } })).toEqual([message]);
  });

  it("are opened by pages that are written as browsers do, and for some time", () => {
    expect(of({ ...CHAT, websocket: { origins: ["*"] } })).toEqual([
      "websocket.origins.0: an origin is one site; * and null are everybody's",
    ]);
    expect(of({ ...CHAT, websocket: { idle: "0s", lifetime: "ever" } })).toEqual([
      "websocket.idle: a wait without end is not accepted; at least 1ms",
      "websocket.lifetime: a duration is written like 30s, 5m or 1h",
    ]);
    expect(of({ ...CHAT, websocket: { origin: [] } })).toEqual([
      "websocket.origin: unknown key; did you mean origins?",
    ]);
  });
});

describe("an upstream of MQTT", () => {
  it("has a host of the account, but where one address is all of AWS", () => {
    const { service } = THINGS;
    expect(of({ service })).toEqual([
      "each account has a host of its own, as aws iot describe-endpoint --endpoint-type iot:Data-ATS tells: write endpoint: wss://PREFIX-ats.iot.REGION.amazonaws.com",
    ]);
    const aws = { region: "us-east-1", account: "123456789012", endpoint: "http://127.0.0.1:4483" };
    expect(of({ service }, { aws })).toEqual([]);
  });

  it("has an account, which its ARNs carry", () => {
    expect(of(THINGS, { aws: { region: "us-east-1" } })).toEqual([
      "its ARNs carry an account: set aws.account, or account here",
    ]);
  });

  it.each([
    [
      "cors",
      { origins: ["https://app.test"] },
      "a WebSocket needs no CORS: name the pages that may open one in websocket.origins",
    ],
    ["maxBody", "1MiB", "it is of HTTP requests, and this upstream takes WebSockets alone; leave it out"],
    [
      "allowHeaders",
      ["x-amz-meta"],
      "it is of HTTP requests, and this upstream takes WebSockets alone; leave it out",
    ],
    ["allowQuery", ["a"], "it is of HTTP requests, and this upstream takes WebSockets alone; leave it out"],
    ["auth", "token", "AWS takes tokens at API Gateway alone, and this is iotdevicegateway"],
    [
      "identityHeaders",
      { "X-User": "sub" },
      "they are for an application behind API Gateway or a function URL, and this is iotdevicegateway",
    ],
    [
      "operations",
      { Publish: {} },
      "it is for services that are read by a table, and Postern reads iotdevicegateway by itself; leave it out",
    ],
    [
      "actionPrefix",
      "iot",
      "it is for services that are read by a table, and Postern reads iotdevicegateway by itself; leave it out",
    ],
    ["api", CHAT.api, "api is API Gateway's, and this is iotdevicegateway"],
    ["addressing", { hostSuffix: "s3.test" }, "addressing is S3's, and this is iotdevicegateway"],
  ])("has no %s", (key, value, message) => {
    const tokenUse = ["id", "access"];
    const pool = { name: "staff", id: "us-east-1_AbC", clientIds: ["web"], tokenUse, requiredScopes: [] };
    const identity = { userPools: [pool] };
    expect(of({ ...THINGS, [key]: value }, { identity })).toEqual([`${key}: ${message}`]);
  });

  it("may have an IoT policy for those who connect, and no other has one", () => {
    expect(of({ ...THINGS, iotPolicy: "people+things=@1.0" })).toEqual([]);
    expect(of({ ...THINGS, iotPolicy: "people/*" })).toEqual([
      "iotPolicy: an IoT policy is named with letters, digits and +=,.@_-",
    ]);
    for (const upstream of [CHAT, { service: "iotdata" }])
      expect(of({ ...upstream, iotPolicy: "people" })).toEqual([
        `iotPolicy: an IoT policy is for iotdevicegateway, and this is ${upstream.service}`,
      ]);
  });

  it("is reached by a host or a path of its own, or by its name", () => {
    for (const match of [{ host: "mqtt.test" }, { pathPrefix: "/devices" }])
      expect(of({ ...THINGS, match })).toEqual([]);
    expect(told({ upstreams: { a: THINGS, b: THINGS } })).toEqual([
      "upstreams.b: an SDK's request for us-east-1/iotdevicegateway could mean a as well; tell them apart by match",
    ]);
  });
});

const document = (...rules: readonly object[]) => ({ upstreams: { things: THINGS }, policy: { rules } });

describe("rules on topics", () => {
  const ARN = "arn:aws:iot:us-east-1:123456789012:";
  const allow = { name: "yes", who: { authenticated: true }, allow: ["iot:*"], on: ["*"], role: "pool" };
  const ruled = (actions: readonly string[], ...on: readonly string[]) =>
    document({ ...allow, allow: actions, on });
  const denied = (action: string, on: string) => document(allow, { name: "no", deny: [action], on: [on] });

  it("know the actions of MQTT by IoT's own prefix", () => {
    for (const changes of [
      ruled(["iot:Publish", "iot:Receive", "iot:RetainPublish"], `${ARN}topic/things/\${claim:sub}/*`),
      ruled(["iot:Connect"], `${ARN}client/\${claim:sub}`, `${ARN}client/\${claim:sub}-*`),
      ruled(["iot:Subscribe"], `${ARN}topicfilter/things/\${claim:sub}/*`),
      denied("iot:Connect", `${ARN}client/admin`),
    ])
      expect(warned(changes)).toEqual([]);
  });

  it("name the nearest where one is misspelt", () => {
    expect(told(ruled(["iot:Subscribed"], "*"))).toEqual([
      expect.stringMatching(/^policy\.rules\.0\.allow\.0: .*did you mean iot:Subscribe\?/),
    ]);
    expect(warned(ruled(["iotdevicegateway:Publish"], "*"))).toEqual([
      expect.stringMatching(/^policy\.rules\.0\.allow\.0: no upstream is of/),
    ]);
  });

  it("are about what packets name", () => {
    expect(told(ruled(["iot:Subscribe"], `${ARN}topic/a`))).toEqual([
      `policy.rules.0.on.0: no request for these actions is about it: iot:Subscribe is about ${ARN}topicfilter/NAME`,
    ]);
    const elsewhere = "arn:aws:iot:us-west-2:123456789012:topic/a";
    expect(told(ruled(["iot:Publish"], elsewhere))).toEqual([
      `policy.rules.0.on.0: no request for these actions is about it: iot:Publish is about ${ARN}topic/NAME`,
    ]);
  });

  it("C16 tell of the messages of a session that goes on", () => {
    expect(warned(denied("iot:Subscribe", "*"))).toEqual([expect.stringMatching(/iot:Receive/)]);
  });
});
