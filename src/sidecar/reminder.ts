import type { Clock } from "../domain/clock.ts";
import type { Policy } from "../policy/compile.ts";
import type { Log } from "../telemetry/log.ts";

/** Says in the log that record mode is on, for as long as it is, and ends it. */
export interface Reminder {
  /** To be called whenever there is another policy. */
  readonly remind: () => void;
  readonly close: () => Promise<void>;
}

const EVERY_MS = 10 * 60_000;

/**
 * Makes the reminder, which speaks every ten minutes: an open door must not be forgotten. It ends record mode by a timer of
 * its own, since a clock may be set back.
 */
export function createReminder(policy: () => Policy, log: Pick<Log, "warn">, now: Clock): Reminder {
  let end: NodeJS.Timeout | undefined;
  const say = (): void => {
    const { recording } = policy();
    if (recording?.isOn(now()) !== true) return;
    const until = new Date(recording.untilMs).toISOString();
    log.warn("record mode is on: what no rule allows is let through and remembered", { until });
  };
  const timer = setInterval(say, EVERY_MS).unref();
  return {
    remind: () => {
      const { recording } = policy();
      clearTimeout(end);
      if (recording !== undefined) end = setTimeout(recording.end, recording.untilMs - now()).unref();
      say();
    },
    close: async () => {
      clearInterval(timer);
      clearTimeout(end);
    },
  };
}
