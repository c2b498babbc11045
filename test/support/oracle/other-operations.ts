import { decode } from "cborg";
import { readForm } from "../../../src/local/guard/form-members.ts";
import type { Seen } from "../../../src/local/guard/guard.ts";
import {
  readHead,
  type RequestHead,
  singleHeader,
  singleQuery,
} from "../../../src/local/guard/request-head.ts";
import type { LocalRequest } from "../../../src/local/request.ts";

type Input = Readonly<Record<string, unknown>>;

/**
 * Operations that the stand-in does not have: IAM's action where it has another name, and what they touch (Service
 * Authorization Reference).
 *
 * `url M` is the queue of a URL, `arn M` the member itself, `machine M` without what follows a state machine's name, and
 * `a:b M` a name behind `arn:aws:SERVICE:us-east-1:123456789012:a:b`; `M[]` is each of a list. `*` is everything.
 */
const OPERATIONS: Readonly<Record<string, string>> = {
  sqs: `
    AddPermission url QueueUrl | CancelMessageMoveTask * | ChangeMessageVisibility url QueueUrl | CreateQueue : QueueName
    DeleteMessageBatch=DeleteMessage url QueueUrl | DeleteQueue url QueueUrl | ListQueueTags url QueueUrl
    ListMessageMoveTasks arn SourceArn | PurgeQueue url QueueUrl | SetQueueAttributes url QueueUrl
    StartMessageMoveTask arn SourceArn, arn DestinationArn | TagQueue url QueueUrl`,
  sns: `
    ConfirmSubscription arn TopicArn | CreatePlatformApplication * | CreateTopic : Name | DeleteTopic arn TopicArn
    GetTopicAttributes arn TopicArn | ListSubscriptions * | SetTopicAttributes arn TopicArn | TagResource arn ResourceArn`,
  states: `
    CreateActivity :activity: name | CreateStateMachine :stateMachine: name | DeleteStateMachine machine stateMachineArn
    DescribeStateMachine machine stateMachineArn | DescribeStateMachineAlias machine stateMachineAliasArn
    GetActivityTask arn activityArn | ListStateMachines * | SendTaskSuccess * | StopExecution arn executionArn
    StartSyncExecution machine stateMachineArn | TagResource arn resourceArn | TestState *
    UpdateStateMachine machine stateMachineArn`,
  kinesis: `
    CreateStream :stream/ StreamName | DeleteStream :stream/ StreamName, arn StreamARN
    DescribeStream :stream/ StreamName, arn StreamARN | GetRecords * | GetShardIterator :stream/ StreamName, arn StreamARN
    ListShards :stream/ StreamName, arn StreamARN | ListStreams * | SubscribeToShard arn ConsumerARN
    TagResource arn ResourceARN | UpdateShardCount *`,
  monitoring: `
    DeleteAlarms :alarm: AlarmNames[] | DescribeAlarms * | GetMetricData * | PutMetricAlarm :alarm: AlarmName
    PutMetricStream :metric-stream/ Name | SetAlarmState :alarm: AlarmName | StopMetricStreams :metric-stream/ Names[]
    TagResource arn ResourceARN`,
};

/** Routes of Lambda (API reference) and their actions, with a `?` where the query may name a version. */
const ROUTES = `
  GET /2015-03-31/functions/{f}/configuration GetFunctionConfiguration?
  GET /2015-03-31/functions/{f}/versions ListVersionsByFunction
  POST /2015-03-31/functions/{f}/versions PublishVersion
  GET /2015-03-31/functions/{f}/aliases/[^/]+ GetAlias
  PUT /2015-03-31/functions/{f}/aliases/[^/]+ UpdateAlias
  DELETE /2015-03-31/functions/{f}/aliases/[^/]+ DeleteAlias
  GET /2015-03-31/functions/{f}/policy GetPolicy?
  POST /2015-03-31/functions/{f}/policy AddPermission?
  DELETE /2015-03-31/functions/{f}/policy/[^/]+ RemovePermission?
  DELETE /2015-03-31/functions/{f} DeleteFunction?
  PUT /2015-03-31/functions/{f}/code UpdateFunctionCode
  PUT /2017-10-31/functions/{f}/concurrency PutFunctionConcurrency
  GET /2021-10-31/functions/{f}/url GetFunctionUrlConfig?
  POST /2021-11-15/functions/{f}/response-streaming-invocations InvokeFunction?
  POST /2014-11-13/functions/{f}/invoke-async InvokeAsync
  GET /2015-03-31/functions ListFunctions
  GET /2015-03-31/event-source-mappings ListEventSourceMappings
  POST /2015-03-31/event-source-mappings CreateEventSourceMapping
  GET /2016-08-19/account-settings GetAccountSettings
`
  .trim()
  .split("\n")
  .map((line) => {
    const [method = "", path = "", action = ""] = line.trim().split(" ");
    return {
      method,
      path: new RegExp(`^${path.replace("{f}", "(?<label>[^/]+)")}/?$`),
      action: action.replace("?", ""),
      isQualified: action.endsWith("?"),
    };
  });

