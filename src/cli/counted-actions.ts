import { countedByDynamoDb } from "../aws/dynamodb/asked.ts";
import { countedByS3 } from "../aws/s3/counted.ts";
import type { Counted } from "../policy/diff/region.ts";

/**
 * Each action with one that requests for it may count as, where a rule denies that: all that `Requirement.covers` can
 * hold of the services that Postern reads.
 */
export function countedActions(): readonly Counted[] {
  return [...countedByS3(), ...countedByDynamoDb()];
}
