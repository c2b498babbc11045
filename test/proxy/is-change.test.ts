import { expect, it } from "vitest";
import { type Asking, isChange } from "../../src/proxy/is-change.ts";

type Asked = readonly [service: string, method: string, name: string];

function asking([service, method, name]: Asked, changes: Partial<Asking> = {}): Asking {
  const speaker = service === "execute-api" || service === "lambda-url" ? "application" : "aws";
  return {
    head: { method },
    live: { service: { speaker } },
    operation: { service, method, name, requirements: [{ action: `${service}:${name}`, resource: "*" }] },
    manner: undefined,
    handedOut: undefined,
    ...changes,
  };
}

it.each<Asked>([
  ["s3", "GET", "GetObject"],
  ["s3", "HEAD", "HeadObject"],
  ["s3", "GET", "ListObjectsV2"],
  ["execute-api", "GET", "Invoke"],
  ["lambda-url", "OPTIONS", "InvokeFunctionUrl"],
  ["dynamodb", "POST", "GetItem"],
  ["dynamodb", "POST", "BatchGetItem"],
  ["dynamodb", "POST", "TransactGetItems"],
  ["dynamodb", "POST", "Query"],
  ["dynamodb", "POST", "Scan"],
  ["kinesis", "POST", "DescribeStream"],
  ["sqs", "POST", "ListQueues"],
  ["sts", "POST", "GetCallerIdentity"],
  ["cloudtrail", "POST", "LookupEvents"],
])("changes nothing: %s %s %s", (...asked) => {
  expect(isChange(asking(asked))).toBe(false);
});

it.each<Asked>([
  ["s3", "PUT", "PutObject"],
  ["s3", "DELETE", "DeleteObject"],
  ["s3", "POST", "SelectObjectContent"],
  ["execute-api", "POST", "Invoke"],
  ["dynamodb", "POST", "PutItem"],
  ["dynamodb", "POST", "BatchWriteItem"],
  ["dynamodb", "POST", "ExecuteStatement"],
  ["sqs", "POST", "ReceiveMessage"],
  ["kms", "POST", "Decrypt"],
  ["lambda", "GET", "Invoke"],
  ["s3", "GET", "CreateSession"],
  ["s3", "GET", "GetDataAccess"],
  ["states", "POST", "GetActivityTask"],
  ["athena", "POST", "GetSessionEndpoint"],
  ["secretsmanager", "POST", "GetSecretValue"],
  ["secretsmanager", "POST", "BatchGetSecretValue"],
  ["kms", "POST", "GetParametersForImport"],
  ["sts", "POST", "GetWebIdentityToken"],
  ["sts", "POST", "GetDelegatedAccessToken"],
  ["sts", "POST", "GetServiceBearerToken"],
  ["ssm", "POST", "GetAccessToken"],
  ["cognito-identity", "POST", "GetId"],
  ["sts", "POST", "GetSessionToken"],
  ["sts", "POST", "GetFederationToken"],
  ["ecr", "POST", "GetAuthorizationToken"],
  ["cognito-identity", "POST", "GetCredentialsForIdentity"],
  ["iotdevicegateway", "GET", "Connect"],
])("may change something, or gives something out: %s %s %s", (...asked) => {
  expect(isChange(asking(asked))).toBe(true);
});

it("what gives its caller credentials is a change, whatever it is called", () => {
  const operation = {
    service: "s3",
    method: "GET",
    name: "GetObject",
    requirements: [
      { action: "s3:GetObject", resource: "*" },
      { action: "sts:AssumeRole", resource: "*" },
    ],
  };
  expect(isChange(asking(["s3", "GET", "GetObject"], { operation }))).toBe(true);
});

it("whatever hands something out is a change, other pages and preflights are not, and in doubt it is", () => {
  const page = { live: undefined, operation: undefined, manner: {} };
  const read: Asked = ["s3", "GET", "GetObject"];
  expect(isChange(asking(read, { ...page, handedOut: "presign" }))).toBe(true);
  expect(isChange(asking(read, page))).toBe(false);
  expect(isChange(asking(["s3", "OPTIONS", "Preflight"], { operation: undefined }))).toBe(false);
  expect(isChange(asking(read, { operation: undefined }))).toBe(true);
});
