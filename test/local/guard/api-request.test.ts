import { encode } from "cborg";
import { describe, expect, it } from "vitest";
import type { ApiService } from "../../../src/local/guard/api-actions.ts";
import { parseApi } from "../../../src/local/guard/api-request.ts";
import type { ApiCall } from "../../../src/local/guard/api-request.ts";
import { parseLambda } from "../../../src/local/guard/lambda-request.ts";
import { readHead } from "../../../src/local/guard/request-head.ts";
import type { RequestHead } from "../../../src/local/guard/request-head.ts";

const place = { account: "123456789012", region: "us-east-1" };
const JOBS = "https://sqs.us-east-1.amazonaws.com/123456789012/jobs";
const MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:nightly";
const TARGETS = {
  sqs: "AmazonSQS",
  states: "AWSStepFunctions",
  monitoring: "GraniteServiceVersion20100801",
  kinesis: "Kinesis_20131202",
} as const;

function head(headers: Readonly<Record<string, string>>, target = "/", method = "POST"): RequestHead {
  return readHead({ method, target, rawHeaders: Object.entries(headers).flat() });
}

function json(service: keyof typeof TARGETS, operation: string, input: object): ApiCall {
  const asked = head({ "X-Amz-Target": `${TARGETS[service]}.${operation}` });
  return parseApi(service, asked, { body: Buffer.from(JSON.stringify(input)), place });
}

function form(service: ApiService, fields: Readonly<Record<string, string>>, target = "/"): ApiCall {
  const asked = head({ "content-type": "application/x-www-form-urlencoded; charset=utf-8" }, target);
  return parseApi(service, asked, { body: Buffer.from(new URLSearchParams(fields).toString()), place });
}

function needs({ requirements }: Pick<ApiCall, "requirements">): string {
  return requirements.map(({ action, resource }) => `${action} ${resource}`).join(", ");
}

describe("what a call in JSON needs", () => {
  it.each([
    ["sqs", "SendMessage", { QueueUrl: JOBS }, "sqs:SendMessage arn:aws:sqs:us-east-1:123456789012:jobs"],
    [
      "sqs",
      "SendMessageBatch",
      { QueueUrl: JOBS },
      "sqs:SendMessage arn:aws:sqs:us-east-1:123456789012:jobs",
    ],
    [
      "sqs",
      "ReceiveMessage",
      { QueueUrl: "http://elsewhere/999999999999/jobs" },
      "sqs:ReceiveMessage arn:aws:sqs:us-east-1:999999999999:jobs",
    ],
    ["sqs", "GetQueueUrl", { QueueName: "a" }, "sqs:GetQueueUrl arn:aws:sqs:us-east-1:123456789012:a"],
    ["sqs", "ListQueues", {}, "sqs:ListQueues *"],
    ["states", "StartExecution", { stateMachineArn: MACHINE }, `states:StartExecution ${MACHINE}`],
    ["states", "ListExecutions", { stateMachineArn: `${MACHINE}:prod` }, `states:ListExecutions ${MACHINE}`],
    ["states", "DescribeExecution", { executionArn: "arn:e" }, "states:DescribeExecution arn:e"],
    ["monitoring", "PutMetricData", { Namespace: "N" }, "cloudwatch:PutMetricData *"],
    [
      "kinesis",
      "PutRecords",
      { StreamName: "clicks" },
      "kinesis:PutRecords arn:aws:kinesis:us-east-1:123456789012:stream/clicks",
    ],
    ["kinesis", "PutRecord", { StreamARN: "arn:s", StreamName: "clicks" }, "kinesis:PutRecord arn:s"],
  ] as const)("%s %s %j: %s", (service, operation, input, expected) => {
    expect(needs(json(service, operation, input))).toBe(expected);
  });

  it("has the condition keys of the service", () => {
    const { requirements } = json("monitoring", "PutMetricData", { Namespace: "N" });
    expect(requirements[0]?.context).toEqual({ "cloudwatch:namespace": "N" });
  });

  it.each([
    ["sqs", "DeleteQueue", { QueueUrl: JOBS }, "UnknownOperationException"],
    ["sqs", "toString", {}, "UnknownOperationException"],
    ["sqs", "SendMessage", {}, "MissingParameter"],
    ["sqs", "SendMessage", { QueueUrl: ["x"] }, "MissingParameter"],
    ["sqs", "SendMessage", { QueueUrl: "https://h/123456789012/jobs?x" }, "InvalidAddress"],
    ["states", "StartExecution", {}, "MissingParameter"],
    ["states", "StartExecution", { stateMachineArn: "nightly" }, "InvalidArn"],
    ["states", "DescribeExecution", { executionArn: "execution:nightly:x" }, "InvalidArn"],
    ["sqs", "GetQueueUrl", { QueueName: "arn:aws:sqs:us-east-1:123456789012:jobs" }, "InvalidParameterValue"],
    ["kinesis", "PutRecord", {}, "MissingParameter"],
    ["kinesis", "PutRecord", { StreamName: "stream/clicks" }, "ValidationException"],
  ] as const)("refuses %s %s %j: %s", (service, operation, input, code) => {
    expect(() => json(service, operation, input)).toThrow(expect.objectContaining({ code }));
  });
});

