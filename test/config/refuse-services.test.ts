import { describe, expect, it } from "vitest";
import { SERVICE_NAMES } from "../../src/aws/services.ts";
import { told } from "./reading.ts";

/** What is told of one upstream, without its place. */
const of = (upstream: object, aws: object = {}) =>
  told({
    aws: { region: "us-east-1", account: "123456789012", ...aws },
    upstreams: { up: upstream },
  }).map((text) => text.replace(/^upstreams\.up(?:\.|: )/, ""));

const INDEX = "arn:{partition}:kendra:{region}:{account}:index/{IndexId}";
const SEARCH = {
  service: "kendra",
  protocol: "json",
  target: "AWSKendraFrontendService",
  operations: { Query: { resources: [INDEX] } },
};

/** A service that is spoken to by method and path, with these routes. */
const routed = (operations: object) => of({ service: "kafka", protocol: "rest-json", operations });

/** What is one of many, and says which. */
const NEEDING_MORE = ["execute-api", "iotdevicegateway"];

describe("a service that Postern knows", () => {
  it.each(SERVICE_NAMES.filter((name) => !NEEDING_MORE.includes(name)))(
    "needs no more than its name: %s",
    (service) => {
      expect(of({ service })).toEqual([]);
    },
  );

  it("is spoken to as it can be", () => {
    expect(of({ service: "sqs", protocol: "query" })).toEqual([]);
    expect(of({ service: "sqs", protocol: "rest-json" })).toEqual([
      "protocol: sqs is spoken to by json or query",
    ]);
    expect(of({ service: "sqs", protocol: "soap" })).toEqual([
      "protocol: it must be one of json, query, rest-json, rpc-v2-cbor",
    ]);
  });

  it("S3.5 keeps what its actions begin with", () => {
    expect(of({ service: "monitoring", actionPrefix: "cloudwatch" })).toEqual([]);
    expect(of({ service: "monitoring", actionPrefix: "monitoring" })).toEqual([
      "actionPrefix: the actions of monitoring begin with cloudwatch:; leave it out",
    ]);
  });

  it("may have operations that Postern does not know yet", () => {
    const queue = "arn:{partition}:sqs:{region}:{account}:{QueueUrl|queue}";
    expect(of({ service: "sqs", operations: { FreezeQueue: { resources: [queue] } } })).toEqual([]);
    expect(of({ service: "sqs", operations: { FreezeQueue: { action: "s3:GetObject" } } })).toEqual([
      "operations.FreezeQueue.action: actions of this upstream begin with sqs:",
    ]);
  });

  const QUEUE = "arn:{partition}:sqs:{region}:{account}:{QueueUrl|queue}";

  it.each([
    [
      "sqs",
      { DeleteQueue: { action: "sqs:GetQueueUrl" } },
      "DeleteQueue.action: Postern knows it; leave it out",
    ],
    [
      "sqs",
      { ReceiveMessage: { resources: [] } },
      "ReceiveMessage.resources: Postern knows it; leave it out",
    ],
    [
      "sqs",
      { ReceiveMessage: { resources: [QUEUE.replace("QueueUrl", "Other")] } },
      "ReceiveMessage.resources: Postern knows it; leave it out",
    ],
    [
      "lambda",
      { GetFunction: { route: "POST /2015-03-31/functions/{FunctionName}/code" } },
      "GetFunction.route: Postern knows it; leave it out",
    ],
    ["ssm", { GetParameters: { covers: [] } }, "GetParameters.covers: it covers ssm:GetParameter as well"],
    ["ssm", { GetDocument: { resources: [] } }, "GetDocument.resources: it touches something; say what"],
    ["sqs", { deleteQueue: { action: "sqs:GetQueueUrl" } }, "deleteQueue: Postern knows it as DeleteQueue"],
    ["ssm", { GetAccessToken: {} }, "GetAccessToken: Postern does not take it: it gives out credentials"],
    [
      "logs",
      { getLogObject: {} },
      "getLogObject: Postern does not take it: the Service Authorization Reference has no action for it",
    ],
  ])("S3.6 keeps what Postern knows of its operations: %s %j", (service, operations, problem) => {
    expect(of({ service, operations })).toEqual([`operations.${problem}`]);
  });

  it("may be told more of them", () => {
    const operations = {
      GetParameters: { covers: ["ssm:GetParameter", "ssm:GetParameterHistory"] },
      GetDocument: { resources: ["arn:{partition}:ssm:{region}:{account}:document/{Name}"] },
    };
    expect(of({ service: "ssm", operations })).toEqual([]);
  });

  it("gives AssumeRole no action that hands out nothing", () => {
    const operations = { AssumeRole: { action: "sts:GetCallerIdentity", resources: [] } };
    expect(of({ service: "sts", operations })).toHaveLength(2);
  });

  it("needs an account where its ARNs carry one", () => {
    const missing = "its ARNs carry an account: set aws.account, or account here";
    expect(of({ service: "sqs" }, { account: undefined })).toEqual([missing]);
    expect(of(SEARCH, { account: undefined })).toEqual([missing]);
    expect(of({ ...SEARCH, operations: { Query: {} } }, { account: undefined })).toEqual([]);
  });
});

