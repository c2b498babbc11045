import { DYNAMODB_TABLE, TRANSACT_ACTIONS } from "../aws/dynamodb/table.ts";
import { countedByS3 } from "../aws/s3/counted.ts";
import type { Counted } from "../policy/diff/region.ts";

/**
 * Each action with one that requests for it may count as, where a rule denies that: all that `Requirement.covers` can
 * hold of the services that Postern reads.
 */
export function countedActions(): readonly Counted[] {
  const dynamodb = Object.entries(DYNAMODB_TABLE).flatMap(([name, { covers = [], naming }]) =>
    [...covers, ...(naming === "write-items" ? WRITES : [])].map((covered): Counted => [
      `dynamodb:${name}`,
      covered,
    ]),
  );
  return [...countedByS3(), ...dynamodb];
}

/** What each entry of a batch may do. */
const WRITES = [TRANSACT_ACTIONS["Put"] ?? "", TRANSACT_ACTIONS["Delete"] ?? ""];
