import type { Outbound } from "../outbound/call.ts";
import type { ClockOf } from "../signing/clock-offset.ts";
import type { Signer } from "../signing/sign.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { Recent } from "../telemetry/recent.ts";

/** What lasts as long as the process, whatever its configuration. */
export interface Lasting {
  readonly outbound: Outbound;
  readonly signer: Signer;
  readonly clockOf: ClockOf;
  readonly metrics: Metrics;
  readonly recent: Recent;
}
