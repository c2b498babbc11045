import { Readable } from "node:stream";
import { CloudWatchClient, ListDashboardsCommand } from "@aws-sdk/client-cloudwatch";
import { KinesisClient, ListStreamsCommand } from "@aws-sdk/client-kinesis";
import { LambdaClient, ListFunctionsCommand } from "@aws-sdk/client-lambda";
import { ListStateMachinesCommand, SFNClient } from "@aws-sdk/client-sfn";
import { AuthorizationErrorException, ListTopicsCommand, SNSClient } from "@aws-sdk/client-sns";
import { ListQueuesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { AwsSmithyRpcV2CborProtocol } from "@aws-sdk/core/protocols";
import { describe, expect, it } from "vitest";
import { apiOf } from "../../../src/aws/api/api.ts";
import type { Service } from "../../../src/aws/service.ts";
import { REFUSALS, type RefusalCode } from "../../../src/domain/refusal.ts";
import { cbor, json, query, rest } from "./models.ts";

const requestId = "11112222-3333-4444-8555-666677778888";
const answer = (service: Service, code: RefusalCode) =>
  service.refuse({ code, requestId, ...REFUSALS[code] });
const codes = Object.keys(REFUSALS) as RefusalCode[];

/** Settings of a client whose every request is answered with one refusal. */
function refusing(service: Service, code: RefusalCode) {
  const { status: statusCode, headers, body } = answer(service, code);
  const response = { statusCode, headers, body: Readable.from([Buffer.from(body)]) };
  const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
  const requestHandler = { handle: () => Promise.resolve({ response }) } as never;
  return { region: "us-east-1", endpoint: "http://127.0.0.1:1", credentials, requestHandler, maxAttempts: 1 };
}

type Ask = (code: RefusalCode) => Promise<unknown>;
const asks: Readonly<Record<string, Ask>> = {
  "json, of SQS": (code) => new SQSClient(refusing(json, code)).send(new ListQueuesCommand({})),
  "json, of Kinesis": (code) => new KinesisClient(refusing(json, code)).send(new ListStreamsCommand({})),
  "json, of Step Functions": (code) =>
    new SFNClient(refusing(json, code)).send(new ListStateMachinesCommand({})),
  "json, of CloudWatch": (code) =>
    new CloudWatchClient(refusing(json, code)).send(new ListDashboardsCommand({})),
  "query, of SNS": (code) => new SNSClient(refusing(query, code)).send(new ListTopicsCommand({})),
  "rest-json, of Lambda": (code) => new LambdaClient(refusing(rest, code)).send(new ListFunctionsCommand({})),
  "rpc-v2-cbor, of CloudWatch": (code) => {
    const protocol = AwsSmithyRpcV2CborProtocol as never;
    return new CloudWatchClient({ ...refusing(cbor, code), protocol }).send(new ListDashboardsCommand({}));
  },
};

const NAMES: Partial<Record<RefusalCode, readonly [name: string, code: string, rpc: number, web: number]>> = {
  "denied-no-rule": ["AccessDeniedException", "AccessDenied", 400, 403],
  "token-missing": ["MissingAuthenticationTokenException", "MissingAuthenticationToken", 400, 403],
  "token-expired": ["ExpiredTokenException", "ExpiredToken", 400, 403],
  "token-signature": ["UnrecognizedClientException", "InvalidClientTokenId", 400, 403],
  "operation-unknown": ["UnknownOperationException", "InvalidAction", 400, 403],
  "body-malformed": ["SerializationException", "MalformedInput", 400, 400],
  "body-too-large": ["ValidationException", "ValidationError", 413, 413],
  overloaded: ["ThrottlingException", "Throttling", 503, 503],
  "upstream-timeout": ["ServiceUnavailableException", "ServiceUnavailable", 504, 504],
  internal: ["InternalFailure", "InternalFailure", 500, 500],
};
const named = Object.entries(NAMES) as [RefusalCode, readonly [string, string, number, number]][];

const askSns: Ask = (code) =>
  new SNSClient(refusing(apiOf("query", "sns"), code)).send(new ListTopicsCommand({}));

describe("a refusal to a client of a service by a table", () => {
  const rows = Object.keys(asks).flatMap((client) =>
    named.map(([code, expected]) => [client, code, expected] as const),
  );
  it.each(rows)("in %s, %s is raised as AWS's own error", async (client, code, [name, short, rpc, web]) => {
    const isWeb = /^(?:query|rest)/.test(client);
    await expect(asks[client]!(code)).rejects.toMatchObject({
      name: client.startsWith("query") ? short : name,
      message: REFUSALS[code].sentence,
      $metadata: { httpStatusCode: isWeb ? web : rpc, ...(!client.startsWith("rpc") && { requestId }) },
    });
  });

  it("of SNS is an error of its own where something is not allowed", async () => {
    await expect(askSns("denied-no-rule")).rejects.toThrow(AuthorizationErrorException);
    await expect(askSns("token-expired")).rejects.toMatchObject({ name: "ExpiredToken" });
  });

  it.each(codes)("%s never looks as if something else had gone wrong", (code) => {
    const { status } = REFUSALS[code];
    for (const service of [json, query, rest, cbor]) {
      const said = answer(service, code);
      expect(said.status >= 500).toBe(status >= 500);
      expect(said.status).not.toBe(401);
      expect(Buffer.from(said.body).includes("AccessDenied") && status >= 500).toBe(false);
    }
  });

  it("escapes what XML would read", () => {
    const view = { code: "internal", status: 500, sentence: "<a & b>", requestId: `"'` } as const;
    expect(query.refuse(view).body).toContain("<Message>&#60;a &#38; b&#62;</Message>");
    expect(query.refuse(view).body).toContain("<RequestId>&#34;&#39;</RequestId>");
  });
});
