import { spawnSync } from "node:child_process";

const PROGRAM = "promtool";

/** Why what Prometheus makes of our files is not asked; undefined where Debian's package `prometheus` is there. */
export const NO_PROMTOOL =
  spawnSync(PROGRAM, ["--version"]).error === undefined
    ? undefined
    : "promtool is not installed, so nothing is read by Prometheus itself here";

/** What it said, and whether it is content. */
export interface Said {
  readonly isContent: boolean;
  readonly words: string;
}

/** Runs promtool. */
export function promtool(words: readonly string[], input?: string): Said {
  const { status, stdout, stderr } = spawnSync(PROGRAM, words, { input, encoding: "utf8" });
  return { isContent: status === 0, words: stdout + stderr };
}
