import { Refusal } from "../../domain/refusal.ts";
import type { ApiPlace, Upstream } from "../service.ts";

/**
 * The API that an upstream is.
 *
 * @throws Refusal internal: the configuration demands one of every upstream of API Gateway
 */
export function placeOf({ name, api }: Upstream): ApiPlace {
  if (api === undefined) throw new Refusal("internal", { detail: `upstream ${name} has no api` });
  return api;
}

/**
 * What the ARNs of an upstream's requests begin with, such as `arn:aws:execute-api:us-east-1:123456789012:abc123/prod/`
 * (Service Authorization Reference, Amazon API Gateway).
 *
 * @throws Refusal internal: the configuration demands the account
 */
export function stageArn(upstream: Upstream): string {
  const { name, partition, region, account } = upstream;
  const { id, stage } = placeOf(upstream);
  if (account === undefined) throw new Refusal("internal", { detail: `upstream ${name} has no account` });
  return `arn:${partition}:execute-api:${region}:${account}:${id}/${stage}/`;
}
