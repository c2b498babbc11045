import * as gateway from "@aws-sdk/client-apigatewaymanagementapi";
import * as cloudwatch from "@aws-sdk/client-cloudwatch";
import * as kinesis from "@aws-sdk/client-kinesis";
import * as lambda from "@aws-sdk/client-lambda";
import * as sfn from "@aws-sdk/client-sfn";
import * as sns from "@aws-sdk/client-sns";
import * as sqs from "@aws-sdk/client-sqs";
import * as sts from "@aws-sdk/client-sts";
import { decode, encode } from "cborg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { LocalAws } from "../../../src/local/aws.ts";
import type { Seen } from "../../../src/local/guard/guard.ts";
import { sessionOf, signedCall } from "../signed-call.ts";
import { startStandIn } from "../stand-in.ts";

const QueueUrl = "https://sqs.us-east-1.amazonaws.com/123456789012/jobs";
const TopicArn = "arn:aws:sns:us-east-1:123456789012:news";
const stateMachineArn = "arn:aws:states:us-east-1:123456789012:stateMachine:nightly";
const FunctionName = "resize";

let aws: LocalAws;
let seen: Seen[];
const reports: unknown[] = [];

beforeAll(async () => {
  aws = await startStandIn({
    observe: (requirements) => seen.push(...requirements),
    report: (error) => reports.push(error),
  });
});
afterAll(async () => {
  await aws.close();
  expect(reports).toEqual([]);
});
beforeEach(() => {
  seen = [];
  aws.calls.reset();
});
afterEach(() => aws.faults.clear());

/** How the SDK's clients reach the stand-in in a role, each call once. */
function as(role: string) {
  return { region: "us-east-1", endpoint: aws.url, maxAttempts: 1, credentials: sessionOf(aws, role) };
}

describe("SQS", () => {
  it("keeps messages with their attributes until they are deleted", async () => {
    const client = new sqs.SQSClient(as("admin"));
    expect(await client.send(new sqs.GetQueueUrlCommand({ QueueName: "jobs" }))).toMatchObject({ QueueUrl });
    expect((await client.send(new sqs.ListQueuesCommand({}))).QueueUrls).toContain(QueueUrl);
    const MessageAttributes = {
      kind: { DataType: "String", StringValue: "ä" },
      bytes: { DataType: "Binary", BinaryValue: Buffer.from([0, 255]) },
    };
    // The client compares the digests of body and attributes.
    await client.send(new sqs.SendMessageCommand({ QueueUrl, MessageBody: "grüße", MessageAttributes }));
    const Entries = ["a", "b"].map((Id) => ({ Id, MessageBody: `body ${Id}` }));
    const sent = await client.send(new sqs.SendMessageBatchCommand({ QueueUrl, Entries }));
    expect(sent.Successful?.map(({ Id }) => Id)).toEqual(["a", "b"]);
    const asked = { QueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ["All"] };
    const { Messages = [] } = await client.send(new sqs.ReceiveMessageCommand(asked));
    expect(Messages.map(({ Body }) => Body)).toEqual(["grüße", "body a", "body b"]);
    expect(Messages[0]?.MessageAttributes).toMatchObject({ kind: { StringValue: "ä" } });
    expect((await client.send(new sqs.ReceiveMessageCommand(asked))).Messages).toBeUndefined();
    const { Attributes } = await client.send(
      new sqs.GetQueueAttributesCommand({
        QueueUrl,
        AttributeNames: ["ApproximateNumberOfMessagesNotVisible"],
      }),
    );
    expect(Attributes).toEqual({ ApproximateNumberOfMessagesNotVisible: "3" });
    for (const { ReceiptHandle } of Messages) {
      await client.send(new sqs.DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    }
    const all = new sqs.GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] });
    expect((await client.send(all)).Attributes).toMatchObject({ ApproximateNumberOfMessagesNotVisible: "0" });
    expect(aws.calls.of("sqs:DeleteMessage")).toBe(3);
  });

  it("refuses in typed errors", async () => {
    const client = new sqs.SQSClient(as("admin"));
    const none = new sqs.SendMessageCommand({ QueueUrl: QueueUrl.replace("jobs", "none"), MessageBody: "x" });
    await expect(client.send(none)).rejects.toBeInstanceOf(sqs.QueueDoesNotExist);
    const empty = new sqs.SendMessageBatchCommand({ QueueUrl, Entries: [] });
    await expect(client.send(empty)).rejects.toBeInstanceOf(sqs.EmptyBatchRequest);
  });

  it("lets analysts send to one queue and no more", async () => {
    const client = new sqs.SQSClient(as("analyst"));
    await client.send(new sqs.SendMessageCommand({ QueueUrl, MessageBody: "x" }));
    const resource = "arn:aws:sqs:us-east-1:123456789012:jobs";
    expect(seen).toEqual([{ service: "sqs", action: "sqs:SendMessage", resource }]);
    const other = new sqs.SendMessageCommand({
      QueueUrl: QueueUrl.replace("jobs", "results"),
      MessageBody: "x",
    });
    await expect(client.send(other)).rejects.toMatchObject({ name: "AccessDeniedException" });
    const receive = new sqs.ReceiveMessageCommand({ QueueUrl });
    await expect(client.send(receive)).rejects.toMatchObject({ name: "AccessDeniedException" });
  });
});

