import type { Policy } from "../policy/compile.ts";
import type { PolicyMode } from "../telemetry/gauges.ts";

/** What becomes at a time of what no rule allows: record mode ends by itself. */
export function policyModeAt({ recording }: Pick<Policy, "recording">, nowMs: number): PolicyMode {
  return recording?.isOn(nowMs) === true ? "record" : "enforce";
}