describe("what a call by a form needs", () => {
  const version = { Version: "2010-03-31" };
  it.each([
    [{ Action: "Publish", TopicArn: "arn:t" }, "sns:Publish arn:t"],
    [{ Action: "Publish", TargetArn: "arn:e" }, "sns:Publish arn:e"],
    [{ Action: "Publish", PhoneNumber: "+1" }, "sns:Publish *"],
    [{ Action: "PublishBatch", TopicArn: "arn:t" }, "sns:Publish arn:t"],
    [{ Action: "Subscribe", TopicArn: "arn:t", Protocol: "email" }, "sns:Subscribe arn:t"],
    [{ Action: "ListTopics" }, "sns:ListTopics *"],
  ])("%j: %s", (fields, expected) => {
    expect(needs(form("sns", { ...fields, ...version }))).toBe(expected);
  });

  it("reads lists and maps of the names that SQS flattens", () => {
    const { input } = form("sqs", {
      Action: "SendMessageBatch",
      Version: "2012-11-05",
      QueueUrl: JOBS,

      "SendMessageBatchRequestEntry.10.Id": "tenth",
      "SendMessageBatchRequestEntry.2.Id": "second",
      "SendMessageBatchRequestEntry.2.MessageAttribute.1.Name": "a",
      "SendMessageBatchRequestEntry.2.MessageAttribute.1.Value.DataType": "String",
      "SendMessageBatchRequestEntry.2.MessageAttribute.1.Value.StringValue": "v",
    });
    expect(input).toEqual({
      QueueUrl: JOBS,
      Entries: [
        { Id: "second", MessageAttributes: { a: { DataType: "String", StringValue: "v" } } },
        { Id: "tenth" },
      ],
    });
  });

  it("refuses a text in the place of a list of structures", () => {
    const asked = { Action: "SendMessageBatch", Version: "2012-11-05", QueueUrl: JOBS };
    for (const name of ["MessageAttribute", "MessageAttribute.1", "SendMessageBatchRequestEntry"])
      expect(() => form("sqs", { ...asked, [name]: "x" })).toThrow(
        expect.objectContaining({ code: "MalformedInput" }),
      );
  });

  it.each([
    [{ Action: "ListTopics" }, "/", "InvalidAction"],
    [{ Action: "ListTopics", Version: "2012-11-05" }, "/", "InvalidAction"],
    [{ Action: "DeleteTopic", ...version }, "/", "InvalidAction"],
    [{ Action: "ListTopics", ...version }, "/?Action=DeleteTopic", "InvalidAction"],
    [{ Action: "ListTopics", ...version }, "/123456789012/news", "InvalidAction"],
    [{ "Action.1": "ListTopics", ...version }, "/", "InvalidAction"],
  ])("refuses %j at %s: %s", (fields, target, code) => {
    const asked = () => form("sns", fields, target);
    expect(asked).toThrow(expect.objectContaining({ code }));
  });

  it("refuses a name that is given twice, or as a value and a structure", () => {
    for (const body of ["Action=Publish&Action=Publish", "a=1&a.b=2", "a.b=2&a=1"]) {
      const asked = head({ "content-type": "application/x-www-form-urlencoded" });
      expect(() => parseApi("sns", asked, { body: Buffer.from(body), place })).toThrow("more than once");
    }
  });
});

