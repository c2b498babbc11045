import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { s3 } from "../../../src/aws/s3/s3.ts";
import { dynamodb } from "../../../src/aws/dynamodb/dynamodb.ts";
import type { Head } from "../../../src/domain/head.ts";
import type { Operation } from "../../../src/domain/operation.ts";
import { explainSigning, PLACEHOLDER } from "../../../src/proxy/explain/signing.ts";
import { type Caller, GUEST } from "../../../src/domain/caller.ts";
import type { Live } from "../../../src/proxy/live.ts";
import { signOperation } from "../../../src/proxy/sign-operation.ts";
import type { Visit } from "../../../src/proxy/visit.ts";
import { createSigner } from "../../../src/signing/sign.ts";
import { deriveSigningKey, formatAmzDate, signature } from "../../../src/signing/signing-key.ts";
import { aHead, anUpstream, readWhole } from "../../support/asking.ts";
import { NOW } from "../../support/signed-tokens.ts";

const CREDENTIALS = {
  accessKeyId: PLACEHOLDER,
  secretAccessKey: PLACEHOLDER,
  sessionToken: PLACEHOLDER,
  expiresAtMs: NOW,
} as const;
const CALLER: Caller = { ...GUEST, kind: "user", claims: { email: "ada@example.com" } };
const IDENTITY = [{ name: "x-user", claim: "email", as: "text" }] as const;
const liveOf = (service: "s3" | "dynamodb") => ({
  host: "aws.example",
  service: service === "s3" ? s3 : dynamodb,
  identityHeaders: IDENTITY,
});

/** The signature that the pipeline makes with placeholders for credentials. */
function signedBy(head: Head, operation: Operation, service: "s3" | "dynamodb"): string {
  const request = new PassThrough().end();
  const visit = { head, request, requestId: "id", caller: CALLER, invite: () => undefined };
  const live = { ...liveOf(service), clock: { now: () => NOW } };
  const { headers } = signOperation(visit as unknown as Visit, live as unknown as Live, operation, {
    signer: createSigner(),
    credentials: CREDENTIALS,
  });
  return /Signature=(\w+)/.exec(headers[headers.indexOf("authorization") + 1] ?? "")?.[1] ?? "none";
}

const S3 = anUpstream();
const DYNAMODB = anUpstream({ service: "dynamodb" });
const put = (headers: Record<string, string>) => aHead("PUT /bucket/k?x-id=PutObject", headers);
const framed = {
  "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
  "content-encoding": "aws-chunked",
  "x-amz-decoded-content-length": "5",
  "content-length": "60",
};

describe("the canonical request that is told", () => {
  it("names a bucket in the host where that is how it is sent", () => {
    const head = aHead("GET /bucket/k");
    const operation = { ...readWhole(s3, S3, head), hostPrefix: "bucket." };
    const text = explainSigning(head, { operation, live: liveOf("s3"), caller: CALLER, nowMs: NOW });
    expect(text).toContain("\nhost:bucket.aws.example\n");
  });

  it.each<[string, Head, "s3" | "dynamodb", string?]>([
    [
      "a request without a body",
      aHead("GET /bucket/a%20b?versionId=1", { "x-amz-checksum-mode": "ENABLED" }),
      "s3",
    ],
    ["a listing", aHead("GET /bucket?list-type=2&prefix=a/b&delimiter=/"), "s3"],
    ["an upload of no stated digest", put({ "content-length": "5", "content-type": "text/plain" }), "s3"],
    ["an upload of a digest", put({ "content-length": "5", "x-amz-content-sha256": "0".repeat(64) }), "s3"],
    ["an upload with trailers", put({ ...framed, "x-amz-trailer": "x-amz-checksum-crc32" }), "s3"],
    ["an upload in chunks", put(framed), "s3"],
    [
      "a body that decides",
      aHead("POST /", {
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": "DynamoDB_20120810.GetItem",
      }),
      "dynamodb",
      '{"TableName":"Orders","Key":{"id":{"S":"1"}}}',
    ],
  ])("is the one that is signed: %s", (_what, head, service, body) => {
    const [upstream, reader] = service === "s3" ? [S3, s3] : [DYNAMODB, dynamodb];
    const operation = readWhole(reader, upstream, head, body);
    const text = explainSigning(head, { operation, live: liveOf(service), caller: CALLER, nowMs: NOW });
    expect(text).toContain("\nx-user:ada@example.com\n");
    const key = deriveSigningKey(CREDENTIALS, formatAmzDate(NOW).slice(0, 8), "us-east-1", service);
    expect(signature(key, formatAmzDate(NOW), text)).toBe(signedBy(head, operation, service));
  });

  it("has no key in it that the client sends for S3 to encrypt with", () => {
    const name = "x-amz-server-side-encryption-customer-key";
    const head = aHead("GET /bucket/k");
    const read = readWhole(s3, S3, head);
    const operation = { ...read, headers: [...read.headers, [name, "c2VjcmV0"] as const] };
    const text = explainSigning(head, { operation, live: liveOf("s3"), caller: CALLER, nowMs: NOW });
    expect(text).toContain(`${name}:${PLACEHOLDER}\n`);
    expect(text).not.toContain("c2VjcmV0");
  });
});
