import { createHmac, createSecretKey, hash } from "node:crypto";
import { createSigner } from "../../src/signing/sign.ts";
import type { SignableRequest } from "../../src/signing/sign.ts";

/** Microseconds per signature with the key kept, for the two commonest requests, beside the bare cryptography. */

const SESSION_TOKEN = "IQoJb3JpZ2luX2VjEJr//////////wEaCXVzLWVhc3QtMSJH".repeat(20);
const credentials = {
  accessKeyId: "ASIAIOSFODNN7EXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  sessionToken: SESSION_TOKEN,
};
const common = { region: "us-east-1", credentials, nowMs: Date.UTC(2026, 0, 2, 3, 4, 5) } as const;
const requests: Readonly<Record<string, SignableRequest>> = {
  "S3 GetObject": {
    ...common,
    method: "GET",
    path: "/reports/2026/q3.txt",
    query: "",
    headers: [["host", "s3.us-east-1.amazonaws.com"]],
    payloadHash: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    service: "s3",
  },
  "DynamoDB GetItem": {
    ...common,
    method: "POST",
    path: "/",
    query: "",
    headers: [
      ["host", "dynamodb.us-east-1.amazonaws.com"],
      ["content-type", "application/x-amz-json-1.0"],
      ["x-amz-target", "DynamoDB_20120810.GetItem"],
    ],
    payloadHash: "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
    service: "dynamodb",
  },
};

const ROUNDS = 7;
const CALLS = 50_000;

function microseconds(call: () => unknown): number {
  const rounds = Array.from({ length: ROUNDS }, () => {
    const start = process.hrtime.bigint();
    for (let i = 0; i < CALLS; i++) call();
    return Number(process.hrtime.bigint() - start) / 1000 / CALLS;
  });
  return Math.min(...rounds);
}

const signer = createSigner();
for (const [name, request] of Object.entries(requests)) {
  console.log(`${name}, key kept: ${microseconds(() => signer.sign(request)).toFixed(2)} µs`);
}
const [cold] = Object.values(requests);
if (cold) {
  const fresh = () => signer.sign({ ...cold, credentials: { ...credentials } });
  console.log(`S3 GetObject, new credentials: ${microseconds(fresh).toFixed(2)} µs`);
}
const key = createSecretKey(Buffer.alloc(32, 7));
const canonical = `x-amz-security-token:${SESSION_TOKEN}`.padEnd(SESSION_TOKEN.length + 400);
const floor = () => {
  hash("sha256", Buffer.from(canonical, "latin1"), "hex");
  createHmac("sha256", key).update(canonical.slice(0, 130)).digest("hex");
};
console.log(`one SHA-256 and one HMAC, the least possible: ${microseconds(floor).toFixed(2)} µs`);