describe("a call in CBOR", () => {
  const PATH = "/service/GraniteServiceVersion20100801/operation/PutMetricData";
  const body = Buffer.from(encode({ Namespace: "N" }));
  const cbor = (service: ApiService, path = PATH, bytes = body): ApiCall =>
    parseApi(service, head({ "smithy-protocol": "rpc-v2-cbor" }, path), { body: bytes, place });

  it("names its operation in the path, and may hold times", () => {
    const timed = Buffer.from("a2694e616d657370616365614e6154c1fb41da000000000000", "hex");
    expect(needs(cbor("monitoring"))).toBe("cloudwatch:PutMetricData *");
    expect(cbor("monitoring", PATH, timed).input).toEqual({ Namespace: "N", T: 1_744_830_464 });
    expect(needs(cbor("monitoring", PATH.replace("PutMetricData", "ListMetrics"), Buffer.alloc(0)))).toBe(
      "cloudwatch:ListMetrics *",
    );
  });

  it("is refused by services that do not speak it, and where it is not CBOR", () => {
    const sqs = "/service/AmazonSQS/operation/ListQueues";
    expect(() => cbor("sqs", sqs)).toThrow(expect.objectContaining({ code: "UnknownOperationException" }));
    for (const bytes of ["ff", "83010203", "a2614e01614e02"]) {
      expect(() => cbor("monitoring", PATH, Buffer.from(bytes, "hex"))).toThrow("not an object");
    }
  });
});

it("a request with the marks of two protocols is refused", () => {
  const target = { "x-amz-target": "AmazonSQS.ListQueues" };
  for (const other of [
    { "content-type": "application/x-www-form-urlencoded" },
    { "smithy-protocol": "rpc-v2-cbor" },
  ]) {
    const asked = head({ ...target, ...other });
    expect(() => parseApi("sqs", asked, { body: Buffer.from("{}"), place })).toThrow("two protocols");
  }
  expect(() => parseApi("sqs", head({}), { body: Buffer.from("{}"), place })).toThrow("unknown");
});

function needsOf(method: string, target: string): string {
  return needs(parseLambda(head({}, target, method), place));
}

describe("a call of Lambda", () => {
  const F = "arn:aws:lambda:us-east-1:123456789012:function:";

  it.each([
    ["POST", "/2015-03-31/functions/resize/invocations", `lambda:InvokeFunction ${F}resize`],
    [
      "POST",
      "/2015-03-31/functions/resize/invocations?Qualifier=prod",
      `lambda:InvokeFunction ${F}resize:prod`,
    ],
    ["POST", "/2015-03-31/functions/resize%3Aprod/invocations", `lambda:InvokeFunction ${F}resize:prod`],
    ["POST", "/2015-03-31/functions/function%3Aresize/invocations", `lambda:InvokeFunction ${F}resize`],
    ["POST", "/2015-03-31/functions/123456789012%3Aresize/invocations", `lambda:InvokeFunction ${F}resize`],
    ["POST", "/2015-03-31/functions/us-east-1%3Aresize/invocations", `lambda:InvokeFunction ${F}resize`],
    [
      "POST",
      `/2015-03-31/functions/${encodeURIComponent(F)}resize/invocations`,
      `lambda:InvokeFunction ${F}resize`,
    ],
    [
      "POST",
      "/2015-03-31/functions/123456789012:function:resize/invocations",
      `lambda:InvokeFunction ${F}resize`,
    ],
    ["GET", "/2015-03-31/functions/resize", `lambda:GetFunction ${F}resize`],
  ])("%s %s needs %s", (method, target, expected) => {
    expect(needsOf(method, target)).toBe(expected);
  });

  it("is refused where it is none, or of another account", () => {
    const foreign = encodeURIComponent("arn:aws:lambda:us-east-1:999999999999:function:resize");
    expect(() => needsOf("POST", `/2015-03-31/functions/${foreign}/invocations`)).toThrow(
      "failed to satisfy",
    );
    expect(() => needsOf("POST", "/2015-03-31/functions/a%2Fb/invocations")).toThrow("failed to satisfy");
    for (const target of ["/", "/2015-03-31/functions/", "/2015-03-31/functions/resize/policy"]) {
      expect(() => needsOf("POST", target)).toThrow(expect.objectContaining({ status: 404 }));
    }
  });
});
