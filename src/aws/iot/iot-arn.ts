import { Refusal } from "../../domain/refusal.ts";
import type { Upstream } from "../service.ts";

/**
 * What the ARNs of an account's clients, topics and filters begin with, such as `arn:aws:iot:us-east-1:123456789012:`
 * (Service Authorization Reference, AWS IoT).
 *
 * @throws Refusal internal: the configuration demands the account
 */
export function iotArn({ name, partition, region, account }: Upstream): string {
  if (account === undefined) throw new Refusal("internal", { detail: `upstream ${name} has no account` });
  return `arn:${partition}:iot:${region}:${account}:`;
}
