import type { ConsoleView } from "../admin/console/view.ts";
import type { Clock } from "../domain/clock.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { Recent } from "../telemetry/recent.ts";
import type { Snapshot } from "./snapshot.ts";

/** What the console is made of. */
export interface ConsoleParts {
  readonly recent: Recent;
  readonly metrics: Metrics;
  readonly snapshot: () => Snapshot;
  readonly inFlight: () => number;
  readonly version: string;
  readonly now: Clock;
}

/** What the console shows by the time that somebody looks. */
export function consoleOf({ now }: ConsoleParts): () => ConsoleView {
  return () => ({ takenAtMs: now() });
}
