import { DynamoDBClient, ExecuteStatementCommand } from "@aws-sdk/client-dynamodb";
import { DynamoDBStreamsClient, ListStreamsCommand } from "@aws-sdk/client-dynamodb-streams";
import { describe, expect, it } from "vitest";
import { refuseAsDynamoDb } from "../../../src/aws/dynamodb/errors.ts";
import { REFUSALS, type RefusalCode } from "../../../src/domain/refusal.ts";
import { refusedClient } from "../../support/refused-client.ts";

const requestId = "11112222-3333-4444-8555-666677778888";
const answer = (code: RefusalCode) => refuseAsDynamoDb({ code, requestId, ...REFUSALS[code] });
const codes = Object.keys(REFUSALS) as RefusalCode[];

describe("a refusal to a client of DynamoDB", () => {
  it.each(codes)("%s has DynamoDB's status", (code) => {
    const { status } = REFUSALS[code];
    const own = status >= 500 || code === "body-too-large" ? status : 400;
    expect(answer(code).status).toBe(own);
    const said = answer(code).headers["x-amzn-errortype"];
    expect(said === "AccessDeniedException" && status >= 500).toBe(false);
  });

  it.each([
    ["denied-no-rule", "AccessDeniedException", 400],
    ["operation-unknown", "UnknownOperationException", 400],
    ["body-malformed", "SerializationException", 400],
    ["header-not-allowed", "AccessDeniedException", 400],
    ["body-too-large", "ValidationException", 413],
    ["redirect-not-followed", "InternalServerError", 502],
    ["signature-refused", "InternalServerError", 502],
    ["answer-withheld", "InternalServerError", 502],
    ["upstream-timeout", "ServiceUnavailableException", 504],
  ] as const)("%s is raised as %s, of items and of streams", async (code, name, httpStatusCode) => {
    const raised = { name, message: REFUSALS[code].sentence, $metadata: { httpStatusCode, requestId } };
    const items = new DynamoDBClient(refusedClient(answer(code)));
    const streams = new DynamoDBStreamsClient(refusedClient(answer(code)));
    await expect(items.send(new ExecuteStatementCommand({ Statement: "x" }))).rejects.toMatchObject(raised);
    await expect(streams.send(new ListStreamsCommand({}))).rejects.toMatchObject(raised);
  });
});
