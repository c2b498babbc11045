import { shot } from "./corpus.ts";
import { cborMapOf } from "./service-shots.ts";
import type { Shot } from "./shot.ts";

type Line = readonly [name: string, value: string];

/** A request to an API, by the upstream's name or as an SDK signs it. */
const signed = (line: string, scope: string): Shot => shot(line, { place: "sdk", scope });
const asJson = (upstream: string, target: string, body: string, more: readonly Line[] = []): Shot =>
  shot(`POST /${upstream}/`, {
    body,
    headers: [
      ["X-Amz-Target", target],
      ["Content-Type", `application/x-amz-json-${upstream === "kinesis" ? "1.1" : "1.0"}`],
      ...more,
    ],
  });
const asForm = (upstream: string, body: string, more: readonly Line[] = []): Shot =>
  shot(`POST /${upstream}/`, {
    body,
    headers: [["Content-Type", "application/x-www-form-urlencoded"], ...more],
  });

const asCbor = (operation: string, pairs: readonly (readonly [string, unknown])[]): Shot =>
  shot(`POST /metrics/service/GraniteServiceVersion20100801/operation/${operation}`, {
    body: cborMapOf(pairs),
    headers: [
      ["smithy-protocol", "rpc-v2-cbor"],
      ["Content-Type", "application/cbor"],
    ],
  });

const JOBS = "https://sqs.us-east-1.amazonaws.com/123456789012/jobs";
const RESULTS = "https://sqs.us-east-1.amazonaws.com/123456789012/results";

