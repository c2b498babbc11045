import type { TunnelRecorder } from "../telemetry/tunnel-outcome.ts";
import type { Log } from "../telemetry/log.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { Observed } from "../telemetry/observed.ts";
import type { Record } from "../telemetry/outcome.ts";
import type { Recent } from "../telemetry/recent.ts";
import type { Tracing } from "./tracing.ts";

/** Who takes note of what was done. */
export interface Recorders {
  readonly metrics: Metrics;
  readonly log: Log;
  readonly observed: Observed;
  readonly recent: Recent;
  readonly tracing: Pick<Tracing, "record">;
  /** Whether what no rule allows is let through to be learnt. */
  readonly isRecording: () => boolean;
}

/** What is told of each finished request, and of what goes on in tunnels. */
export interface Recording {
  readonly record: Record;
  readonly recorder: TunnelRecorder;
}

/** Tells all of them. */
export function recordingOf({ metrics, log, recent, observed, tracing, isRecording }: Recorders): Recording {
  return {
    record: (outcome) => {
      metrics.record(outcome);
      log.record(outcome);
      recent.record(outcome);
      tracing.record(outcome);
      if (isRecording()) observed.record(outcome);
    },
    recorder: {
      opened: metrics.tunnels.opened,
      ended: (outcome) => {
        metrics.tunnels.ended(outcome);
        log.tunnels.ended(outcome);
      },
      packet: (outcome) => {
        metrics.tunnels.packet(outcome);
        log.tunnels.packet(outcome);
        recent.packet(outcome);
        if (isRecording()) observed.record(outcome);
      },
    },
  };
}