describe("SNS", () => {
  it("publishes by forms", async () => {
    const client = new sns.SNSClient(as("analyst"));
    expect(
      (await client.send(new sns.PublishCommand({ TopicArn, Message: "a & b" }))).MessageId,
    ).toBeDefined();
    const PublishBatchRequestEntries = ["1", "2"].map((Id) => ({
      Id,
      Message: "x",
      MessageAttributes: { kind: { DataType: "String", StringValue: "v" } },
    }));
    const batch = new sns.PublishBatchCommand({ TopicArn, PublishBatchRequestEntries });
    expect((await client.send(batch)).Successful?.map(({ Id }) => Id)).toEqual(["1", "2"]);
    expect(seen).toEqual([1, 2].map(() => ({ service: "sns", action: "sns:Publish", resource: TopicArn })));
    await expect(client.send(new sns.ListTopicsCommand({}))).rejects.toThrow(sns.AuthorizationErrorException);
  });

  it("lists topics, and takes subscribers", async () => {
    const client = new sns.SNSClient(as("admin"));
    expect((await client.send(new sns.ListTopicsCommand({}))).Topics).toEqual([{ TopicArn }]);
    const subscribe = new sns.SubscribeCommand({
      TopicArn,
      Protocol: "https",
      Endpoint: "https://x.example",
    });
    expect((await client.send(subscribe)).SubscriptionArn).toMatch(`${TopicArn}:`);
    const none = new sns.PublishCommand({ TopicArn: TopicArn.replace("news", "none"), Message: "x" });
    await expect(client.send(none)).rejects.toBeInstanceOf(sns.NotFoundException);
  });
});

describe("Step Functions", () => {
  it("run at once, and are told of", async () => {
    const client = new sfn.SFNClient(as("admin"));
    const input = JSON.stringify({ a: 1 });
    const start = new sfn.StartExecutionCommand({ stateMachineArn, name: "first", input });
    const { executionArn = "", startDate } = await client.send(start);
    expect(executionArn).toBe("arn:aws:states:us-east-1:123456789012:execution:nightly:first");
    expect(startDate).toBeInstanceOf(Date);
    const described = await client.send(new sfn.DescribeExecutionCommand({ executionArn }));
    expect(described).toMatchObject({ status: "SUCCEEDED", input, output: input });
    const { executions } = await client.send(new sfn.ListExecutionsCommand({ stateMachineArn }));
    expect(executions).toMatchObject([{ name: "first", status: "SUCCEEDED" }]);
    const none = new sfn.StartExecutionCommand({
      stateMachineArn: stateMachineArn.replace("nightly", "none"),
    });
    await expect(client.send(none)).rejects.toBeInstanceOf(sfn.StateMachineDoesNotExist);
  });

  it("are started by analysts, and looked at by others", async () => {
    const client = new sfn.SFNClient(as("analyst"));
    await client.send(new sfn.StartExecutionCommand({ stateMachineArn }));
    const list = new sfn.ListExecutionsCommand({ stateMachineArn });
    await expect(client.send(list)).rejects.toMatchObject({ name: "AccessDeniedException" });
  });
});