describe("a service that Postern does not know", () => {
  it("is told by protocol and operations, and may be misspelt", () => {
    expect(of(SEARCH)).toEqual([]);
    expect(of({ service: "dynamo" })).toEqual([
      "service: Postern does not know this service; did you mean dynamodb? Any other takes protocol and operations",
    ]);
    expect(of({ service: "constructor" })).toEqual([
      `service: Postern does not know this service; known are ${SERVICE_NAMES.join(", ")}. Any other takes protocol and operations`,
    ]);
    expect(of({ service: "Amazon S3" })).toEqual([
      "service: a signing name is written like s3, execute-api or sqs",
    ]);
  });

  it("H9 has what its protocol tells requests by", () => {
    const { target: _target, ...untold } = SEARCH;
    expect(of(untold)).toEqual(["target: json needs it: what X-Amz-Target has before the operation's name"]);
    expect(of({ ...untold, protocol: "rpc-v2-cbor" })).toEqual([
      "target: rpc-v2-cbor needs it: what the path has behind /service/",
    ]);
    expect(of({ ...untold, protocol: "query" })).toEqual([
      "apiVersion: query needs it: the Version of every request",
    ]);
    expect(of({ ...untold, protocol: "query", apiVersion: "2010-03-31" })).toEqual([]);
    expect(of({ ...SEARCH, operations: {} })).toEqual([
      "operations: nothing could be asked of it: name operations, as PutRecord: {}",
    ]);
  });

  it("writes versions as text", () => {
    expect(of({ ...SEARCH, jsonVersion: "1.0" })).toEqual([]);
    expect(of({ ...SEARCH, jsonVersion: 1.1 })).toEqual([
      'jsonVersion: a version of json is "1.0" or "1.1", in quotes',
    ]);
    expect(of({ ...SEARCH, apiVersion: "1.0" })).toEqual([
      'apiVersion: a version is a day in quotes, like "2010-03-31"',
    ]);
  });

  it("does not take Postern's own actions for its own", () => {
    expect(of({ ...SEARCH, actionPrefix: "postern" })).toEqual([
      "service: actions that begin with postern: are Postern's own",
    ]);
  });
});

describe("what a service is told by", () => {
  it.each(["s3", "dynamodb"])("is not for %s, which Postern reads by itself", (service) => {
    const { service: _service, ...told } = SEARCH;
    expect(of({ service, ...told, actionPrefix: "x1" })).toEqual(
      ["protocol", "target", "operations", "actionPrefix"].map(
        (key) =>
          `${key}: it is for services that are read by a table, and Postern reads ${service} by itself; leave it out`,
      ),
    );
  });

  it("is not for an API, nor for a function by its URL", () => {
    const api = { service: "execute-api", api: { id: "a1", stage: "prod" }, protocol: "json" };
    const url = { service: "lambda", function: { name: "resize", urlId: "abc" }, operations: { Invoke: {} } };
    expect(of(api)).toEqual([
      "protocol: it is for services that are read by a table, and Postern reads execute-api by itself; leave it out",
    ]);
    expect(of(url)).toEqual([
      "operations: it is for services that are read by a table, and Postern reads a function URL by itself; leave it out",
    ]);
  });
});

/** What is told of an operation. */
const asked = (operation: object) => of({ ...SEARCH, operations: { Query: operation } });

