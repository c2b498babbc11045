import type { Asked } from "../asked.ts";
import type { Upstream } from "../service.ts";
import { functionArn } from "./function-arn.ts";

/**
 * The action that requests to a function URL need.
 *
 * @throws Refusal internal: an upstream without an account or a function, which the configuration does not let through
 */
export function askedOfLambdaUrl(upstream: Upstream): readonly Asked[] {
  return [
    {
      action: "lambda:InvokeFunctionUrl",
      resource: { prefix: functionArn(upstream).arn, rest: "nothing" },
      covers: ["lambda:InvokeFunction"],
    },
  ];
}
