import { LocalError } from "../request.ts";
import type { Place } from "./dynamodb-resource.ts";
import type { Member } from "./form-members.ts";
import type { Requirement } from "./requirement.ts";

/** The smaller services of the stand-in, by signing name. */
export type ApiService = "sqs" | "sns" | "states" | "monitoring" | "kinesis";

/** The input of an operation, whatever protocol it came by. */
export type ApiInput = Readonly<Record<string, Member>>;

type ResourceOf = (input: ApiInput, place: Place) => string;
type Row = readonly [
  action: string,
  resource: ResourceOf,
  keys?: (input: ApiInput) => Requirement["context"],
];

const NONE: ResourceOf = () => "*";

/**
 * Operation → IAM's action, what it touches, and its condition keys.
 *
 * Source: Service Authorization Reference, "Actions, resources, and condition keys" for Amazon SQS, Amazon SNS, AWS Step
 * Functions, Amazon CloudWatch and Amazon Kinesis Data Streams.
 */
const ACTIONS: Readonly<Record<ApiService, Readonly<Record<string, Row>>>> = {
  sqs: {
    GetQueueUrl: ["sqs:GetQueueUrl", queueByName],
    ListQueues: ["sqs:ListQueues", NONE],
    SendMessage: ["sqs:SendMessage", queueByUrl],
    SendMessageBatch: ["sqs:SendMessage", queueByUrl],
    ReceiveMessage: ["sqs:ReceiveMessage", queueByUrl],
    DeleteMessage: ["sqs:DeleteMessage", queueByUrl],
    GetQueueAttributes: ["sqs:GetQueueAttributes", queueByUrl],
  },
  sns: {
    Publish: ["sns:Publish", (input) => given(input, "TopicArn", "TargetArn") ?? phone(input)],
    PublishBatch: ["sns:Publish", arn("TopicArn")],
    ListTopics: ["sns:ListTopics", NONE],
    Subscribe: ["sns:Subscribe", arn("TopicArn"), subscriptionKeys],
  },
  states: {
    StartExecution: ["states:StartExecution", stateMachine],
    DescribeExecution: ["states:DescribeExecution", arn("executionArn", "InvalidArn")],
    ListExecutions: ["states:ListExecutions", stateMachine],
  },
  monitoring: {
    PutMetricData: ["cloudwatch:PutMetricData", NONE, namespaceKey],
    ListMetrics: ["cloudwatch:ListMetrics", NONE],
  },
  kinesis: {
    PutRecord: ["kinesis:PutRecord", stream],
    PutRecords: ["kinesis:PutRecords", stream],
  },
};

/** Whether a signing name is that of one of the smaller services. */
export function isApiService(service: string): service is ApiService {
  return Object.hasOwn(ACTIONS, service);
}

/**
 * What IAM must allow for an operation; undefined for one that the stand-in does not have.
 *
 * @throws LocalError `MissingParameter` 400 where what it touches is not named.
 */
export function apiRequirements(
  service: ApiService,
  operation: string,
  { input, place }: { readonly input: ApiInput; readonly place: Place },
): readonly Requirement[] | undefined {
  const rows = ACTIONS[service];
  const row = Object.hasOwn(rows, operation) ? rows[operation] : undefined;
  if (row === undefined) return undefined;
  const [action, resourceOf, keysOf] = row;
  return [{ action, resource: resourceOf(input, place), context: keysOf?.(input) ?? {} }];
}

/** `https://sqs.us-east-1.amazonaws.com/123456789012/jobs`: account and name count, the host does not. */
function queueByUrl(input: ApiInput, { region }: Place): string {
  const url = required(input, "QueueUrl");
  const [, account, name] = /^https?:\/\/[^/]+\/(\d{12})\/([\w-]{1,80}(?:\.fifo)?)$/.exec(url) ?? [];
  if (account === undefined || name === undefined) {
    throw new LocalError("InvalidAddress", `The address ${url} is not valid for this endpoint.`, 404);
  }
  return `arn:aws:sqs:${region}:${account}:${name}`;
}

function queueByName(input: ApiInput, { region, account }: Place): string {
  const owner = given(input, "QueueOwnerAWSAccountId") ?? account;
  const name = required(input, "QueueName");
  if (!/^[\w-]{1,80}(?:\.fifo)?$/.test(name)) {
    const message = "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length";
    throw new LocalError("InvalidParameterValue", message, 400);
  }
  return `arn:aws:sqs:${region}:${owner}:${name}`;
}

function stream(input: ApiInput, { region, account }: Place): string {
  const named = given(input, "StreamARN");
  if (named !== undefined) return named;
  const name = required(input, "StreamName");
  if (!/^[\w.-]{1,128}$/.test(name)) {
    const message = `Value '${name}' at 'streamName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+`;
    throw new LocalError("ValidationException", message, 400);
  }
  return `arn:aws:kinesis:${region}:${account}:stream/${name}`;
}

/** A version or an alias is its state machine to IAM (developer guide, authorization for versions and aliases). */
function stateMachine(input: ApiInput): string {
  const named = required(input, "stateMachineArn");
  const [machine] = /^arn:[^:]+:states:[^:]+:[^:]+:stateMachine:[^:]+/.exec(named) ?? [];
  if (machine === undefined) throw new LocalError("InvalidArn", `Invalid Arn: '${named}'`, 400);
  return machine;
}

function arn(member: string, refusal = "InvalidParameter"): ResourceOf {
  return (input) => {
    const named = required(input, member);
    if (named.startsWith("arn:")) return named;
    throw new LocalError(refusal, `Invalid parameter: ${member}`, 400);
  };
}

/** A text message goes to a number, which is no resource. */
function phone(input: ApiInput): string {
  required(input, "PhoneNumber");
  return "*";
}

function subscriptionKeys(input: ApiInput): Requirement["context"] {
  const endpoint = given(input, "Endpoint");
  const protocol = given(input, "Protocol");
  return {
    ...(endpoint !== undefined && { "sns:Endpoint": endpoint }),
    ...(protocol !== undefined && { "sns:Protocol": protocol }),
  };
}

function namespaceKey(input: ApiInput): Requirement["context"] {
  return { "cloudwatch:namespace": required(input, "Namespace") };
}

function required(input: ApiInput, member: string): string {
  const value = given(input, member);
  if (value !== undefined) return value;
  throw new LocalError("MissingParameter", `The request must contain the parameter ${member}.`, 400);
}

/** The first of some members that is a text. */
function given(input: ApiInput, ...members: readonly string[]): string | undefined {
  for (const member of members) {
    const value = input[member];
    if (typeof value === "string" && value !== "") return value;
  }
  return undefined;
}
