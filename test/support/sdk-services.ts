import {
  ApiGatewayManagementApiClient,
  GetConnectionCommand,
  PostToConnectionCommand,
} from "@aws-sdk/client-apigatewaymanagementapi";
import { CloudWatchClient, ListMetricsCommand, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { KinesisClient, PutRecordCommand, PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { GetFunctionCommand, InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { ListExecutionsCommand, SFNClient, StartExecutionCommand } from "@aws-sdk/client-sfn";
import { PublishCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import {
  AssumeRoleCommand,
  GetCallerIdentityCommand,
  GetSessionTokenCommand,
  STSClient,
} from "@aws-sdk/client-sts";
import { AwsSmithyRpcV2CborProtocol } from "@aws-sdk/core/protocols";
import type { ClientOptions } from "./client-stack.ts";

/** What all clients of the SDK have. */
export interface SdkClient {
  send(command: never): Promise<object>;
  destroy(): void;
}

/** An error of the SDK: its name, and the status that it came with. */
export type Raised = readonly [name: string, status: number];

/** One client of the SDK at work through Postern. */
export interface SdkService {
  /** With the protocol, where a service is spoken to in more than one. */
  readonly name: string;
  /** Of the configuration; the signing name too, but of `chat`. */
  readonly upstream: string;
  readonly client: (options: ClientOptions) => SdkClient;
  readonly user: "admin" | "analyst";
  /** What the user may do. */
  readonly allowed: object;
  /** As Postern and the stand-in both name it. */
  readonly operation: string;
  /** A member of the answer; undefined where it has none. */
  readonly tells?: string;
  readonly rule: string;
  readonly requirement: { readonly action: string; readonly resource: string };
  /** What no rule allows a member; by default what the user may do. */
  readonly denied?: object;
  /** What {@link BEYOND} allows an analyst, and IAM does not. */
  readonly beyond: object;
  /** How the SDK words what either refuses. */
  readonly raised: Raised;
}

/** A rule that promises analysts what their role may not. */
export const BEYOND = `    - name: more than IAM allows
      who: { groups: [analysts] }
      allow:
        - sqs:ReceiveMessage
        - sns:Subscribe
        - states:ListExecutions
        - sts:AssumeRole
        - lambda:GetFunction
        - cloudwatch:ListMetrics
        - kinesis:PutRecord
        - execute-api:ManageConnections
      on: ["*"]
      role: arn:aws:iam::123456789012:role/analyst
`;

const ADMINS = "admins do anything";
const ANALYSTS = "analysts start work";
const PLACE = "us-east-1:123456789012";

const QueueUrl = "https://sqs.us-east-1.amazonaws.com/123456789012/jobs";
const TopicArn = `arn:aws:sns:${PLACE}:news`;
const stateMachineArn = `arn:aws:states:${PLACE}:stateMachine:nightly`;
const FunctionName = "resize";
const StreamName = "clicks";
const ConnectionId = "R0oXAdfD0kwCH6w=";
const Data = Buffer.from([0, 255, 10]);

const IN_JSON: Raised = ["AccessDeniedException", 400];
const IN_XML: Raised = ["AccessDenied", 403];
const IN_REST: Raised = ["AccessDeniedException", 403];

const METRICS = {
  upstream: "monitoring",
  user: "admin",
  allowed: new PutMetricDataCommand({
    Namespace: "Shop",
    MetricData: [{ MetricName: "Sold", Value: 1.5, Timestamp: new Date(), Unit: "Count" }],
  }),
  operation: "PutMetricData",
  rule: ADMINS,
  requirement: { action: "cloudwatch:PutMetricData", resource: "*" },
  beyond: new ListMetricsCommand({}),
  raised: IN_JSON,
} as const;

/** CloudWatch, where both ends speak CBOR. */
export const METRICS_IN_CBOR: SdkService = {
  ...METRICS,
  name: "CloudWatch in CBOR",
  client: (options) => new CloudWatchClient({ ...options, protocol: AwsSmithyRpcV2CborProtocol }),
};

/** One client for each service that the stand-in has. */
export const SDK_SERVICES: readonly SdkService[] = [
  {
    name: "SQS",
    upstream: "sqs",
    client: (options) => new SQSClient(options),
    user: "analyst",
    // The client compares the digest of what it sent.
    allowed: new SendMessageCommand({ QueueUrl, MessageBody: "gr\u00fc\u00dfe \u{1f512}" }),
    operation: "SendMessage",
    tells: "MessageId",
    rule: ANALYSTS,
    requirement: { action: "sqs:SendMessage", resource: `arn:aws:sqs:${PLACE}:jobs` },
    beyond: new ReceiveMessageCommand({ QueueUrl }),
    raised: IN_JSON,
  },
  {
    name: "SNS",
    upstream: "sns",
    client: (options) => new SNSClient(options),
    user: "analyst",
    allowed: new PublishCommand({ TopicArn, Message: "a+b & c=d\n\u00fc" }),
    operation: "Publish",
    tells: "MessageId",
    rule: ANALYSTS,
    requirement: { action: "sns:Publish", resource: TopicArn },
    beyond: new SubscribeCommand({ TopicArn, Protocol: "email", Endpoint: "analyst@example.com" }),
    raised: ["AuthorizationErrorException", 403],
  },
  {
    name: "Step Functions",
    upstream: "states",
    client: (options) => new SFNClient(options),
    user: "analyst",
    allowed: new StartExecutionCommand({ stateMachineArn, input: '{"a":1}' }),
    operation: "StartExecution",
    tells: "executionArn",
    rule: ANALYSTS,
    requirement: { action: "states:StartExecution", resource: stateMachineArn },
    beyond: new ListExecutionsCommand({ stateMachineArn }),
    raised: IN_JSON,
  },
  {
    name: "STS",
    upstream: "sts",
    client: (options) => new STSClient(options),
    user: "analyst",
    allowed: new GetCallerIdentityCommand({}),
    operation: "GetCallerIdentity",
    tells: "Arn",
    rule: "everyone may ask who they are",
    requirement: { action: "sts:GetCallerIdentity", resource: "*" },
    denied: new GetSessionTokenCommand({}),
    beyond: new AssumeRoleCommand({
      RoleArn: "arn:aws:iam::123456789012:role/service",
      RoleSessionName: "mine",
    }),
    raised: IN_XML,
  },
  {
    name: "Lambda",
    upstream: "lambda",
    client: (options) => new LambdaClient(options),
    user: "analyst",
    allowed: new InvokeCommand({ FunctionName, Payload: '{"width":100}' }),
    operation: "Invoke",
    tells: "Payload",
    rule: ANALYSTS,
    requirement: { action: "lambda:InvokeFunction", resource: `arn:aws:lambda:${PLACE}:function:resize` },
    beyond: new GetFunctionCommand({ FunctionName }),
    raised: IN_REST,
  },
  {
    name: "Kinesis",
    upstream: "kinesis",
    // It speaks HTTP/2 unless it is told otherwise, which Postern does not.
    client: (options) =>
      new KinesisClient({ ...options, requestHandler: new SQSClient(options).config.requestHandler }),
    user: "admin",
    allowed: new PutRecordsCommand({ StreamName, Records: [{ Data, PartitionKey: "a" }] }),
    operation: "PutRecords",
    tells: "Records",
    rule: ADMINS,
    requirement: { action: "kinesis:PutRecords", resource: `arn:aws:kinesis:${PLACE}:stream/clicks` },
    beyond: new PutRecordCommand({ StreamName, Data, PartitionKey: "a" }),
    raised: IN_JSON,
  },
  { ...METRICS, name: "CloudWatch", client: (options) => new CloudWatchClient(options) },
  {
    name: "connections of a WebSocket API",
    upstream: "chat",
    // The stage is in the path of the endpoint, as at AWS.
    client: (options) =>
      new ApiGatewayManagementApiClient({ ...options, endpoint: `${options.endpoint}/prod` }),
    user: "admin",
    allowed: new PostToConnectionCommand({ ConnectionId, Data }),
    operation: "PostToConnection",
    rule: ADMINS,
    requirement: {
      action: "execute-api:ManageConnections",
      resource: `arn:aws:execute-api:${PLACE}:chatapi001/prod/POST/@connections/${ConnectionId}`,
    },
    beyond: new GetConnectionCommand({ ConnectionId }),
    raised: IN_REST,
  },
];
