import type { Level } from "./log-settings.ts";
import { plainLine } from "./plain-line.ts";

/** Writes a line of the log as JSON without an end of line; members that are undefined are left out. */
export type WriteJson = (level: Level, message: string, members: object, nowMs: number) => string;

/** Makes the writer. It remembers the last moment in words: many lines are of one. */
export function createJsonWriter(): WriteJson {
  let lastMs = Number.NaN;
  let time = "";
  return (level, message, members, nowMs) => {
    if (nowMs !== lastMs) {
      time = new Date(nowMs).toISOString();
      lastMs = nowMs;
    }
    const rest = JSON.stringify(members).slice(1);
    const head = `{"level":"${level}","time":"${time}","msg":${JSON.stringify(message)}`;
    return plainLine(rest === "}" ? `${head}}` : `${head},${rest}`);
  };
}
