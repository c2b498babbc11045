import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { s3 } from "../../../src/aws/s3/s3.ts";
import type { Operation } from "../../../src/domain/operation.ts";
import { createBodyReader } from "../../../src/proxy/bodies/body.ts";
import { withHashedBody } from "../../../src/proxy/bodies/hashed-body.ts";
import { signOperation } from "../../../src/proxy/sign-operation.ts";
import { Visit } from "../../../src/proxy/visit.ts";
import { hashPayload } from "../../../src/signing/payload.ts";

const PUT: Operation = {
  upstream: "s3",
  service: "s3",
  region: "us-east-1",
  name: "PutObject",
  requirements: [{ action: "s3:PutObject", resource: "arn:aws:s3:::reports/k" }],
  method: "PUT",
  path: "/reports/k",
  query: "",
  headers: [["x-amz-meta-a", "b"]],
  payload: { kind: "streamed" },
};

function visitOf(headers: Readonly<Record<string, string>>, body: string): Visit {
  const request = new IncomingMessage(new Socket());
  request.rawHeaders = Object.entries(headers).flat();
  request.push(body);
  request.push(null);
  return new Visit(request, new ServerResponse(request), { record: () => {}, nameCaller: () => "" }, false);
}

const withCrc32 = (value: string): Operation => ({ ...PUT, headers: [["x-amz-checksum-crc32", value]] });

/** What is signed and sent of a body that is hashed. */
async function sent(headers: Readonly<Record<string, string>>, body: string, put = PUT) {
  const visit = visitOf(headers, body);
  const operation = await withHashedBody(visit, put, createBodyReader(10_000), 1000);
  let payloadHash = "";
  const signer = { sign: (request: { payloadHash: string }) => ((payloadHash = request.payloadHash), []) };
  const credentials = { accessKeyId: "A", secretAccessKey: "s", sessionToken: "t", expiresAtMs: 0 };
  const live = { host: "minio:9000", clock: { now: () => 0 }, service: s3, identityHeaders: [] };
  const signed = signOperation(visit, live as never, operation, { signer, credentials });
  const lines: string[] = [];
  for (let i = 0; i < signed.headers.length; i += 2)
    lines.push(`${signed.headers[i]}: ${signed.headers[i + 1]}`);
  return { payloadHash, lines, body: Buffer.isBuffer(signed.body) ? signed.body.toString() : undefined };
}

describe("S3.10 a body on its way over plain HTTP", () => {
  it.each([
    ["unsigned", { "content-length": "5", "x-amz-content-sha256": "UNSIGNED-PAYLOAD" }],
    ["of which nothing is said", { "content-length": "5" }],
  ])("%s is hashed", async (_, headers) => {
    const { payloadHash, lines, body } = await sent(headers, "hello");
    expect([payloadHash, body]).toEqual([hashPayload(Buffer.from("hello")), "hello"]);
    expect(lines).toContain("content-length: 5");
  });

  it("in unsigned chunks is taken out of them, its checksum before it and its own encoding kept", async () => {
    const headers = {
      "transfer-encoding": "chunked",
      "content-encoding": "gzip,aws-chunked",
      "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
      "x-amz-decoded-content-length": "5",
      "x-amz-trailer": "x-amz-checksum-crc32",
    };
    const framed = "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n";
    const { payloadHash, lines, body } = await sent(headers, framed);
    expect([payloadHash, body]).toEqual([hashPayload(Buffer.from("hello")), "hello"]);
    expect(lines).toEqual([
      "host: minio:9000",
      "x-amz-meta-a: b",
      "x-amz-checksum-crc32: NhCmhg==",
      "content-length: 5",
      "content-encoding: gzip",
    ]);
  });

  it("has a checksum that stands before it and behind it once, and is refused where they differ", async () => {
    const headers = {
      "transfer-encoding": "chunked",
      "x-amz-decoded-content-length": "5",
      "x-amz-trailer": "x-amz-checksum-crc32",
    };
    const framed = "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n";
    const { lines } = await sent(headers, framed, withCrc32("NhCmhg=="));
    expect(lines.filter((line) => line.startsWith("x-amz-checksum"))).toEqual([
      "x-amz-checksum-crc32: NhCmhg==",
    ]);
    await expect(sent(headers, framed, withCrc32("AAAAAA=="))).rejects.toMatchObject({
      code: "body-malformed",
    });
  });

  it("in signed chunks is taken out of them too", async () => {
    const signature = `chunk-signature=${"0".repeat(64)}`;
    const headers = {
      "content-length": "181",
      "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
      "x-amz-decoded-content-length": "5",
    };
    const { body } = await sent(headers, `5;${signature}\r\nhello\r\n0;${signature}\r\n\r\n`);
    expect(body).toBe("hello");
  });

  it("whose framing lies is refused", async () => {
    const headers = { "transfer-encoding": "chunked", "x-amz-decoded-content-length": "5" };
    await expect(sent(headers, "6\r\nhello!\r\n0\r\n\r\n")).rejects.toMatchObject({
      code: "payload-mismatch",
    });
    await expect(sent(headers, "5\r\nhello\r\n0\r\n")).rejects.toMatchObject({ code: "body-malformed" });
  });

  it("of more than is hashed is refused", async () => {
    await expect(sent({ "content-length": "1001" }, "")).rejects.toMatchObject({ code: "body-too-large" });
  });

  it.each([
    ["that its client hashed", { "content-length": "5", "x-amz-content-sha256": "a".repeat(64) }],
    ["that is none", {}],
  ])("%s is not read", async (_, headers) => {
    const visit = visitOf(headers, "");
    expect(await withHashedBody(visit, PUT, createBodyReader(10), 10)).toBe(PUT);
    expect(visit.request.readableFlowing).toBe(null);
  });
});