const PLACE = "us-east-1:123456789012";

/**
 * What a request of an operation that the stand-in does not have needs, read from its bytes; undefined where there is no
 * such operation here either, and nothing where AWS takes what it names for no name.
 */
export function readOther(
  service: string,
  request: Omit<LocalRequest, "body">,
  body: Buffer,
): readonly Seen[] | undefined {
  const head = readHead(request);
  if (service === "lambda") return readRoute(head);
  const { operation, input } = named(head, body);
  const row = OPERATIONS[service]?.split(/[|\n]/).find((row) => /^\s*(\w+)/.exec(row)?.[1] === operation);
  const [, , action = operation, touched = ""] = /^\s*(\w+)(?:=(\w+))? (.*)$/.exec(row ?? "") ?? [];
  if (row === undefined) return undefined;
  const prefix = service === "monitoring" ? "cloudwatch" : service;
  return touched
    .split(",")
    .flatMap((each) => resourcesIn(each.trim(), input, prefix))
    .map((resource) => ({ service, action: `${prefix}:${action}`, resource }));
}

function named(head: RequestHead, body: Buffer): { readonly operation: string; readonly input: Input } {
  const target = singleHeader(head, "x-amz-target");
  if (target !== undefined)
    return { operation: target.split(".")[1] ?? "", input: JSON.parse(body.toString("utf8")) as Input };
  const [, , operation] = /^\/service\/([^/]+)\/operation\/([^/]+)$/.exec(head.path) ?? [];
  if (operation !== undefined) return { operation, input: inputIn(body) };
  const form = readForm(body);
  return { operation: String(form["Action"]), input: form };
}

/** Times are tag 1. */
function inputIn(body: Buffer): Input {
  return body.length === 0 ? {} : (decode(body, { tags: { 1: (inner) => inner() } }) as Input);
}

const NAMES = /^[\w.-]+$/;
const QUEUE = /^https?:\/\/[^/]+\/(\d{12})\/([\w-]{1,80}(?:\.fifo)?)$/;

const MACHINE = /^arn:[^:]+:states:[^:]+:[^:]+:stateMachine:[^:]+/;

function resourcesIn(touched: string, input: Input, prefix: string): readonly string[] {
  const [how = "", member = ""] = touched.split(" ");
  if (how === "*") return ["*"];
  const value = input[member.replace("[]", "")];
  const texts = Array.isArray(value) ? value.map(String) : typeof value === "string" ? [value] : [];
  return texts.flatMap((text) => {
    if (how === "arn") return text.startsWith("arn:") ? [text] : [];
    if (how === "url") return QUEUE.test(text) ? [text.replace(QUEUE, "arn:aws:sqs:us-east-1:$1:$2")] : [];
    if (how === "machine") return MACHINE.exec(text)?.slice(0, 1) ?? [];
    const isName = how === ":alarm:" ? !text.startsWith("arn:") : NAMES.test(text);
    return isName ? [`arn:aws:${prefix}:${PLACE}${how}${text}`] : [];
  });
}

/** A function's name, with more or less of its ARN before it (Lambda API reference, FunctionName). */
const FUNCTION =
  /^(?:arn:aws:lambda:)?(?:us-east-1:)?(?:123456789012:)?(?:function:)?([\w-]+)(?::([\w$-]+))?$/;

function readRoute(head: RequestHead): readonly Seen[] | undefined {
  const route = ROUTES.find(({ method, path }) => method === head.method && path.test(head.path));
  if (route === undefined) return undefined;
  const action = `lambda:${route.action}`;
  const label = route.path.exec(head.path)?.groups?.["label"];
  if (label === undefined) return [{ service: "lambda", action, resource: "*" }];
  const asked = route.isQualified ? singleQuery(head, "Qualifier") : undefined;
  const [, name, qualifier = asked] = FUNCTION.exec(decodeURIComponent(label)) ?? [];
  if (name === undefined) return [];
  const end = qualifier === undefined ? name : `${name}:${qualifier}`;
  return [{ service: "lambda", action, resource: `arn:aws:lambda:${PLACE}:function:${end}` }];
}
