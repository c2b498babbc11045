import { knownActionsOf } from "../../src/aws/known-actions.ts";
import type { KnownAction } from "../../src/domain/known-action.ts";

/** An upstream with nothing of its own but what ARNs are made of. */
export function anUpstream(service: string, changes: { readonly region?: string } = {}) {
  return {
    name: service,
    service,
    actionPrefix: service,
    region: "us-east-1",
    partition: "aws",
    account: "123456789012",
    expectBucketOwner: false,
    addressing: { style: "path" as const, bucket: undefined, accessPoint: undefined },
    tables: new Map(),
    isRegional: true,
    api: undefined,
    functionName: undefined,
    model: undefined,
    hashesBodies: false,
    maxBodyBytes: 1,
    allowHeaders: new Set<string>(),
    allowQuery: new Set<string>(),
    ...changes,
  };
}

/** What S3 and DynamoDB take. */
export const KNOWN: readonly KnownAction[] = ["s3", "dynamodb"].flatMap((service) =>
  knownActionsOf(anUpstream(service)),
);
