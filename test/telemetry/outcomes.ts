import type { Outcome } from "../../src/telemetry/outcome.ts";
import type { PacketOutcome, TunnelOutcome } from "../../src/telemetry/tunnel-outcome.ts";

/** An outcome of a request that went well, with what a test wants otherwise. */
export function outcomeOf(changes: Partial<Outcome> = {}): Outcome {
  return {
    requestId: "11111111-2222-4333-8444-555555555555",
    traceId: undefined,
    spanId: undefined,
    parentSpanId: undefined,
    isSampled: false,
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
    accessKeyId: "ASIAEXAMPLEANALYST00",
    awsRequestId: undefined,
    awsExtendedRequestId: undefined,
    recorded: false,
    handedOut: undefined,
    isChange: false,
    status: 200,
    reason: undefined,
    detail: undefined,
    outcome: "ok",
    requestBytes: 0,
    responseBytes: 1024,
    durationMs: 12.345_678_9,
    upstreamMs: 9.876_543_2,
    stages: {
      identity: 0.041_23,
      operation: 0.012_34,
      decision: 0.023_45,
      credentials: 2.3,
      upstream: 9.876_543_2,
      answer: 0.1,
    },
    ...changes,
  };
}

const ASKED = {
  requestId: "11111111-2222-4333-8444-555555555555",
  traceId: undefined,
  spanId: undefined,
  upstream: "things",
  service: "iotdevicegateway",
  caller: "Wm9vbWVkLWluLWhl",
  callerKind: "user",
  groups: ["operators"],
  rule: "operators watch devices",
  role: "arn:aws:iam::123456789012:role/operator",
  assumedRole: "arn:aws:sts::123456789012:assumed-role/operator/CognitoIdentityCredentials",
  accessKeyId: "ASIAEXAMPLEOPERATOR0",
} as const;

const TOPICS = "arn:aws:iot:us-east-1:123456789012:topic/";

/** An outcome of a tunnel that its client closed, with what a test wants otherwise. */
export function tunnelOf(changes: Partial<TunnelOutcome> = {}): TunnelOutcome {
  return {
    ...ASKED,
    operation: "Connect",
    resource: "arn:aws:iot:us-east-1:123456789012:client/panel",
    why: "client",
    code: 1000,
    detail: undefined,
    bytesUp: 120,
    bytesDown: 3400,
    durationMs: 90_000.123_456,
    ...changes,
  };
}

/** An outcome of a message that a client published and that passed, with what a test wants otherwise. */
export function packetOf(changes: Partial<PacketOutcome> = {}): PacketOutcome {
  const resource = `${TOPICS}lamps/1`;
  return {
    ...ASKED,
    operation: "Publish",
    resource,
    requirements: [{ action: "iot:Publish", resource }],
    issuer: "local",
    subject: "00000000-aaaa-4000-8000-000000000002",
    verdict: "permit",
    recorded: false,
    outcome: "passed",
    reason: undefined,
    detail: undefined,
    durationMs: 1000,
    ...changes,
  };
}

/** An outcome of a packet that no rule allowed, likewise. */
export function refusedPacketOf(changes: Partial<PacketOutcome> = {}): PacketOutcome {
  return packetOf({
    verdict: "denial",
    rule: undefined,
    role: undefined,
    outcome: "refused",
    reason: "denied-no-rule",
    detail: "nothing allows iot:Publish",
    ...changes,
  });
}
