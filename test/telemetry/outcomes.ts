import type { Outcome } from "../../src/telemetry/outcome.ts";

/** An outcome of a request that went well, with what a test wants otherwise. */
export function outcomeOf(changes: Partial<Outcome> = {}): Outcome {
  return {
    requestId: "11111111-2222-4333-8444-555555555555",
    method: "GET",
    upstream: "s3",
    service: "s3",
    operation: "GetObject",
    resource: "arn:aws:s3:::reports/q3.txt",
    caller: "Wm9vbWVkLWluLWhl",
    callerKind: "user",
    groups: ["analysts"],
    issuer: "local",
    subject: "00000000-aaaa-4000-8000-000000000002",
    requirements: [{ action: "s3:GetObject", resource: "arn:aws:s3:::reports/q3.txt" }],
    verdict: "permit",
    rule: "analysts read reports",
    role: "arn:aws:iam::123456789012:role/analyst",
    assumedRole: "arn:aws:sts::123456789012:assumed-role/analyst/CognitoIdentityCredentials",
    status: 200,
    reason: undefined,
    detail: undefined,
    outcome: "ok",
    requestBytes: 0,
    responseBytes: 1024,
    durationMs: 12.345_678_9,
    upstreamMs: 9.876_543_2,
    ...changes,
  };
}
