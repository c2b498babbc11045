import { Refusal } from "../../domain/refusal.ts";
import { parseArn } from "../arn.ts";
import type { Upstream } from "../service.ts";

/** What may stand in an ARN: visible ASCII and spaces, without what patterns are made of. */
const ARN_TEXT = /^[\x20-\x7e]+$/;
const OF_PATTERNS = /[*?\\]/;

/**
 * Checks that an ARN is of this upstream's partition and account, and of its region, as far as it names one. One of
 * another account or region would have rules and credentials of its own.
 *
 * @returns the part behind the account
 * @throws Refusal target-ambiguous
 */
export function ownResource(text: string, { partition, region, account }: Upstream): string {
  const arn = ARN_TEXT.test(text) && !OF_PATTERNS.test(text) ? parseArn(text) : undefined;
  const isOwn =
    arn !== undefined &&
    arn.resource !== "" &&
    arn.partition === partition &&
    (arn.region === "" || arn.region === region) &&
    (arn.account === "" || arn.account === (account ?? arn.account));
  if (!isOwn) throw foreign();
  return arn.resource;
}

/** The ARN of something else than could be meant. */
export function foreign(): Refusal {
  return new Refusal("target-ambiguous", {
    detail: "not an ARN of such a thing in this account, region and partition",
  });
}