describe("operations", () => {
  it("S3.6 name resources that can be read", () => {
    for (const text of [
      "arn:aws:kendra",
      "{IndexId",
      "{a b}",
      `${INDEX}/{Other|nothing}`,
      "{A[].B[].C}",
      "{region}",
    ])
      expect(asked({ resources: [INDEX, text] }), text).toEqual([
        expect.stringMatching(/^operations\.Query\.resources\.1: \S/),
      ]);
    for (const text of ["{IndexArn}", "arn:{partition}:kendra:{region}:{account}:*"])
      expect(asked({ resources: [text] }), text).toEqual([]);
    expect(asked({ resources: [] })).toEqual([]);
    expect(asked({})).toEqual([]);
  });

  it("are named as the API names them, and their actions as IAM does", () => {
    expect(of({ ...SEARCH, operations: { "Query*": {} } })).toEqual([
      "operations.Query*: an operation is named as its API has it, like PutRecord",
    ]);
    expect(asked({ action: "kendra:*" })).toEqual([
      "operations.Query.action: an action is written like kinesis:PutRecord",
    ]);
    expect(asked({ action: "kendra:Ask", covers: ["kendra:Query"] })).toEqual([]);
    expect(asked({ covers: ["Query"] })).toEqual([
      "operations.Query.covers.0: an action is written like kinesis:PutRecord",
    ]);
    expect(asked({ resource: [INDEX] })).toEqual([
      "operations.Query.resource: unknown key; did you mean resources?",
    ]);
  });

  it("have routes where paths tell them apart, and nowhere else", () => {
    expect(asked({ route: "POST /query" })).toEqual([
      "operations.Query.route: routes are of rest-json, and this is json",
    ]);
    expect(routed({ List: {} })).toEqual([
      "operations.List.route: rest-json needs it: its method and path, like POST /streams/{StreamName}",
    ]);
    expect(routed({ List: { route: "GET /v1/clusters" }, Get: { route: "GET /v1/clusters/{Arn}" } })).toEqual(
      [],
    );
  });

  it("have no route that leads to another as well", () => {
    const twice = { Get: { route: "GET /v1/{Name}" }, Describe: { route: "GET /v1/{Arn}" } };
    expect(routed(twice)).toEqual([
      "operations.Get.route: another operation has this route already",
      "operations.Describe.route: another operation has this route already",
    ]);
    const known = { Mine: { route: "POST /2015-03-31/functions/{Name}/invocations" } };
    expect(of({ service: "lambda", operations: known })).toEqual([
      "operations.Mine.route: another operation has this route already",
    ]);
    const apart = {
      Get: { route: "GET /v1/{Name}" },
      Put: { route: "PUT /v1/{Name}" },
      All: { route: "GET /v1/{Rest+}" },
    };
    expect(routed(apart)).toEqual([]);
  });

  it.each([
    ["GET /b/{X}/c", "GET /b/d/{Y}"],
    ["GET /{X+}/c", "GET /b/{Y+}"],
    ["GET /b/{X}/c", "GET /b/{Y+}?find=all"],
    ["GET /b?acl", "GET /b?tagging"],
  ])("have none that a request could take for another: %s and %s", (one, other) => {
    expect(routed({ One: { route: one }, Other: { route: other } })).toEqual([
      "operations.One.route: a request could be Other as well, and neither route says more",
      "operations.Other.route: a request could be One as well, and neither route says more",
    ]);
  });

  it.each([
    "POST /2015-03-31/functions/resize/invocations",
    "POST /2015-03-31/functions/{F}/invocations?Qualifier=prod",
    "POST /2015-03-31/functions/{Rest+}",
  ])("take nothing of what Postern knows: %s", (route) => {
    const operations = { Mine: { route, action: "lambda:GetAccountSettings", resources: [] } };
    expect(of({ service: "lambda", operations }).join()).toContain("which Postern knows");
  });

  it.each([
    ["GET /b/{X}/c", "GET /b/{Y}/{Z}"],
    ["GET /b/{X}/c", "GET /b/{Y+}"],
    ["GET /b/{X}/{Y+}", "GET /b/{Z+}"],
    ["GET /b/{X}/c", "POST /b/d/{Y}"],
    ["GET /b/{X}/c", "GET /b/d/{Y}/e"],
    ["GET /b/{X}", "GET /b/{Y}?find=all"],
    ["GET /b?find=all", "GET /b?find=one"],
  ])("may have some of which one says more, or no request takes both: %s and %s", (one, other) => {
    expect(routed({ One: { route: one }, Other: { route: other } })).toEqual([]);
  });

  it.each<readonly [operation: object, problem: string]>([
    [{ route: "PUT /a/{X}/b/{x}" }, "each label has a name of its own, in any case"],
    [{ route: "PUT /a/{X+}/b/{Y+}" }, "one label at most ends in +"],
    [
      { route: "PUT /a/{bucket}", resources: ["arn:{partition}:kafka:::{Bucket}"] },
      "{bucket} is {Bucket} in resources: write it alike",
    ],
    [
      { route: "GET /a/{X}", resources: ["arn:{partition}:kafka:::{Y}"] },
      "resources name what is not in the route, and a GET has no body",
    ],
    [{ route: "PUT /a/{X}{Y}" }, "a route is written like POST /functions/{FunctionName}/invocations"],
  ])("S3.6 have labels that can be read in one way: %j", (operation, problem) => {
    expect(routed({ Put: operation })).toEqual([`operations.Put.route: ${problem}`]);
  });

  it("have routes that are not looked at while resources cannot be read", () => {
    expect(routed({ Get: { route: "GET /a", resources: ["{a b}"] } })).toEqual([
      expect.stringMatching(/^operations\.Get\.resources\.0: /),
    ]);
  });

  it.each([
    "/v1",
    "get /v1",
    "GET v1",
    "GET /v1 ",
    "GET /../x",
    "GET /{a b}",
    "GET /v1//x",
    "GET /%2e",
    "CONNECT /",
  ])("have no route such as %j", (route) => {
    expect(routed({ Get: { route } })).toEqual([
      "operations.Get.route: a route is written like POST /functions/{FunctionName}/invocations",
    ]);
  });
});
