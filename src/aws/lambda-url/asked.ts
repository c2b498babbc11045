import type { Asked } from "../asked.ts";
import type { Upstream } from "../service.ts";
import { functionArn } from "./function-arn.ts";
import { ACTIONS } from "./lambda-url.ts";

/**
 * The actions that requests to a function URL need.
 *
 * @throws Refusal internal: an upstream without an account or a function, which the configuration does not let through
 */
export function askedOfLambdaUrl(upstream: Upstream): readonly Asked[] {
  const resource = { prefix: functionArn(upstream).arn, rest: "nothing" } as const;
  return ACTIONS.map((action) => ({ action, resource, covers: [] }));
}
