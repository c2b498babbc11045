import { GetItemCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterEach, describe, expect, it } from "vitest";
import type { LocalAwsOptions } from "../../src/local/aws.ts";
import { countsOf, type Stack, startStack } from "../support/stack.ts";

const MINUTE = 60_000;

let stack: Stack;
/** How far the sidecar's clock is ahead. */
let ahead = 0;
/** Access keys that the stand-in has seen at work, the latest last. */
let keys: string[] = [];

const secretOf: LocalAwsOptions["secretOf"] = ({ accessKeyId, secretAccessKey }) => {
  if (keys.at(-1) !== accessKeyId) keys.push(accessKeyId);
  return secretAccessKey;
};

async function start(aws: Partial<LocalAwsOptions> = {}): Promise<string> {
  ahead = 0;
  keys = [];
  stack = await startStack({ aws: { secretOf, ...aws }, now: () => Date.now() + ahead });
  return stack.tokenOf("admin");
}

afterEach(() => stack.close());

interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const ask = (
  token: string,
  { headers, ...init }: Asked = {},
  path = "/s3/reports/q3.txt",
): Promise<Response> =>
  fetch(`${stack.url}${path}`, { ...init, headers: { ...headers, authorization: `Bearer ${token}` } });

const exchanges = (): number => countsOf(stack.aws)["cognito-identity:GetCredentialsForIdentity"] ?? 0;

function revokeLatest(): void {
  stack.aws.sessions.expire(keys.at(-1) ?? "");
}

describe("credentials that AWS no longer takes", () => {
  it("are got anew once, and the client sees nothing of it", async () => {
    const token = await start();
    expect((await ask(token)).status).toBe(200);
    ahead = 2 * MINUTE;
    revokeLatest();
    const again = await ask(token);
    expect([again.status, await again.text()]).toEqual([200, expect.stringContaining("Third quarter")]);
    expect(exchanges()).toBe(2);
  });

  it("are got anew for a HEAD as well, whose answer has no words, once a minute at most", async () => {
    const token = await start();
    const head = async () => (await ask(token, { method: "HEAD" })).status;
    expect(await head()).toBe(200);
    revokeLatest();
    expect([await head(), exchanges()]).toEqual([400, 1]);
    ahead = 2 * MINUTE;
    expect([await head(), exchanges()]).toEqual([200, 2]);
  });

  it("of a DynamoDB client likewise, whose body was held", async () => {
    await start();
    const dynamodb = new DynamoDBClient({ ...(await stack.sdkOf("admin")), maxAttempts: 1 });
    const Key = { customerId: { S: "acme" }, orderId: { S: "2026-001" } };
    const get = () => dynamodb.send(new GetItemCommand({ TableName: "Orders", Key }));
    await get();
    ahead = 2 * MINUTE;
    revokeLatest();
    expect((await get()).Item?.["total"]).toEqual({ N: "120" });
    expect(exchanges()).toBe(2);
  });

  it("S2.12 are not got anew within a minute, and the refusal does not pass AWS's words on", async () => {
    const token = await start();
    expect((await ask(token)).status).toBe(200);
    revokeLatest();
    const refused = await ask(token);
    expect([refused.status, refused.headers.get("x-postern-reason")]).toEqual([
      503,
      "credentials-unavailable",
    ]);
    expect(await refused.text()).not.toMatch(/Token-0|local\./);
    expect(exchanges()).toBe(1);
  });

  it("S2.12 are got anew at most once a minute", async () => {
    const token = await start();
    expect((await ask(token)).status).toBe(200);
    ahead = 2 * MINUTE;
    revokeLatest();
    expect((await ask(token)).status).toBe(200);
    revokeLatest();
    expect((await ask(token)).status).toBe(503);
    expect(exchanges()).toBe(2);
  });

  it("let no body be sent twice that came as a stream: the client tries again", async () => {
    const token = await start();
    const put = () => ask(token, { method: "PUT", body: "a body" }, "/s3/reports/new.txt");
    expect((await put()).status).toBe(200);
    ahead = 2 * MINUTE;
    revokeLatest();
    expect((await put()).status).toBe(503);
    expect((await put()).status).toBe(200);
    expect(exchanges()).toBe(2);
  });
});

/** Of DynamoDB, which takes a time that is five minutes off and no more. */
const query = (token: string) =>
  ask(
    token,
    {
      method: "POST",
      headers: {
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": "DynamoDB_20120810.DescribeTable",
      },
      body: JSON.stringify({ TableName: "Orders" }),
    },
    "/dynamodb/",
  );

describe("S2.12 a clock that is off", () => {
  it("is learned from AWS's answer, for signing alone, and shown by a metric", async () => {
    const token = await start();
    ahead = 7 * MINUTE;
    expect((await query(token)).status).toBe(200);
    const before = countsOf(stack.aws)["dynamodb:DescribeTable"];
    expect((await query(token)).status).toBe(200);
    expect((countsOf(stack.aws)["dynamodb:DescribeTable"] ?? 0) - (before ?? 0)).toBe(1);
    const metrics = await (await fetch(`http://127.0.0.1:${stack.ports.probes}/metrics`)).text();
    const [, offset] = /^postern_clock_offset_seconds\{upstream="dynamodb"\} (\S+)$/m.exec(metrics) ?? [];
    expect(Number(offset)).toBeGreaterThan(-425);
    expect(Number(offset)).toBeLessThan(-415);
  });

  it("is learned once for all who are refused at the same time, and each of them is sent again", async () => {
    const token = await start();
    await query(token); // the role is proved, and STS has nothing to teach
    ahead = 7 * MINUTE;
    const answers = await Promise.all(Array.from({ length: 20 }, () => query(token)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
  });

  it("is not believed past fifteen minutes: AWS's refusal is passed on", async () => {
    const token = await start();
    expect((await ask(token)).status).toBe(200);
    ahead = 20 * MINUTE;
    const refused = await ask(token);
    expect([refused.status, await refused.text()]).toEqual([
      403,
      expect.stringContaining("RequestTimeTooSkewed"),
    ]);
  });
});
