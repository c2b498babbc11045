import { describe, expect, it } from "vitest";
import { API_MODELS } from "../../../../src/aws/api/models.ts";
import { NOT_TAKEN } from "../../../../src/aws/api/tables/not-taken.ts";
import { givesCredentials } from "../../../../src/policy/pattern.ts";

/**
 * What has an action of another name (Service Authorization Reference, September 2026; Bedrock user guide, prerequisites
 * for inference). Nothing here is taken from the tables.
 */
const OTHER_ACTIONS = `
bedrock Converse: bedrock:InvokeModel
bedrock ConverseStream: bedrock:InvokeModelWithResponseStream
bedrock StartAsyncInvoke: bedrock:InvokeModel
lambda GetLayerVersionByArn: lambda:GetLayerVersion
lambda Invoke: lambda:InvokeFunction
lambda InvokeWithResponseStream: lambda:InvokeFunction
sns PublishBatch: sns:Publish
sqs ChangeMessageVisibilityBatch: sqs:ChangeMessageVisibility
sqs DeleteMessageBatch: sqs:DeleteMessage
sqs SendMessageBatch: sqs:SendMessage`;

/** What does the same as other actions, for denies. */
const SAME_EFFECT = `
bedrock Converse: bedrock:InvokeModelWithResponseStream
bedrock ConverseStream: bedrock:InvokeModel
bedrock InvokeModel: bedrock:InvokeModelWithResponseStream
bedrock InvokeModelWithResponseStream: bedrock:InvokeModel
bedrock StartAsyncInvoke: bedrock:InvokeModelWithResponseStream
firehose PutRecordBatch: firehose:PutRecord
iotdata Publish: iot:RetainPublish
kinesis GetRecords: kinesis:SubscribeToShard
kinesis PutRecords: kinesis:PutRecord
kinesis SubscribeToShard: kinesis:GetRecords
lambda InvokeAsync: lambda:InvokeFunction
logs CreateExportTask: logs:FilterLogEvents logs:GetLogEvents
logs CreateScheduledQuery: logs:FilterLogEvents logs:GetLogEvents
logs FilterLogEvents: logs:GetLogEvents
logs GetLogEvents: logs:FilterLogEvents
logs GetLogRecord: logs:FilterLogEvents logs:GetLogEvents
logs GetQueryResults: logs:FilterLogEvents logs:GetLogEvents
logs StartQuery: logs:FilterLogEvents logs:GetLogEvents
logs UpdateScheduledQuery: logs:FilterLogEvents logs:GetLogEvents
sqs StartMessageMoveTask: sqs:ReceiveMessage sqs:DeleteMessage sqs:SendMessage
ssm DeleteParameters: ssm:DeleteParameter
ssm GetParameterHistory: ssm:GetParameter
ssm GetParameters: ssm:GetParameter
ssm GetParametersByPath: ssm:GetParameter ssm:GetParameters
states StartSyncExecution: states:StartExecution`;

/** Signing name → what actions begin with, where that is another. */
const PREFIXES: Readonly<Record<string, string>> = { iotdata: "iot", monitoring: "cloudwatch" };

const rows = Object.entries(API_MODELS).flatMap(([service, { operations }]) =>
  Object.entries(operations).map(([name, operation]) => ({ service, name, ...operation })),
);

const lines = (text: string) => text.trim().split("\n");

describe("the IAM actions of operations", () => {
  it("have the prefix of their service", () => {
    for (const [service, { actionPrefix }] of Object.entries(API_MODELS))
      expect(actionPrefix).toBe(PREFIXES[service] ?? service);
    const other = rows.filter(
      ({ service, action }) => !action.startsWith(`${PREFIXES[service] ?? service}:`),
    );
    expect(other).toEqual([]);
  });

  it("have the operation's own name but for a few", () => {
    const other = rows.filter(({ name, action }) => action.split(":")[1] !== name);
    expect(other.map(({ service, name, action }) => `${service} ${name}: ${action}`).toSorted()).toEqual(
      lines(OTHER_ACTIONS),
    );
  });

  it("cover what has the same effect", () => {
    const covering = rows.flatMap(({ service, name, covers }) =>
      covers === undefined ? [] : [`${service} ${name}: ${covers.join(" ")}`],
    );
    expect(covering.toSorted()).toEqual(lines(SAME_EFFECT));
  });

  it("C7 that give out credentials are those of STS alone", () => {
    const giving = rows.filter(({ action }) => givesCredentials(action));
    expect(new Set(giving.map(({ service }) => service))).toEqual(new Set(["sts"]));
    expect(API_MODELS["ssm"]?.operations["GetAccessToken"]).toBeUndefined();
  });
});

describe("what is not taken", () => {
  it("is in no table, and has its reason", () => {
    for (const [key, reason] of NOT_TAKEN) {
      const [service = "", name = ""] = key.split(" ");
      expect(API_MODELS[service]?.operations, key).not.toHaveProperty(name);
      expect(reason).toMatch(/^\w.*\w$/);
    }
  });
});
