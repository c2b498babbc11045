import { knownActionsOf } from "../../src/aws/known-actions.ts";
import type { PolicyNames } from "../../src/policy/document.ts";
import type { Use } from "../../src/policy/suggest/use.ts";
import { anUpstream } from "./asking.ts";
import { NAMES } from "./ruling.ts";

/** Something that two analysts did three times, and no rule allows, with what a test says otherwise. */
export function aUse(changes: Partial<Use> = {}): Use {
  return {
    issuer: "staff",
    groups: ["analysts"],
    action: "s3:GetObject",
    resource: "arn:aws:s3:::reports/q3.txt",
    rule: undefined,
    role: undefined,
    times: 3,
    callers: 2,
    firstMs: Date.UTC(2026, 0, 15, 12, 0),
    lastMs: Date.UTC(2026, 0, 15, 12, 1),
    ...changes,
  };
}

/** What rules may name with one user pool, and an upstream of S3 and one of DynamoDB. */
export const NAMES_AT_AWS: PolicyNames = {
  ...NAMES,
  actions: ["s3", "dynamodb"].flatMap((service) => knownActionsOf(anUpstream({ name: service, service }))),
};
