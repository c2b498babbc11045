import { describe, expect, it } from "vitest";
import { ACTION_SIBLINGS } from "../../src/aws/action-siblings.ts";
import { knownActionsOf } from "../../src/aws/known-actions.ts";
import { SERVICE_NAMES } from "../../src/aws/services.ts";
import { anUpstream } from "../support/asking.ts";

const TABLES = "arn:aws:dynamodb:us-east-1:123456789012:table/";
const STAGE = "arn:aws:execute-api:us-east-1:123456789012:abc123/prod/";
const IOT = "arn:aws:iot:us-east-1:123456789012:";
const FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:resize";
const api = {
  id: "abc123",
  stage: "prod",
  otherStages: new Set<string>(),
  basePath: "/prod",
  sendsId: false,
};
const ofFunctionUrl = knownActionsOf(anUpstream({ service: "lambda", functionName: "resize" }));
const known = SERVICE_NAMES.flatMap((service) => knownActionsOf(anUpstream({ service, api })));
const actionNamed = (action: string) => known.find((one) => one.action === action);

describe("C16 the actions that an upstream knows", () => {
  it.each([
    ["s3:ListAllMyBuckets", [{ prefix: "arn:aws:s3:::*", rest: "nothing" }]],
    ["s3:ListBucket", [{ prefix: "arn:aws:s3:::", rest: "name" }]],
    ["s3:GetObjectVersion", [{ prefix: "arn:aws:s3:::", rest: "path" }]],
    ["s3:DeleteObject", [{ prefix: "arn:aws:s3:::", rest: "path" }]],
    ["s3:BypassGovernanceRetention", [{ prefix: "arn:aws:s3:::", rest: "path" }]],
    ["s3:PutBucketAcl", [{ prefix: "arn:aws:s3:::", rest: "name" }]],
    ["s3:TagResource", [{ prefix: "arn:aws:s3:::", rest: "name" }]],
    ["s3:PutLifecycleConfiguration", [{ prefix: "arn:aws:s3:::", rest: "name" }]],
    ["s3:GetObjectTorrent", [{ prefix: "arn:aws:s3:::", rest: "path" }]],
    ["dynamodb:ConditionCheckItem", [{ prefix: TABLES, rest: "name" }]],
    [
      "dynamodb:Query",
      [
        { prefix: TABLES, rest: "name" },
        { prefix: TABLES, rest: "path" },
      ],
    ],
    [
      "dynamodb:PartiQLSelect",
      [
        { prefix: TABLES, rest: "name" },
        { prefix: TABLES, rest: "path" },
      ],
    ],
    ["dynamodb:PartiQLInsert", [{ prefix: TABLES, rest: "name" }]],
    ["dynamodb:GetRecords", [{ prefix: TABLES, rest: "path" }]],
    ["dynamodb:RestoreTableToPointInTime", [{ prefix: TABLES, rest: "name" }]],
    ["dynamodb:ListTables", [{ prefix: `${TABLES}*`, rest: "nothing" }]],
    ["dynamodb:DescribeLimits", [{ prefix: "*", rest: "nothing" }]],
    [
      "dynamodb:DescribeGlobalTable",
      [{ prefix: "arn:aws:dynamodb::123456789012:global-table/", rest: "name" }],
    ],
    [
      "execute-api:ManageConnections",
      [
        { prefix: `${STAGE}POST/@connections/`, rest: "name" },
        { prefix: `${STAGE}GET/@connections/`, rest: "name" },
        { prefix: `${STAGE}DELETE/@connections/`, rest: "name" },
      ],
    ],
    ["iot:Connect", [{ prefix: `${IOT}client/`, rest: "any" }]],
    ["iot:Publish", [{ prefix: `${IOT}topic/`, rest: "any" }]],
    ["iot:RetainPublish", [{ prefix: `${IOT}topic/`, rest: "any" }]],
    ["iot:Subscribe", [{ prefix: `${IOT}topicfilter/`, rest: "any" }]],
    ["iot:Receive", [{ prefix: `${IOT}topic/`, rest: "any" }]],
  ])("%s is asked for on what its operations touch", (action, resources) => {
    expect(actionNamed(action)).toMatchObject({ asked: true, resources });
  });

  it.each([
    "s3:CreateJob",
    "dynamodb:ExportTableToPointInTime",
    "dynamodb:InjectError",
    "execute-api:InvalidateCache",
    "iot:UpdateThingShadow",
  ])("%s is known and not asked for", (action) => {
    expect(actionNamed(action)).toMatchObject({ asked: false, resources: [] });
  });

  it("have every method of an API, its root, paths of any depth, and the route that opens connections", () => {
    const shapes = actionNamed("execute-api:Invoke")?.resources;
    expect(shapes).toHaveLength(22);
    for (const rest of ["name", "path", "nothing"])
      expect(shapes).toContainEqual({ prefix: `${STAGE}DELETE/`, rest });
    expect(shapes).toContainEqual({ prefix: `${STAGE}$connect`, rest: "nothing" });
  });

  it("are of a function URL what Lambda has, and only the call of the function asked for", () => {
    expect(ofFunctionUrl.filter(({ asked }) => asked)).toEqual([
      {
        action: "lambda:InvokeFunctionUrl",
        asked: true,
        resources: [{ prefix: FUNCTION, rest: "nothing" }],
        siblings: [],
      },
      {
        action: "lambda:InvokeFunction",
        asked: true,
        resources: [{ prefix: FUNCTION, rest: "nothing" }],
        siblings: [],
      },
    ]);
    expect(ofFunctionUrl.map(({ action }) => action)).toEqual(
      expect.arrayContaining(["lambda:InvokeFunction", "lambda:GetFunction"]),
    );
  });

  it.each(["dynamodb:TransactWriteItems", "s3:HeadObject", "s3:DeleteObjects", "s3:CopyObject"])(
    "%s is an operation, and no action of IAM's",
    (action) => {
      expect(actionNamed(action)).toBeUndefined();
    },
  );

  it("stand once each", () => {
    const names = known.map(({ action }) => action);
    expect(names).toHaveLength(new Set(names).size);
  });

  it("are of the upstream's partition", () => {
    const [first] = knownActionsOf(anUpstream({ partition: "aws-cn" }));
    expect(first?.resources[0]?.prefix).toBe("arn:aws-cn:s3:::*");
  });

  it("are none where the service is none that is read", () => {
    expect(knownActionsOf(anUpstream({ service: "sqs" }))).toEqual([]);
  });
});

