import { once } from "node:events";
import { request } from "node:http";
import type { IncomingMessage } from "node:http";
import { buffer, text } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import { ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { GetObjectCommand, HeadObjectCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import type { LocalAws } from "../../src/local/aws.ts";
import type { Effect } from "../../src/local/faults.ts";
import { dynamoDbOf, s3Of, startStandIn } from "./stand-in.ts";

const Q3 = { Bucket: "reports", Key: "q3.txt" };
const CONTENT = "Third quarter: revenue 4.2 million, up 7 percent.\n";

let aws: LocalAws;
beforeAll(async () => {
  aws = await startStandIn();
});
afterAll(() => aws.close());
afterEach(() => aws.faults.clear());

const disturb = (effect: Effect, service = "s3") => aws.faults.add({ service, effect });

/** Without a client that hides what comes over the wire. */
async function get(): Promise<{ readonly answer: IncomingMessage; readonly interim: readonly number[] }> {
  const interim: number[] = [];
  const outgoing = request(await getSignedUrl(s3Of(aws), new GetObjectCommand(Q3)));
  outgoing.on("information", ({ statusCode }) => interim.push(statusCode)).end();
  const [answer] = (await once(outgoing, "response")) as [IncomingMessage];
  return { answer, interim };
}

it("an answer has others before it", async () => {
  disturb({ kind: "interim", statuses: [102, 103, 103] });
  const { answer, interim } = await get();
  expect(interim).toEqual([102, 103, 103]);
  expect([answer.statusCode, await text(answer)]).toEqual([200, CONTENT]);
});

it("an answer has fields behind its body", async () => {
  disturb({ kind: "trailers", trailers: { "x-amz-checksum-crc32": "AAAAAA==" } });
  const { answer } = await get();
  expect(await text(answer)).toBe(CONTENT);
  expect(answer.headers).toMatchObject({ "transfer-encoding": "chunked", trailer: "x-amz-checksum-crc32" });
  expect(answer.trailers).toEqual({ "x-amz-checksum-crc32": "AAAAAA==" });
});

it("an answer stops in the middle and keeps its connection", async () => {
  disturb({ kind: "stall", afterBytes: 5 });
  const { answer } = await get();
  expect(answer.headers["content-length"]).toBe(String(CONTENT.length));
  const [first] = (await once(answer, "data")) as [Buffer];
  expect(first.toString()).toBe("Third");
  expect(answer.complete).toBe(false);
  answer.destroy();
});

it("an answer is cut in the middle", async () => {
  disturb({ kind: "cut", afterBytes: 5 });
  const { answer } = await get();
  await expect(text(answer)).rejects.toMatchObject({ code: "ECONNRESET" });
});

it("an answer is compressed, and says so", async () => {
  disturb({ kind: "gzip" });
  const { answer } = await get();
  expect(answer.headers["content-encoding"]).toBe("gzip");
  expect(gunzipSync(await buffer(answer)).toString()).toBe(CONTENT);
});

it("an answer is a redirect to a foreign place", async () => {
  disturb({ kind: "redirect", location: "https://elsewhere.example/reports/q3.txt" });
  const { answer } = await get();
  expect(answer.statusCode).toBe(307);
  expect(answer.headers.location).toBe("https://elsewhere.example/reports/q3.txt");
  expect(await text(answer)).toContain("<Code>TemporaryRedirect</Code>");
});

it("a signature is refused with what was signed, the session token among it", async () => {
  disturb({ kind: "signature-refusal" });
  const error = await s3Of(aws)
    .send(new ListObjectsV2Command({ Bucket: "reports" }))
    .catch((error) => error);
  expect(error).toMatchObject({ name: "SignatureDoesNotMatch", $metadata: { httpStatusCode: 403 } });
  expect(error.CanonicalRequest).toMatch(
    /^GET\n\/reports(?:\/)?\nlist-type=2\n[^]*x-amz-security-token:local\./,
  );
  expect(error.StringToSignBytes).toMatch(/^41 57 53 34 /);
  disturb({ kind: "signature-refusal" }, "dynamodb");
  const refused = await dynamoDbOf(aws)
    .send(new ListTablesCommand({}))
    .catch((error) => error);
  expect(refused).toMatchObject({ name: "InvalidSignatureException", $metadata: { httpStatusCode: 400 } });
  expect(refused.message).toMatch(/x-amz-security-token:local\./);
});

it("an error is as long as a test wants it, and has its checksum at DynamoDB", async () => {
  const message = "x".repeat(100 * 1024);
  disturb({ kind: "error", status: 400, message });
  await expect(s3Of(aws).send(new GetObjectCommand(Q3))).rejects.toMatchObject({ message });
  disturb({ kind: "error", status: 400, code: "ValidationException", message }, "dynamodb");
  await expect(dynamoDbOf(aws).send(new ListTablesCommand({}))).rejects.toMatchObject({ message });
});

it("an answer without a body may tell a length all the same", async () => {
  disturb({ kind: "answer", answer: { status: 304, headers: { "content-length": "49", etag: '"x"' } } });
  const { answer } = await get();
  expect([answer.statusCode, answer.headers["content-length"], await text(answer)]).toEqual([304, "49", ""]);
  aws.faults.clear();
  expect(await s3Of(aws).send(new HeadObjectCommand(Q3))).toMatchObject({ ContentLength: CONTENT.length });
});
