import { Refusal } from "../../domain/refusal.ts";
import type { Upstream } from "../service.ts";

/** The ARN of a function, and what it is a part of. */
export interface FunctionArn {
  /** With the alias, where the URL is that of one. */
  readonly arn: string;
  /** The function itself, where `arn` is that of an alias. */
  readonly whole: string | undefined;
}

/**
 * What an upstream's function URL calls (Service Authorization Reference, AWS Lambda).
 *
 * @throws Refusal internal: the configuration demands the account, and the name makes the upstream a function URL
 */
export function functionArn({ name, partition, region, account, functionName }: Upstream): FunctionArn {
  if (account === undefined || functionName === undefined)
    throw new Refusal("internal", { detail: `upstream ${name} has no account or no function` });
  const functions = `arn:${partition}:lambda:${region}:${account}:function:`;
  const colon = functionName.indexOf(":");
  const whole = colon === -1 ? undefined : `${functions}${functionName.slice(0, colon)}`;
  return { arn: `${functions}${functionName}`, whole };
}