describe("C16 siblings of an action", () => {
  it("are all known themselves, as is whatever has some", () => {
    const named = [...ACTION_SIBLINGS].flatMap(([action, siblings]) => [action, ...siblings]);
    expect(named.filter((action) => actionNamed(action) === undefined)).toEqual([]);
  });

  it("do not name the action itself, and each one once", () => {
    for (const { action, siblings } of known) {
      expect(siblings).not.toContain(action);
      expect(siblings).toHaveLength(new Set(siblings).size);
    }
  });

  it("tell how what is denied may be done", () => {
    expect(actionNamed("s3:DeleteObject")?.siblings).toEqual(
      expect.arrayContaining(["s3:PutObject", "s3:PutLifecycleConfiguration"]),
    );
    expect(actionNamed("dynamodb:GetItem")?.siblings).toEqual(
      expect.arrayContaining([
        "dynamodb:ConditionCheckItem",
        "dynamodb:CreateBackup",
        "dynamodb:EnableKinesisStreamingDestination",
      ]),
    );
  });

  it("leave out what a deny of the action holds anyway", () => {
    expect(ACTION_SIBLINGS.get("dynamodb:GetItem")).toContain("dynamodb:Query");
    const siblings = actionNamed("dynamodb:GetItem")?.siblings;
    for (const held of ["dynamodb:Query", "dynamodb:PartiQLSelect", "dynamodb:GetRecords"])
      expect(siblings).not.toContain(held);
    expect(actionNamed("dynamodb:BatchGetItem")?.siblings).toContain("dynamodb:Query");
  });
});
