import type { Config } from "../config/schema.ts";

/**
 * Why a configuration may not run where nobody said `--allow-record`; undefined where it may. That record mode is over
 * does not count: a clock can be set back.
 */
export function recordProblem({ policy }: Config, allowRecord: boolean): string | undefined {
  if (allowRecord || policy.mode !== "record") return undefined;
  return "policy.mode: record lets through what no rule allows; whoever means it starts Postern with --allow-record";
}