/** Requests to APIs, functions and services by a table by which readers were found to differ, here or elsewhere. */
export const SERVICE_CORPUS: readonly Shot[] = [
  // Two readings of a path.
  ...[
    "/%61dmin",
    "/admin%2Fx",
    "/orders%2F..%2Fadmin",
    "/orders/../admin",
    "/orders/%2e%2e/admin",
    "/orders/..;/admin",
    "//admin",
    "/orders//admin",
    "/ADMIN/x",
    "/admin/",
    "/adm%C4%B1n",
    "/secret",
    "/%E2%84%AAey",
    "/orders%5C..%5Cadmin",
    "/%2561dmin",
    "/orders%3Fadmin",
    "/a+b%20c?a=1&a=2&b=x+y",
  ].map((path) => shot(`GET /orders${path}`)),
  // Another stage, or another API.
  ...[
    "/prod/orders",
    "/dev/orders",
    "/PROD/orders",
    "/%70rod/orders",
    "//prod/orders",
    "/production/x",
    "/prod",
    "/",
  ].map((path) => signed(`GET ${path}`, "us-east-1/execute-api")),
  ...["/../../dev/x", "/..", "/%2e%2e/dev"].map((path) => shot(`GET ${path}`, { hosts: ["shop.localhost"] })),
  ...[
    "x-apigw-api-id",
    "X_Apigw_Api_Id",
    "x.apigw.api.id",
    "X-Forwarded-Host",
    "X_Original_URL",
    "X-HTTP-Method",
  ].flatMap((name) =>
    ["/inner/orders", "/orders/orders"].map((path) =>
      shot(`GET ${path}`, { headers: [[name, "shopapi001"]] }),
    ),
  ),
  ...["X-User", "x_user", "X.User"].map((name) => shot("GET /inner/me", { headers: [[name, "admin"]] })),
  shot("GET /orders/x", { headers: [["Connection", "x-amz-date"]] }),
  ...["/orders/x", "/Orders/x", "/orders", "/orders/", "/a+b/c", "/a%2Bb/c", "/a%2bb/c/", "/a+b"].flatMap(
    (path) => [shot(`GET ${path}`, { hosts: ["shop.localhost"] }), shot(`GET /open${path}`)],
  ),
  // Connections of a WebSocket API.
  ...["@connections", "%40connections", "@Connections", "@connections%2Fx"].flatMap((name) =>
    ["POST", "DELETE"].map((method) => shot(`${method} /chat/${name}/R0oXAdfD0kwCH6w%3D`)),
  ),
  shot("GET /profiles/x", { caller: "member's access" }),
  shot("GET /profiles/x", { caller: "member" }),
  shot("GET /resize/a%2Fb?x=1&x=0"),
  // Two protocols in one request, and two readings of a body.
  asJson("sqs", "AmazonSQS.ReceiveMessage", `Action=DeleteQueue&QueueUrl=${encodeURIComponent(JOBS)}`),
  asJson("sqs", "AmazonSQS.ReceiveMessage", `{"QueueUrl":"${JOBS}","QueueUrl":"${RESULTS}"}`),
  asJson("sqs", "AmazonSQS.ReceiveMessage", `{"queueUrl":"${RESULTS}","QueueUrl":"${JOBS}"}`),
  asJson("sqs", "AmazonSQS.ReceiveMessage", `{"QueueUrl":"${JOBS}"}`, [["smithy-protocol", "rpc-v2-cbor"]]),
  asJson("sqs", "AmazonSQS.ReceiveMessage", `{"QueueUrl":"${JOBS}"}`, [
    ["X-Amz-Target", "AmazonSQS.DeleteQueue"],
  ]),
  asJson("sqs", "AmazonSQS.GetQueueUrl", '{"QueueName":"jobs","QueueOwnerAWSAccountId":"999999999999"}'),
  asJson("sqs", "AmazonSQS.GetQueueUrl", '{"QueueName":"arn:aws:sqs:us-east-1:123456789012:jobs"}'),
  asForm(
    "forms",
    `Action=ReceiveMessage&Action=DeleteQueue&Version=2012-11-05&QueueUrl=${encodeURIComponent(JOBS)}`,
  ),
  asForm(
    "forms",
    `Action=ReceiveMessage&Version=2012-11-05&QueueUrl=${encodeURIComponent(JOBS)}&Attribute=x`,
  ),
  asForm("sqs", `Action=ReceiveMessage&Version=2012-11-05&QueueUrl=${encodeURIComponent(JOBS)}`),
  asForm(
    "forms",
    `Action=ReceiveMessage&Version=2012-11-05&QueueUrl=${encodeURIComponent(JOBS)}&QueueUrl=${RESULTS}`,
  ),
  asForm(
    "forms",
    `Action=ReceiveMessage&Version=2012-11-05&queueUrl=${RESULTS}&QueueUrl=${encodeURIComponent(JOBS)}`,
  ),
  asForm("sns", "Action=Publish&Version=2010-03-31&Message=x"),
  asCbor("DeleteAlarms", [
    ["AlarmNames", ["a"]],
    ["AlarmNames", ["b"]],
  ]),
  asCbor("SetAlarmState", [
    ["AlarmName", "a"],
    ["AlarmName", "b"],
  ]),
  asCbor("SetAlarmState", [
    ["AlarmName", "a"],
    ["alarmName", "b"],
  ]),
  asForm("sts", "Action=GetCallerIdentity&Version=2011-06-15"),
  asForm(
    "sts",
    "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fadmin",
  ),
  asJson("states", "AWSStepFunctions.StartExecution", '{"stateMachineArn":"nightly"}'),
  // Names of somebody else's.
  ...[
    "https://sqs.us-east-1.amazonaws.com/999999999999/jobs",
    "https://sqs.eu-west-1.amazonaws.com/123456789012/jobs",
    "https://x/123456789012/../999999999999/jobs",
    "arn:aws:sqs:us-east-1:123456789012:jobs",
  ].map((url) => asJson("sqs", "AmazonSQS.SendMessage", JSON.stringify({ QueueUrl: url, MessageBody: "x" }))),
  ...["us-east-1:999999999999", "eu-west-1:123456789012", ":", "us-east-1:"].flatMap((place) => [
    asForm("sns", `Action=Publish&Version=2010-03-31&Message=x&TopicArn=arn%3Aaws%3Asns%3A${place}%3Anews`),
    asJson(
      "states",
      "AWSStepFunctions.StopExecution",
      `{"executionArn":"arn:aws:states:${place}:execution:nightly:x"}`,
    ),
    asJson("kinesis", "Kinesis_20131202.PutRecord", `{"StreamARN":"arn:aws:kinesis:${place}:stream/clicks"}`),
  ]),
  ...[
    "resize:live",
    "resize%3Alive",
    "resize%2F..%2Fthumbs",
    "arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3Aresize",
  ].map((name) =>
    shot(`POST /lambda/2015-03-31/functions/${name}/invocations?Qualifier=live`, { body: "{}" }),
  ),
];
