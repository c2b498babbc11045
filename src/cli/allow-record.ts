import type { Config } from "../config/schema.ts";
import { policyModeAt } from "../sidecar/mode.ts";

/** Why a configuration may not run where nobody said `--allow-record`; undefined where it may. */
export function recordProblem(config: Config, allowRecord: boolean): string | undefined {
  if (allowRecord || policyModeAt(config, Date.now()) !== "record") return undefined;
  return "policy.mode: record lets through what no rule allows; whoever means it starts Postern with --allow-record";
}
