import type { RefusalCode } from "../domain/refusal.ts";

/**
 * What a request goes through, in this order:
 *
 * - `identity`: from its head being there to its token being accepted, with door and route;
 * - `operation`: until it is read, with the body where that decides;
 * - `decision`: until the policy has spoken, and a body that is only hashed is there;
 * - `credentials`: until those of the caller are at hand;
 * - `upstream`: signed, sent, and waited for, until the head of the answer;
 * - `answer`: from there to its end.
 */
export type Stage = (typeof STAGES)[number];

/** Every {@link Stage}: a label of a metric. */
export const STAGES = ["identity", "operation", "decision", "credentials", "upstream", "answer"] as const;

/**
 * Milliseconds that a request spent in each stage, undefined where it did not come so far. One that was refused counts
 * where it came to an end too, and one that was sent once more counts twice.
 */
export type StageTimes = { readonly [S in Stage]: number | undefined };

/** The one record of a finished request: what the metrics count and the log tells. Nothing in it is secret. */
export interface Outcome {
  readonly requestId: string;
  /** Of the trace that the request is a part of, 32 hex digits; undefined where there is none. */
  readonly traceId: string | undefined;
  /** Of Postern's own part of it, 16 hex digits. */
  readonly spanId: string | undefined;
  /** Of the client's part of it; undefined where the trace begins here. */
  readonly parentSpanId: string | undefined;
  /** Whether the trace is kept. */
  readonly isSampled: boolean;
  readonly method: string;
  /** The configured name; `none` where the request was refused before one was known. */
  readonly upstream: string;
  /** Signing name; `none` likewise. */
  readonly service: string;
  /** API operation, such as `GetObject`. */
  readonly operation: string | undefined;
  /** The first resource that was asked for, as an ARN: for the log alone. */
  readonly resource: string | undefined;
  /** Caller's digest, keyed; undefined where nobody was proved. */
  readonly caller: string | undefined;
  /** Undefined likewise. */
  readonly callerKind: "user" | "machine" | "guest" | undefined;
  readonly groups: readonly string[];
  /** `sub` of a user, undefined for everybody else: for what record mode learns, and never logged. */
  readonly subject: string | undefined;
  /** Configured name of the user pool or other issuer: for what record mode learns. */
  readonly issuer: string | undefined;
  /** All that was asked for, in IAM's words: for what record mode learns. */
  readonly requirements: readonly { readonly action: string; readonly resource: string }[];
  /** Policy's word; undefined where it was not asked. */
  readonly verdict: "permit" | "denial" | undefined;
  readonly rule: string | undefined;
  readonly role: string | undefined;
  /** The role session that STS says was used, as an ARN; undefined where none was, or nobody asked. */
  readonly assumedRole: string | undefined;
  /** Of the credentials that were used, as CloudTrail tells it: `ASIA…`, which is no secret. Undefined likewise. */
  readonly accessKeyId: string | undefined;
  /** AWS's own names of the request: `x-amz-request-id` or `x-amzn-requestid`, and `x-amz-id-2`. */
  readonly awsRequestId: string | undefined;
  readonly awsExtendedRequestId: string | undefined;
  /** No rule allows it: it was let through by record mode. */
  readonly recorded: boolean;
  /** What the caller got for itself or others to use later. */
  readonly handedOut: HandedOut | undefined;
  /** Whether what was asked for may change something, or hands something out; in doubt it does. */
  readonly isChange: boolean;
  /** Status sent to the client; 499 where it left before one was. */
  readonly status: number;
  /** Why Postern refused; undefined where it did not. */
  readonly reason: RefusalCode | undefined;
  /** For the log alone. */
  readonly detail: string | undefined;
  /** `ok`: AWS's answer was passed on whole. */
  readonly outcome: "ok" | "refused" | "client-gone" | "upstream-broken";
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly durationMs: number;
  /** Until the first byte of AWS's answer; undefined where it was not asked. */
  readonly upstreamMs: number | undefined;
  readonly stages: StageTimes;
}

/** Credentials, a presigned URL, or a signature for an outer proxy. */
export type HandedOut = "credentials" | "presign" | "authorize";

/** Takes note of a finished request. */
export type Record = (outcome: Outcome) => void;
