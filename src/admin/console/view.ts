import type { RecentView } from "../../telemetry/recent.ts";
import type { ReadinessReport } from "../readiness.ts";

/**
 * What the console shows, as facts: made anew for each look. Nothing in it is secret; callers stand in it by their keyed
 * digests. Times are in epoch milliseconds.
 */
export interface ConsoleView {
  readonly takenAtMs: number;
  readonly version: string;
  readonly startedAtMs: number;
  readonly readiness: ReadinessReport;
  /** When record mode ends; undefined where what no rule allows is refused. */
  readonly recordsUntilMs: number | undefined;
  /** Whether every AWS call goes to one configured address, as in tests. */
  readonly endpointOverridden: boolean;
  readonly configuration: { readonly isLatest: boolean; readonly takenAtMs: number };
  readonly recent: RecentView;
  /** All of them, in file order. */
  readonly rules: readonly { readonly name: string; readonly effect: "allow" | "deny" }[];
  readonly identities: CachedIdentities;
  /** Seconds since the keys of each were had; undefined where there are none yet. */
  readonly issuers: ReadonlyMap<string, number | undefined>;
  /** Undefined where sidecars share nothing. */
  readonly sharedTierUp: boolean | undefined;
  /** Since the denylist was read; undefined where there is none. */
  readonly denylistAgeMs: number | undefined;
  readonly load: Load;
  /** The configuration as it is written, with references in place of secrets. */
  readonly document: unknown;
}

/** Callers whose credentials are at hand. */
export interface CachedIdentities {
  readonly total: number;
  /** Those that were used last, newest first. */
  readonly newest: readonly CachedIdentity[];
}

/** A caller whose credentials are at hand. */
export interface CachedIdentity {
  /** Keyed digest, as the log has it. */
  readonly caller: string;
  readonly kind: "user" | "machine" | "guest";
  readonly source: string;
  /** As the rule has it: an ARN, or `pool`. */
  readonly role: string;
  /** As STS says; undefined where it was not asked. */
  readonly assumedRoleArn: string | undefined;
  readonly endsAtMs: number;
  readonly usedAtMs: number;
}

/** How much of what there is is taken. */
export interface Load {
  readonly inFlight: Filled;
  readonly bufferedBytes: Filled;
  readonly tunnels: Filled;
  /** Of the process as the system counts it, in bytes. */
  readonly residentBytes: number;
  /** Of JavaScript's heap, in bytes. */
  readonly heapBytes: Filled;
}

/** So much of so much. */
export interface Filled {
  readonly is: number;
  readonly max: number;
}
