import type { Config } from "../config/schema.ts";
import type { Clock } from "../domain/clock.ts";
import type { Log } from "../telemetry/log.ts";
import { policyModeAt } from "./mode.ts";

/** Says in the log that record mode is on, for as long as it is. */
export interface Reminder {
  /** Says it now, where it is true. */
  readonly remind: () => void;
  readonly close: () => Promise<void>;
}

const EVERY_MS = 10 * 60_000;

/** Makes the reminder, which speaks every ten minutes: an open door must not be forgotten. */
export function createReminder(config: () => Config, log: Pick<Log, "warn">, now: Clock): Reminder {
  const remind = (): void => {
    if (policyModeAt(config(), now()) !== "record") return;
    const { until } = config().policy;
    log.warn("record mode is on: what no rule allows is let through and remembered", {
      until: until === undefined ? undefined : new Date(until).toISOString(),
    });
  };
  const timer = setInterval(remind, EVERY_MS).unref();
  return { remind, close: async () => clearInterval(timer) };
}