describe("Lambda", () => {
  it("invokes a function, which answers with what it is told", async () => {
    const client = new lambda.LambdaClient(as("analyst"));
    const Payload = JSON.stringify({ width: 7 });
    const {
      Payload: answer,
      StatusCode,
      ExecutedVersion,
    } = await client.send(new lambda.InvokeCommand({ FunctionName, Payload }));
    expect([StatusCode, ExecutedVersion, answer?.transformToString()]).toEqual([200, "$LATEST", Payload]);
    const event = await client.send(new lambda.InvokeCommand({ FunctionName, InvocationType: "Event" }));
    expect(event.StatusCode).toBe(202);
    const resource = "arn:aws:lambda:us-east-1:123456789012:function:resize";
    expect(seen[0]).toEqual({ service: "lambda", action: "lambda:InvokeFunction", resource });
    const alias = new lambda.InvokeCommand({ FunctionName: resource, Qualifier: "prod" });
    await expect(client.send(alias)).rejects.toMatchObject({ name: "AccessDeniedException" });
    expect(seen.at(-1)?.resource).toBe(`${resource}:prod`);
  });

  it("tells of a function, and of one that is not there", async () => {
    const client = new lambda.LambdaClient(as("admin"));
    const { Configuration } = await client.send(new lambda.GetFunctionCommand({ FunctionName }));
    expect(Configuration?.FunctionName).toBe(FunctionName);
    const none = new lambda.InvokeCommand({ FunctionName: "none" });
    await expect(client.send(none)).rejects.toBeInstanceOf(lambda.ResourceNotFoundException);
    await expect(client.send(new lambda.ListFunctionsCommand({}))).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
  });
});

describe("CloudWatch", () => {
  const Dimensions = [{ Name: "stage", Value: "prod" }];
  const MetricData = [{ MetricName: "orders", Value: 1.5, Timestamp: new Date(), Dimensions }];

  it("takes and lists metrics in JSON", async () => {
    const client = new cloudwatch.CloudWatchClient(as("admin"));
    await client.send(new cloudwatch.PutMetricDataCommand({ Namespace: "shop", MetricData }));
    const list = new cloudwatch.ListMetricsCommand({ Namespace: "shop" });
    expect((await client.send(list)).Metrics).toEqual([
      { Namespace: "shop", MetricName: "orders", Dimensions },
    ]);
    expect(seen.map(({ action }) => action)).toEqual(["cloudwatch:PutMetricData", "cloudwatch:ListMetrics"]);
    const other = new cloudwatch.CloudWatchClient(as("analyst"));
    await expect(other.send(list)).rejects.toMatchObject({ name: "AccessDeniedException" });
  });

  it("takes and lists metrics in CBOR", async () => {
    const ask = async (
      operation: string,
      input: object,
      role = "admin",
    ): Promise<readonly [number, unknown]> => {
      const { status, headers, bytes } = await signedCall(aws, sessionOf(aws, role), {
        service: "monitoring",
        method: "POST",
        path: `/service/GraniteServiceVersion20100801/operation/${operation}`,
        headers: { "smithy-protocol": "rpc-v2-cbor", "content-type": "application/cbor" },
        body: Buffer.from(encode(input)),
      });
      expect(headers).toMatchObject({ "smithy-protocol": "rpc-v2-cbor", "content-type": "application/cbor" });
      return [status, decode(bytes)];
    };
    const own = { Namespace: "cbor", MetricData: MetricData.map(({ Timestamp: _time, ...datum }) => datum) };
    expect(await ask("PutMetricData", own)).toEqual([200, {}]);
    const Metrics = [{ Namespace: "cbor", MetricName: "orders", Dimensions }];
    expect(await ask("ListMetrics", { Namespace: "cbor" })).toEqual([200, { Metrics }]);
    const [status, error] = await ask("ListMetrics", {}, "analyst");
    expect([status, error]).toMatchObject([
      400,
      { __type: "com.amazon.coral.service#AccessDeniedException" },
    ]);
    aws.faults.add({ service: "monitoring", times: 1, effect: { kind: "throttle" } });
    expect(await ask("ListMetrics", {})).toMatchObject([
      400,
      { __type: "com.amazon.coral.service#ThrottlingException", message: "Rate exceeded" },
    ]);
  });
});

