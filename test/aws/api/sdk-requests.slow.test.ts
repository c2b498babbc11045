import { CloudWatchClient, GetDashboardCommand, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { KinesisClient, PutRecordCommand } from "@aws-sdk/client-kinesis";
import { GetFunctionCommand, InvokeCommand, LambdaClient, ListTagsCommand } from "@aws-sdk/client-lambda";
import { SFNClient, StartExecutionCommand, StartSyncExecutionCommand } from "@aws-sdk/client-sfn";
import { PublishBatchCommand, PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { SendMessageBatchCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { AwsSmithyRpcV2CborProtocol } from "@aws-sdk/core/protocols";
import { describe, expect, it } from "vitest";
import { apiOf } from "../../../src/aws/api/api.ts";
import type { Protocol } from "../../../src/aws/api/model.ts";
import { API_MODELS } from "../../../src/aws/api/models.ts";
import { readHeaders } from "../../../src/domain/head.ts";
import type { Operation } from "../../../src/domain/operation.ts";
import { canonicalQuery, type QueryPair } from "../../../src/domain/query.ts";
import { anUpstream, readWhole } from "../../support/asking.ts";

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string | readonly string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

class Read extends Error {
  readonly operation: Operation;

  constructor(operation: Operation) {
    super("it was read");
    this.operation = operation;
  }
}

/** Settings of a client of which each request is read as the proxy would. */
function reading(service: string, protocol: Protocol) {
  const upstream = anUpstream({ service, model: API_MODELS[service] });
  const handle = ({ method, path, query, headers, body }: Sent) => {
    const pairs = Object.entries(query).flatMap(([name, value]) =>
      [value ?? ""].flat().map((one): QueryPair => [name, one]),
    );
    const target = pairs.length === 0 ? path : `${path}?${canonicalQuery(pairs)}`;
    const head = { method, target, headers: readHeaders(Object.entries(headers).flat()) };
    const bytes = body === undefined ? "" : Buffer.from(body);
    return Promise.reject(new Read(readWhole(apiOf(protocol), upstream, head, bytes)));
  };
  const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret", sessionToken: "token" };
  const requestHandler = { handle } as never;
  return { region: "us-east-1", endpoint: "http://127.0.0.1:1", credentials, requestHandler, maxAttempts: 1 };
}

const PLACE = "us-east-1:123456789012";
const QueueUrl = "https://sqs.us-east-1.amazonaws.com/123456789012/orders";
const TopicArn = `arn:aws:sns:${PLACE}:news`;
const stateMachineArn = `arn:aws:states:${PLACE}:stateMachine:bill`;
const message = { Id: "1", MessageBody: "b" };
const FunctionName = `arn:aws:lambda:${PLACE}:function:resize`;
const Data = new Uint8Array([1]);

const sqs = new SQSClient(reading("sqs", "json"));
const sns = new SNSClient(reading("sns", "query"));
const sfn = new SFNClient({ ...reading("states", "json"), disableHostPrefix: true });
const lambda = new LambdaClient(reading("lambda", "rest-json"));
const kinesis = new KinesisClient(reading("kinesis", "json"));
const cloudwatch = new CloudWatchClient(reading("monitoring", "json"));
const inCbor = new CloudWatchClient({
  ...reading("monitoring", "rpc-v2-cbor"),
  protocol: AwsSmithyRpcV2CborProtocol as never,
});

const metrics = { Namespace: "n", MetricData: [{ MetricName: "m", Value: 1.5, Timestamp: new Date(0) }] };

describe("a request of a current SDK", () => {
  it.each([
    [
      "a message",
      () => sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "b" })),
      "sqs:SendMessage",
      ":orders",
    ],
    [
      "a batch of messages",
      () => sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries: [message] })),
      "sqs:SendMessage",
      ":orders",
    ],
    [
      "a notification",
      () => sns.send(new PublishCommand({ TopicArn, Message: "two words & ä" })),
      "sns:Publish",
      ":news",
    ],
    [
      "a batch of notifications",
      () =>
        sns.send(
          new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries: [{ Id: "1", Message: "m" }] }),
        ),
      "sns:Publish",
      ":news",
    ],
    [
      "an execution",
      () => sfn.send(new StartExecutionCommand({ stateMachineArn })),
      "states:StartExecution",
      ":stateMachine:bill",
    ],
    [
      "an express execution",
      () => sfn.send(new StartSyncExecutionCommand({ stateMachineArn })),
      "states:StartSyncExecution",
      ":stateMachine:bill",
    ],
    [
      "an invocation",
      () => lambda.send(new InvokeCommand({ FunctionName: "resize" })),
      "lambda:InvokeFunction",
      ":function:resize",
    ],
    [
      "an invocation of an alias, by ARN",
      () => lambda.send(new InvokeCommand({ FunctionName, Qualifier: "PROD", InvocationType: "Event" })),
      "lambda:InvokeFunction",
      ":function:resize:PROD",
    ],
    [
      "a function by ARN",
      () => lambda.send(new GetFunctionCommand({ FunctionName })),
      "lambda:GetFunction",
      ":function:resize",
    ],
    [
      "tags",
      () => lambda.send(new ListTagsCommand({ Resource: FunctionName })),
      "lambda:ListTags",
      ":function:resize",
    ],
    [
      "a record",
      () => kinesis.send(new PutRecordCommand({ StreamName: "clicks", Data, PartitionKey: "k" })),
      "kinesis:PutRecord",
      ":stream/clicks",
    ],
    ["metrics", () => cloudwatch.send(new PutMetricDataCommand(metrics)), "cloudwatch:PutMetricData", "*"],
    [
      "metrics in CBOR",
      () => inCbor.send(new PutMetricDataCommand(metrics)),
      "cloudwatch:PutMetricData",
      "*",
    ],
    [
      "a dashboard in CBOR",
      () => inCbor.send(new GetDashboardCommand({ DashboardName: "d" })),
      "cloudwatch:GetDashboard",
      ":dashboard/d",
    ],
  ])("for %s needs %3$s on %4$s", async (_name, send, action, resource) => {
    const read = await send().catch((error: unknown) => error);
    if (!(read instanceof Read)) throw read;
    const [needed, ...others] = read.operation.requirements;
    expect(needed).toMatchObject({ action });
    expect(needed?.resource.endsWith(resource)).toBe(true);
    expect(others).toEqual([]);
  });
});
