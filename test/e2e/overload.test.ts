import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { type OwnUpstream, startUpstream } from "../support/own-upstream.ts";
import { type Stack, startStack } from "../support/stack.ts";
import { until } from "../support/until.ts";

let stack: Stack;
let upstream: OwnUpstream;
/** Answers the request that takes the only place. */
let leave: () => void;
let isTaken = false;

beforeAll(async () => {
  upstream = await startUpstream((request, response) => {
    leave = () => response.end("an object");
    isTaken = request.url?.includes("slow") === true;
    if (!isTaken) leave();
  });
  stack = await startStack({ config: (yaml) => `${upstream.config(yaml)}\nlimits: { inFlight: 1 }\n` });
});

afterAll(async () => {
  await stack.close();
  await upstream.close();
});

/** Somebody has the only place, and leaves it when another was told to come back. */
beforeEach(async () => {
  isTaken = false;
  const headers = { authorization: `Bearer ${await stack.tokenOf("admin")}` };
  const slow = fetch(`${stack.url}/s3/reports/slow`, { headers });
  await until(() => isTaken);
  const before = stack.outcomes.length;
  void until(() => stack.outcomes.length > before).then(() => leave());
  void slow.then((answer) => answer.text());
});

const told = (): readonly unknown[] =>
  stack.outcomes.flatMap(({ reason }) => (reason === undefined ? [] : [reason]));

const item = { customerId: { S: "acme" }, orderId: { S: "2026-001" } };

it.each<
  readonly [service: string, ask: () => Promise<{ readonly $metadata: { readonly attempts?: number } }>]
>([
  [
    "S3",
    async () =>
      new S3Client({ ...(await stack.sdkOf("admin")), forcePathStyle: true }).send(
        new GetObjectCommand({ Bucket: "reports", Key: "q3.txt" }),
      ),
  ],
  [
    "DynamoDB",
    async () =>
      new DynamoDBClient(await stack.sdkOf("admin")).send(
        new GetItemCommand({ TableName: "Orders", Key: item }),
      ),
  ],
])("one request too many is asked again by the SDK of %s, with nothing set for it", async (_service, ask) => {
  const { $metadata } = await ask();
  expect($metadata.attempts).toBeGreaterThan(1);
  expect(told()).toContain("overloaded");
});