describe("Kinesis", () => {
  it("takes records for a stream that is there", async () => {
    // The client's own handler speaks HTTP/2 and nothing else.
    const { requestHandler } = new sqs.SQSClient({}).config;
    const client = new kinesis.KinesisClient({ ...as("admin"), requestHandler });
    const record = { Data: Buffer.from("x"), PartitionKey: "p" };
    const put = await client.send(new kinesis.PutRecordCommand({ StreamName: "clicks", ...record }));
    expect(put.ShardId).toBe("shardId-000000000000");
    const batch = new kinesis.PutRecordsCommand({ StreamName: "clicks", Records: [record, record] });
    expect((await client.send(batch)).Records).toHaveLength(2);
    const none = new kinesis.PutRecordCommand({ StreamName: "none", ...record });
    await expect(client.send(none)).rejects.toBeInstanceOf(kinesis.ResourceNotFoundException);
  });
});

it("connections of a WebSocket API are posted to by the management client", async () => {
  const client = new gateway.ApiGatewayManagementApiClient({ ...as("admin"), endpoint: `${aws.url}/prod` });
  client.middlewareStack.add(
    (next) => (args) => {
      const { headers } = args.request as { headers: Record<string, string> };
      headers["host"] = "chatapi001.execute-api.us-east-1.amazonaws.com";
      return next(args);
    },
    { step: "build", priority: "low" },
  );
  const post = (ConnectionId: string) =>
    client.send(new gateway.PostToConnectionCommand({ ConnectionId, Data: "news" }));
  await post("R0oXAdfD0kwCH6w=");
  await expect(post("none")).rejects.toBeInstanceOf(gateway.GoneException);
});

it("STS tells who calls, beside all of them", async () => {
  const client = new sts.STSClient(as("analyst"));
  const { Arn } = await client.send(new sts.GetCallerIdentityCommand({}));
  expect(Arn).toBe("arn:aws:sts::123456789012:assumed-role/analyst/test");
});

describe("quotas and faults", () => {
  it("hold for the smaller services as for the others", async () => {
    const client = new sqs.SQSClient(as("admin"));
    const list = (): Promise<unknown> => client.send(new sqs.ListQueuesCommand({}));
    aws.faults.down("sqs");
    await expect(list()).rejects.toThrow("socket hang up");
    aws.faults.clear();
    await list();
    aws.faults.add({ service: "sqs", times: 1, effect: { kind: "signature-refusal" } });
    await expect(list()).rejects.toMatchObject({ name: "InvalidSignatureException" });
    const limited = await startStandIn({ quotas: { ListQueues: 0 } });
    try {
      const refused = new sqs.SQSClient({
        ...as("admin"),
        endpoint: limited.url,
        credentials: sessionOf(limited, "admin"),
      });
      const asked = refused.send(new sqs.ListQueuesCommand({}));
      await expect(asked).rejects.toMatchObject({ name: "ThrottlingException" });
    } finally {
      await limited.close();
    }
  });

  it("are worded as the query protocol does", async () => {
    const client = new sns.SNSClient(as("admin"));
    aws.faults.add({ service: "sns", times: 1, effect: { kind: "throttle" } });
    const publish = (): Promise<unknown> => client.send(new sns.PublishCommand({ TopicArn, Message: "x" }));
    await expect(publish()).rejects.toMatchObject({ name: "Throttling" });
    const wrong = new sns.SNSClient({
      ...as("admin"),
      credentials: { ...sessionOf(aws, "admin"), secretAccessKey: "x" },
    });
    await expect(wrong.send(new sns.ListTopicsCommand({}))).rejects.toMatchObject({
      name: "SignatureDoesNotMatch",
    });
    await publish();
  });
});
