import { Refusal } from "../../domain/refusal.ts";
import { parseArn } from "../arn.ts";
import type { Upstream } from "../service.ts";

/** Visible ASCII, and single spaces within a name. */
const ARN_TEXT = /^(?:[\x21-\x7e]|(?<=[^ :/]) (?=[^ :/]))+$/;
/** What patterns are made of, and empty parts of a resource, by which a service may take it for another. */
const NOT_IN_RESOURCE = /[*?\\]|[:/]{2}|[:/]$/;

/**
 * Checks that an ARN is of this upstream's service, partition, region and account. One of another would have rules and
 * credentials of its own; one that leaves a part out would not be what a deny names.
 *
 * @returns the part behind the account
 * @throws Refusal target-ambiguous
 */
export function ownResource(text: string, upstream: Upstream): string {
  const arn = ARN_TEXT.test(text) ? parseArn(text) : undefined;
  const isOwn =
    arn !== undefined &&
    arn.resource !== "" &&
    !NOT_IN_RESOURCE.test(arn.resource) &&
    arn.partition === upstream.partition &&
    arn.service === upstream.actionPrefix &&
    arn.region === upstream.region &&
    arn.account !== "" &&
    arn.account === (upstream.account ?? arn.account);
  if (!isOwn) throw foreign();
  return arn.resource;
}

/** The ARN of something else than could be meant. */
export function foreign(): Refusal {
  return new Refusal("target-ambiguous", {
    detail: "not an ARN of such a thing in this account, region and partition",
  });
}
