import { policyOptionsOf } from "../config/stages.ts";
import type { Config } from "../config/schema.ts";
import type { PolicyMode } from "../telemetry/metrics.ts";

/** What becomes now of what no rule allows: record mode ends by itself. */
export function policyModeAt(config: Config, nowMs: number): PolicyMode {
  const { recording } = policyOptionsOf(config);
  return recording !== undefined && nowMs < recording.untilMs ? "record" : "enforce";
}
