import { pino } from "pino";
import type { Level } from "./log-settings.ts";
import { plainLine } from "./plain-line.ts";

/** Writes a line of the log as JSON without an end of line; members that are undefined are left out. */
export type WriteJson = (level: Level, message: string, members: object, nowMs: number) => string;

/** Makes the writer: pino, which writes at every level and into a text. Whether a line is wanted was asked before. */
export function createJsonWriter(): WriteJson {
  let line = "";
  const destination = {
    write: (text: string): void => {
      line = text;
    },
  };
  const clock = createClockWords();
  const logger = pino(
    {
      level: "debug",
      base: null,
      timestamp: clock.member,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
  return (level, message, members, nowMs) => {
    clock.set(nowMs);
    logger[level](members, message);
    return plainLine(line.slice(0, -1));
  };
}

/** Tells the time in words. It remembers the last moment: many lines are of one. */
function createClockWords() {
  let lastMs = Number.NaN;
  let member = "";
  return {
    set: (nowMs: number): void => {
      if (nowMs === lastMs) return;
      member = `,"time":"${new Date(nowMs).toISOString()}"`;
      lastMs = nowMs;
    },
    member: (): string => member,
  };
}
