import { describe, expect, it } from "vitest";
import { STAFF, told } from "./reading.ts";

const ORDERS = { service: "execute-api", api: { id: "a1b2c3", stage: "prod" } };
const RESIZE = { service: "lambda", function: { name: "resize", urlId: "abc123" } };

/** What is told of one upstream, without its place. */
const of = (upstream: object, more: object = {}) =>
  told({ upstreams: { up: upstream }, ...more }).map((text) => text.replace(/^upstreams\.up(?:\.|: )/, ""));

/** What is told of an API at an endpoint. */
const at = (endpoint: string | undefined, more: object) =>
  of({ ...ORDERS, endpoint, api: { ...ORDERS.api, ...more } });

describe("an API", () => {
  it("is told by id and stage, and no other service has one", () => {
    expect(of(ORDERS)).toEqual([]);
    expect(of({ ...ORDERS, api: { id: "a1b2c3", stage: "$default" } })).toEqual([]);
    expect(of({ service: "execute-api" })).toEqual([
      "its ARNs name an API: write api: { id: ID, stage: STAGE }",
    ]);
    expect(of({ service: "s3", api: ORDERS.api })).toEqual(["api: api is API Gateway's, and this is s3"]);
  });

  it.each([
    [{ id: "A1B2C3", stage: "prod" }, /^api\.id: an API's id is of lower-case letters and digits/],
    [{ id: "a1/prod", stage: "prod" }, /^api\.id: /],
    [{ id: "a1*", stage: "prod" }, /^api\.id: /],
    [{ id: "", stage: "prod" }, /^api\.id: /],
    [{ id: "a1b2c3", stage: "prod/dev" }, /^api\.stage: a stage is named with letters/],
    [{ id: "a1b2c3", stage: "*" }, /^api\.stage: /],
    [{ id: "a1b2c3", stage: ".." }, /^api\.stage: /],
    [{ id: "a1b2c3", stage: "$other" }, /^api\.stage: /],
    [{ id: "a1b2c3" }, /^api\.stage: it is required$/],
  ])("S3.7 is nothing that could mean another: %j", (api, problem) => {
    expect(of({ ...ORDERS, api })).toEqual([expect.stringMatching(problem)]);
  });

  it("H10 is told beside which others it is, as its host tells them apart", () => {
    const own = "https://a1b2c3.execute-api.us-east-1.amazonaws.com/prod";
    const custom = "https://api.example.com/v1";
    expect(at(undefined, { otherStages: ["dev"] })).toEqual([
      "api.otherStages: a path of this stage begins with its name; leave it out",
    ]);
    expect(at(own, { otherMappings: ["v2"] })).toEqual([
      "api.otherMappings: mappings are of a custom domain, and this is AWS's own host; leave it out",
    ]);
    for (const stage of ["prod", "$default"])
      expect(at(custom, { stage, otherStages: ["dev"] })).toEqual([
        "api.otherStages: a custom domain leads by mappings and not by stages: write otherMappings",
      ]);
    expect(at(custom, { otherMappings: ["v2", "V1"] })).toEqual([
      "api.otherMappings: the path of the endpoint is the mapping of this API itself; name the others",
    ]);
    for (const otherMappings of [[], ["v2", "v1/v2", "$default/a.b"]])
      expect(at(custom, { otherMappings })).toEqual([]);
  });

  it.each(["", "/v2", "v2/", "a//b", "a b", "a%2fb", "a?b", "v".repeat(301)])(
    "has no other mapping such as %j",
    (mapping) => {
      const api = { ...ORDERS.api, otherMappings: [mapping] };
      expect(of({ ...ORDERS, endpoint: "https://api.example.com", api })).toEqual([
        "api.otherMappings.0: a mapping is written as the domain has it, like orders or orders/v2",
      ]);
    },
  );

  it("needs an account, as a function does", () => {
    const aws = { region: "us-east-1" };
    for (const up of [ORDERS, RESIZE])
      expect(of(up, { aws })).toEqual(["its ARNs carry an account: set aws.account, or account here"]);
    expect(of({ ...ORDERS, account: "123456789012" }, { aws })).toEqual([]);
  });

  it("is in one region, as a function is", () => {
    const regions = ["us-east-1", "eu-west-1"];
    expect(of({ ...ORDERS, regions })).toEqual([
      "regions: an API is in one region; write an upstream for each",
    ]);
    expect(of({ ...RESIZE, regions })).toEqual([
      "regions: a function is in one region; write an upstream for each",
    ]);
    expect(of({ ...ORDERS, regions: ["eu-west-1"] })).toEqual([]);
  });

  it("H16 is told from another of its region by match", () => {
    const users = { ...ORDERS, api: { id: "d4e5f6", stage: "prod" } };
    expect(told({ upstreams: { orders: ORDERS, users } })).toEqual([
      "upstreams.users: an SDK's request for us-east-1/execute-api could mean orders as well; tell them apart by match",
    ]);
    const matched = { ...users, match: { host: "users.localhost" } };
    expect(told({ upstreams: { orders: ORDERS, users: matched } })).toEqual([]);
    expect(told({ upstreams: { resize: RESIZE, lambda: { service: "lambda" } } })).toEqual([
      "upstreams.lambda: an SDK's request for us-east-1/lambda could mean resize as well; tell them apart by match",
    ]);
  });
});

describe("a function by its URL", () => {
  it("is Lambda's, and told by name, with the beginning of its host or the URL", () => {
    expect(of(RESIZE)).toEqual([]);
    const endpoint = "https://abc123.lambda-url.us-east-1.on.aws";
    expect(of({ service: "lambda", function: { name: "resize:live" }, endpoint })).toEqual([]);
    expect(of({ service: "lambda", function: { name: "resize" } })).toEqual([
      "function: write urlId, what the host of its URL begins with, or the URL as endpoint",
    ]);
    expect(of({ ...RESIZE, service: "s3" })).toEqual(["function: a function is Lambda's, and this is s3"]);
  });

  it.each([
    "",
    "a*",
    "a/b",
    "resize:",
    "resize:1",
    "resize:$LATEST",
    "arn:aws:lambda:us-east-1:1:function:x",
  ])("has no name such as %j", (name) => {
    expect(of({ ...RESIZE, function: { name, urlId: "abc123" } })).toEqual([
      expect.stringMatching(/^function\.name: a function is named as in its ARN/),
    ]);
  });
});

describe("S2.1 auth: token", () => {
  const identity = { userPools: [{ ...STAFF, tokenUse: ["id", "access"], requiredScopes: ["orders/use"] }] };
  const token = { ...ORDERS, auth: "token" };

  it("is for API Gateway, where some caller has an access token", () => {
    expect(of(token, { identity })).toEqual([]);
    expect(of({ service: "s3", auth: "token" }, { identity })).toEqual([
      "auth: AWS takes tokens at API Gateway alone, and this is s3",
    ]);
    expect(of(token)).toEqual([
      "auth: an access token is sent, and no caller has one: write access in the tokenUse of a user pool",
    ]);
  });

  it("H14 sends no token over a network where others can read it", () => {
    const open = { ...token, endpoint: "http://api.internal", insecureHttp: true };
    expect(of(open, { identity })).toEqual([
      "auth: the caller's token would cross the network readable; use https:",
    ]);
    expect(of({ ...token, endpoint: "http://127.0.0.1:9000" }, { identity })).toEqual([]);
  });

  it("is not held against a pool that does not fit", () => {
    expect(of(token, { identity: { userPools: [{ ...STAFF, tokenUse: [] }] } })).toEqual([
      expect.stringMatching(/^identity\.userPools\.0\.tokenUse: /),
    ]);
  });
});

/** What is told of a header that is made so. */
const made = (value: unknown) => of({ ...ORDERS, identityHeaders: { "X-User": value } });

describe("H11 identity headers", () => {
  it("are for applications: APIs and functions by their URLs", () => {
    const identityHeaders = { "X-User": "sub", "x-groups": { claim: "cognito:groups", as: "json" } };
    expect(of({ ...ORDERS, identityHeaders })).toEqual([]);
    expect(of({ ...RESIZE, identityHeaders })).toEqual([]);
    for (const service of ["s3", "lambda"])
      expect(of({ service, identityHeaders })).toEqual([
        `identityHeaders: they are for an application behind API Gateway or a function URL, and this is ${service}`,
      ]);
  });

  it.each([
    "Host",
    "Authorization",
    "Connection",
    "Transfer-Encoding",
    "Cookie",
    "User",
    "X-",
    "X_User",
    "X-A B",
    "",
  ])("have no name such as %j", (name) => {
    expect(of({ ...ORDERS, identityHeaders: { [name]: "sub" } })).toEqual([
      `identityHeaders.${name}: a header that tells who the caller is begins with X-, like X-User`,
    ]);
  });

  it.each([
    "X-Amz-Security-Token",
    "x-amzn-trace-id",
    "X-Postern-Token",
    "X-Forwarded-For",
    "x-real-ip",
    "X-Apigw-Api-Id",
    "X-Original-URL",
    "X-Rewrite-URL",
    "X-HTTP-Method-Override",
    "X-Method-Override",
    "X-Accel-Redirect",
  ])("have no name by which somebody means something else: %s", (name) => {
    expect(of({ ...ORDERS, identityHeaders: { [name]: "sub" } })).toEqual([
      `identityHeaders.${name}: AWS, Postern or a proxy means something else by this header; take another, like X-User`,
    ]);
  });

  it("stand once, in whatever case", () => {
    expect(of({ ...ORDERS, identityHeaders: { "X-User": "sub", "x-uSER": "email" } })).toEqual([
      "identityHeaders.x-uSER: this header stands here already, as X-User",
    ]);
  });

  it("are the name of a claim, or say how its values are written", () => {
    const odd = "identityHeaders.X-User: it must be the name of a claim, or { claim: NAME, as: json }";
    expect(made(5)).toEqual([odd]);
    expect(made([])).toEqual([odd]);
    expect(made({ claim: "sub", as: "xml" })).toEqual([
      "identityHeaders.X-User.as: it must be one of text, json",
    ]);
    expect(made({ claim: "sub", has: "json" })).toEqual([
      "identityHeaders.X-User.has: unknown key; did you mean as?",
    ]);
    expect(made({ as: "json" })).toEqual(["identityHeaders.X-User.claim: it is required"]);
  });
});
