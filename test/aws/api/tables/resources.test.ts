import { describe, expect, it } from "vitest";
import { bodyMembers, type Members } from "../../../../src/aws/api/members.ts";
import { API_MODELS } from "../../../../src/aws/api/models.ts";
import { requirementsOf } from "../../../../src/aws/api/resources.ts";
import { templateProblem } from "../../../../src/aws/api/template.ts";
import { anUpstream, codeOf } from "../../../support/asking.ts";

const HERE = "us-east-1:123456789012";
const QUEUE = `https://sqs.us-east-1.amazonaws.com/123456789012/orders`;
const TOPIC = `arn:aws:sns:${HERE}:alerts`;
const MACHINE = `arn:aws:states:${HERE}:stateMachine:bill`;
const RUNS = `arn:aws:states:${HERE}`;
const STREAM = `arn:aws:kinesis:${HERE}:stream/clicks`;
const GROUP = `arn:aws:logs:${HERE}:log-group:/aws/lambda/bill`;
const MODELS = "arn:aws:bedrock:us-east-1::foundation-model/";
const KEY = `arn:aws:kms:${HERE}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;

function requirementsFor(operation: string, members: object) {
  const [service = "", name = ""] = operation.split(" ");
  const model = API_MODELS[service];
  const row = model?.operations[name];
  if (model === undefined || row === undefined) throw new Error(`${operation} is in no table`);
  const labels = Object.entries(members).filter(([member]) => row.route?.includes(`{${member}`) === true);
  const query = Object.entries(members).flatMap(([member, value]) =>
    member.startsWith("?") ? [[member.slice(1), [String(value)]] as const] : [],
  );
  const read: Members = { ...bodyMembers({ ...members }), labels: new Map(labels), query: new Map(query) };
  return requirementsOf(row, read, anUpstream({ service, actionPrefix: model.actionPrefix, model }));
}

const touchedBy = (operation: string, members: object) =>
  requirementsFor(operation, members).map(({ resource, unknownResource }) =>
    unknownResource === true ? "unknown" : resource,
  );

/** What IAM is asked about (Service Authorization Reference, and the services' own guides). */
const TOUCHED: readonly (readonly [operation: string, members: object, resources: readonly string[]])[] = [
  ["sqs SendMessage", { QueueUrl: QUEUE }, [`arn:aws:sqs:${HERE}:orders`]],
  ["sqs SendMessageBatch", { QueueUrl: `${QUEUE}.fifo` }, [`arn:aws:sqs:${HERE}:orders.fifo`]],
  ["sqs CreateQueue", { QueueName: "orders" }, [`arn:aws:sqs:${HERE}:orders`]],
  ["sqs GetQueueUrl", { QueueName: "orders" }, [`arn:aws:sqs:${HERE}:orders`]],
  [
    "sqs GetQueueUrl",
    { QueueName: "orders", QueueOwnerAWSAccountId: "210987654321" },
    [`arn:aws:sqs:${HERE}:orders`, "arn:aws:sqs:us-east-1:210987654321:orders"],
  ],
  [
    "sqs StartMessageMoveTask",
    { SourceArn: `arn:aws:sqs:${HERE}:dead`, DestinationArn: `arn:aws:sqs:${HERE}:orders` },
    [`arn:aws:sqs:${HERE}:dead`, `arn:aws:sqs:${HERE}:orders`],
  ],
  [
    "sqs StartMessageMoveTask",
    { SourceArn: `arn:aws:sqs:${HERE}:dead` },
    [`arn:aws:sqs:${HERE}:dead`, "unknown"],
  ],
  ["sqs CancelMessageMoveTask", { TaskHandle: "a" }, ["unknown"]],
  ["sqs ListQueues", {}, ["*"]],
  ["sns Publish", { TopicArn: TOPIC }, [TOPIC]],
  [
    "sns Publish",
    { TargetArn: `arn:aws:sns:${HERE}:endpoint/GCM/app/1` },
    [`arn:aws:sns:${HERE}:endpoint/GCM/app/1`],
  ],
  ["sns Publish", { PhoneNumber: "+49123" }, ["unknown"]],
  ["sns Unsubscribe", { SubscriptionArn: `${TOPIC}:1234-5678` }, [TOPIC]],
  ["states StartExecution", { stateMachineArn: MACHINE }, [MACHINE]],
  ["states StartExecution", { stateMachineArn: `${MACHINE}:live` }, [MACHINE]],
  [
    "states CreateStateMachineAlias",
    { routingConfiguration: [{ stateMachineVersionArn: `${MACHINE}:1`, weight: 100 }] },
    [MACHINE],
  ],
  [
    "states StopExecution",
    { executionArn: `arn:aws:states:${HERE}:execution:bill:one` },
    [`arn:aws:states:${HERE}:execution:bill:one`],
  ],
  ["lambda Invoke", { FunctionName: "bill" }, [`arn:aws:lambda:${HERE}:function:bill`]],
  [
    "lambda Invoke",
    { FunctionName: "bill", "?Qualifier": "$LATEST" },
    [`arn:aws:lambda:${HERE}:function:bill:$LATEST`],
  ],
  ["lambda Invoke", { FunctionName: "bill:live" }, [`arn:aws:lambda:${HERE}:function:bill:live`]],
  [
    "lambda GetLayerVersion",
    { LayerName: "tools", VersionNumber: "3" },
    [`arn:aws:lambda:${HERE}:layer:tools:3`],
  ],
  ["lambda CreateEventSourceMapping", { FunctionName: "bill" }, ["unknown"]],
  ["kinesis PutRecord", { StreamName: "clicks" }, [STREAM]],
  ["kinesis PutRecord", { StreamName: "clicks", StreamARN: STREAM }, [STREAM]],
  ["kinesis GetRecords", { ShardIterator: "AAAA", StreamARN: STREAM }, ["unknown"]],
  [
    "firehose PutRecordBatch",
    { DeliveryStreamName: "clicks" },
    [`arn:aws:firehose:${HERE}:deliverystream/clicks`],
  ],
  [
    "events PutEvents",
    { Entries: [{ EventBusName: "orders" }, {}, { EventBusName: `arn:aws:events:${HERE}:event-bus/bills` }] },
    ["orders", "default", "bills"].map((name) => `arn:aws:events:${HERE}:event-bus/${name}`),
  ],
  ["events PutRule", { Name: "nightly" }, [`arn:aws:events:${HERE}:rule/nightly`]],
  [
    "events PutTargets",
    { Rule: "nightly", EventBusName: "orders" },
    [`arn:aws:events:${HERE}:rule/orders/nightly`],
  ],
  [
    "events DescribeEventSource",
    { Name: "aws.partner/example.com/1" },
    ["arn:aws:events:us-east-1::event-source/aws.partner/example.com/1"],
  ],
  [
    "secretsmanager GetSecretValue",
    { SecretId: "prod/db" },
    [`arn:aws:secretsmanager:${HERE}:secret:prod/db-??????`],
  ],
  [
    "secretsmanager GetSecretValue",
    { SecretId: `arn:aws:secretsmanager:${HERE}:secret:prod/db-AbCdEf` },
    [`arn:aws:secretsmanager:${HERE}:secret:prod/db-AbCdEf`],
  ],
  ["ssm GetParameter", { Name: "/prod/url" }, [`arn:aws:ssm:${HERE}:parameter/prod/url`]],
  [
    "ssm GetParameters",
    { Names: ["url", "/prod/url:3"] },
    [`arn:aws:ssm:${HERE}:parameter/url`, `arn:aws:ssm:${HERE}:parameter/prod/url`],
  ],
  ["kms Decrypt", { KeyId: KEY }, [KEY]],
  ["kms Encrypt", { KeyId: KEY.split("/")[1] }, [KEY]],
  ["kms Encrypt", { KeyId: "alias/app" }, ["unknown"]],
  ["kms Decrypt", {}, ["unknown"]],
  ["kms CreateAlias", { TargetKeyId: KEY, AliasName: "alias/app" }, [KEY, `arn:aws:kms:${HERE}:alias/app`]],
  ["logs FilterLogEvents", { logGroupName: "/aws/lambda/bill" }, [`${GROUP}:log-stream:`]],
  ["logs FilterLogEvents", { logGroupIdentifier: GROUP }, [`${GROUP}:log-stream:`]],
  [
    "logs PutLogEvents",
    { logGroupName: "/aws/lambda/bill", logStreamName: "2026/05/20/[$LATEST]1f" },
    [`${GROUP}:log-stream:2026/05/20/[$LATEST]1f`],
  ],
  [
    "monitoring DeleteAlarms",
    { AlarmNames: ["too slow", "down"] },
    [`arn:aws:cloudwatch:${HERE}:alarm:too slow`, `arn:aws:cloudwatch:${HERE}:alarm:down`],
  ],
  ["monitoring PutMetricData", { Namespace: "app" }, ["*"]],
  [
    "iotdata Publish",
    { topic: "$aws/things/lamp/shadow" },
    [`arn:aws:iot:${HERE}:topic/$aws/things/lamp/shadow`],
  ],
  ["iotdata GetThingShadow", { thingName: "lamp" }, [`arn:aws:iot:${HERE}:thing/lamp`]],
  [
    "iotdata GetThingShadow",
    { thingName: "lamp", "?name": "night" },
    [`arn:aws:iot:${HERE}:thing/lamp`, `arn:aws:iot:${HERE}:thing/lamp/night`],
  ],
  [
    "bedrock Converse",
    { modelId: "anthropic.claude-3-haiku-20240307-v1:0" },
    ["arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-3-haiku-20240307-v1:0"],
  ],
  [
    "bedrock InvokeModel",
    { modelId: "us.amazon.nova-lite-v1:0" },
    [`arn:aws:bedrock:${HERE}:inference-profile/us.amazon.nova-lite-v1:0`],
  ],
  [
    "bedrock InvokeModel",
    { modelId: `arn:aws:bedrock:${HERE}:provisioned-model/abc` },
    [`arn:aws:bedrock:${HERE}:provisioned-model/abc`],
  ],
  ["bedrock InvokeModel", { modelId: "a1b2c3" }, ["unknown"]],
  ["sts AssumeRole", { RoleArn: "arn:aws:iam::123456789012:role/a" }, ["arn:aws:iam::123456789012:role/a"]],
  ["athena StartQueryExecution", { QueryString: "" }, [`arn:aws:athena:${HERE}:workgroup/primary`]],
  [
    "ses GetEmailIdentity",
    { EmailIdentity: "a@example.com" },
    [`arn:aws:ses:${HERE}:identity/a@example.com`],
  ],
  ["ses SendEmail", { FromEmailAddress: "a@example.com" }, ["unknown"]],
  ["rekognition SearchFaces", { CollectionId: "staff" }, [`arn:aws:rekognition:${HERE}:collection/staff`]],
  ["translate TranslateText", { Text: "a" }, ["unknown"]],
];

describe("what an operation touches", () => {
  it.each(TOUCHED)("%s of %j", (operation, members, resources) => {
    expect(touchedBy(operation, members)).toEqual(resources);
  });

  it.each([
    ["sqs SendMessage", { QueueUrl: QUEUE.replace("123456789012", "210987654321") }],
    ["sns Publish", { TopicArn: TOPIC.replace("us-east-1", "eu-west-1") }],
    ["sns Publish", { TopicArn: "arn:aws:sns:us-east-1:123456789012:*" }],
    ["states StartExecution", { stateMachineArn: MACHINE.replace("stateMachine", "activity") }],
    ["kinesis PutRecord", { StreamName: "clicks", StreamARN: STREAM.replace("1234", "4321") }],
    ["lambda Invoke", { FunctionName: "210987654321:function:bill" }],
    ["lambda Invoke", { FunctionName: "bill/../pay" }],
    ["lambda Invoke", { FunctionName: "bill:live", "?Qualifier": "test" }],
    [
      "events PutEvents",
      { Entries: [{ EventBusName: "arn:aws:events:us-east-1:210987654321:event-bus/a" }] },
    ],
    ["secretsmanager GetSecretValue", { SecretId: "prod/*" }],
    ["bedrock InvokeModel", { modelId: "arn:aws:bedrock:us-east-1:210987654321:custom-model/a" }],
    ["bedrock InvokeModel", { modelId: "arn:aws:bedrock:eu-west-1::foundation-model/a.b" }],
    ["bedrock InvokeModel", { modelId: `arn:aws:bedrock:${HERE}:foundation-model/a.b` }],
    ["bedrock InvokeModel", { modelId: "arn:aws:bedrock:us-east-1::provisioned-model/a" }],
    ["bedrock InvokeModel", { modelId: "a/../b" }],
    ["iotdata Publish", { topic: "lamp/*" }],
  ])("S3.6 %s of %j is refused", (operation, members) => {
    const code = codeOf(() => requirementsFor(operation, members));
    expect(["target-ambiguous", "target-malformed", "body-malformed"]).toContain(code);
  });
});

/** What a thing is a part of, or leads to. */
const PARTS: readonly (readonly [operation: string, members: object, whole: string])[] = [
  ["lambda GetLayerVersion", { LayerName: "base", VersionNumber: "1" }, `arn:aws:lambda:${HERE}:layer:base`],
  ["kinesis SubscribeToShard", { ConsumerARN: `${STREAM}/consumer/c:1` }, STREAM],
  ["kinesis TagResource", { ResourceARN: `${STREAM}/consumer/c:1` }, STREAM],
  ...["StopExecution", "GetExecutionHistory", "RedriveExecution"].map(
    (name) => [`states ${name}`, { executionArn: `${RUNS}:execution:bill:one` }, MACHINE] as const,
  ),
  ["states DescribeExecution", { executionArn: `${RUNS}:execution:bill/each:one` }, MACHINE],
  ["states StopExecution", { executionArn: `${RUNS}:express:bill:one:two` }, MACHINE],
  ["states ListExecutions", { mapRunArn: `${RUNS}:mapRun:bill/each:one` }, MACHINE],
  ["states UpdateMapRun", { mapRunArn: `${RUNS}:mapRun:bill/each:one` }, MACHINE],
  ["lambda Invoke", { FunctionName: "bill:live" }, `arn:aws:lambda:${HERE}:function:bill`],
  ["bedrock InvokeModel", { modelId: "us.amazon.nova-lite-v1:0" }, `${MODELS}amazon.nova-lite-v1:0`],
  ...[
    "anthropic.claude-3-sonnet-v1:0:200k",
    "us.anthropic.claude-3-sonnet-v1:0:200k",
    `${MODELS}anthropic.claude-3-sonnet-v1:0:200k`,
    `arn:aws:bedrock:${HERE}:inference-profile/us.anthropic.claude-3-sonnet-v1:0:200k`,
  ].map((modelId) => ["bedrock Converse", { modelId }, `${MODELS}anthropic.claude-3-sonnet-v1:0`] as const),
  [
    "bedrock InvokeModel",
    { modelId: `arn:aws:bedrock:${HERE}:inference-profile/apac.amazon.nova-lite-v1:0` },
    "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0",
  ],
];

describe("what a deny means besides", () => {
  it.each(PARTS)("%s of %j is a part of another", (operation, members, whole) => {
    expect(requirementsFor(operation, members).flatMap(({ within = [] }) => within)).toContain(whole);
  });
});

describe("what a deny counts for besides", () => {
  const secret = `arn:aws:secretsmanager:${HERE}:secret:db`;
  it.each([
    ["secretsmanager GetSecretValue", { SecretId: "db" }, [`${secret}-??????`]],
    ["secretsmanager GetSecretValue", { SecretId: secret }, [`${secret}-??????`]],
    ["ssm GetParametersByPath", { Path: "/prod" }, [`arn:aws:ssm:${HERE}:parameter/prod/*`]],
    ["ssm GetParametersByPath", { Path: "/prod/" }, [`arn:aws:ssm:${HERE}:parameter/prod/*`]],
    ["ssm GetParametersByPath", { Path: "/" }, [`arn:aws:ssm:${HERE}:parameter/*`]],
    ["ssm GetParameter", { Name: "/prod" }, []],
    ["logs CreateExportTask", { logGroupName: "/aws/lambda/bill" }, [`${GROUP}:log-stream:*`]],
    [
      "lambda UpdateEventSourceMapping",
      { UUID: "a", FunctionName: "resize" },
      [`arn:aws:lambda:${HERE}:function:resize`],
    ],
    ["lambda UpdateEventSourceMapping", { UUID: "a" }, []],
  ])("%s of %j may reach %s", (operation, members, patterns) => {
    expect(requirementsFor(operation, members).flatMap(({ mayReach = [] }) => mayReach)).toEqual(patterns);
  });
});

/** Patterns of all that a request does not tell exactly. */
const REACHED: readonly (readonly [operation: string, members: object, patterns: readonly string[]])[] = [
  ["logs FilterLogEvents", { logGroupName: "/aws/lambda/bill" }, [`${GROUP}:log-stream:*`]],
  ["logs FilterLogEvents", { logGroupIdentifier: GROUP, logStreamNames: ["a"] }, [`${GROUP}:log-stream:*`]],
  ...[
    "application-inference-profile/a1b2c3",
    "prompt-router/a1b2c3",
    "provisioned-model/a1b2c3",
    "custom-model-deployment/a1b2c3",
    "prompt/A1B2C3:1",
  ].map(
    (named) =>
      [
        "bedrock InvokeModel",
        { modelId: `arn:aws:bedrock:${HERE}:${named}` },
        [`${MODELS}*`, `arn:aws:bedrock:${HERE}:inference-profile/*`],
      ] as const,
  ),
  ["bedrock InvokeModel", { modelId: `${MODELS}anthropic.claude-3-haiku-v1:0` }, []],
  ["bedrock InvokeModel", { modelId: "us.amazon.nova-lite-v1:0" }, []],
];

describe("what an operation may reach besides", () => {
  it.each(REACHED)("%s of %j", (operation, members, patterns) => {
    expect(requirementsFor(operation, members).flatMap(({ mayReach = [] }) => mayReach)).toEqual(patterns);
  });
});

describe("templates", () => {
  it("can all be read", () => {
    const texts = Object.values(API_MODELS).flatMap(({ operations }) =>
      Object.values(operations).flatMap(({ resources = [], mayReach = [] }) => [...resources, ...mayReach]),
    );
    expect(texts.map(templateProblem).filter((problem) => problem !== undefined)).toEqual([]);
  });
});
