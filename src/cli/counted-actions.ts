import { DYNAMODB_TABLE, TRANSACT_ACTIONS } from "../aws/dynamodb/table.ts";
import { COPIED, S3_TABLE, type S3Row } from "../aws/s3/table.ts";
import type { Counted } from "../policy/diff/region.ts";

/**
 * Each action with one that requests for it may count as, where a rule denies that: all that `Requirement.covers` can
 * hold of the services that Postern reads.
 */
export function countedActions(): readonly Counted[] {
  const rows: readonly Omit<S3Row, "name">[] = [...Object.values(S3_TABLE), COPIED];
  const s3 = rows.flatMap(({ action, versioned, covers = [] }) => {
    const plain = covers.map((covered): Counted => [action, covered]);
    if (versioned === undefined) return plain;
    return [...plain, ...[action, ...covers].map((covered): Counted => [versioned, covered])];
  });
  const dynamodb = Object.entries(DYNAMODB_TABLE).flatMap(([name, { covers = [], naming }]) =>
    [...covers, ...(naming === "write-items" ? WRITES : [])].map((covered): Counted => [
      `dynamodb:${name}`,
      covered,
    ]),
  );
  return [...s3, ...TAGS_OF_COPIES, ...dynamodb];
}

/** Unless told otherwise, a copy brings the tags of its source along. */
const TAGS_OF_COPIES: readonly Counted[] = [
  ["s3:PutObject", "s3:PutObjectTagging"],
  ["s3:GetObject", "s3:GetObjectTagging"],
  ["s3:GetObjectVersion", "s3:GetObjectTagging"],
];

/** What each entry of a batch may do. */
const WRITES = [TRANSACT_ACTIONS["Put"] ?? "", TRANSACT_ACTIONS["Delete"] ?? ""];
