import type { RefusalCode } from "../domain/refusal.ts";

/** The one record of a finished request: what the metrics count and the log tells. Nothing in it is secret. */
export interface Outcome {
  readonly requestId: string;
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
}

/** Takes note of a finished request. */
export type Record = (outcome: Outcome) => void;
