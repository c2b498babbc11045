import { Readable } from "node:stream";
import type { DynamoDBClientConfig } from "@aws-sdk/client-dynamodb";
import type { DynamoDBStreamsClientConfig } from "@aws-sdk/client-dynamodb-streams";
import type { DynamoDb } from "../../../src/local/dynamodb/handle.ts";

interface SdkRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What makes a client of the SDK reach the engine with no network and no guard between them. */
export function directTo(dynamodb: DynamoDb): DynamoDBClientConfig & DynamoDBStreamsClientConfig {
  const handle = async ({ headers, body }: SdkRequest) => {
    const operation = headers["x-amz-target"]?.split(".")[1] ?? "";
    const answer = await dynamodb.handle(operation, JSON.parse(body));
    return {
      response: { statusCode: answer.status, headers: answer.headers, body: Readable.from([answer.body]) },
    };
  };
  return {
    region: "eu-west-1",
    endpoint: "http://127.0.0.1",
    credentials: { accessKeyId: "AKIA", secretAccessKey: "secret" },
    maxAttempts: 1,
    requestHandler: { handle } as never,
  };
}
