import { BROUGHT_ALONG } from "./brought-along.ts";
import { COPIED } from "./objects.ts";
import type { S3Action } from "./row.ts";
import { S3_TABLE } from "./table.ts";

type Pair = readonly [action: string, counted: string];

/** Each action of S3's with one that requests for it may count as: all that their `Requirement.covers` can hold. */
export function countedByS3(): readonly Pair[] {
  const rows = Object.values(S3_TABLE).flatMap((row) => [
    ...countsAs(row, [...(row.covers ?? []), ...(row.reaches ?? [])]),
    ...(row.also === undefined ? [] : countsAs(row.also, [])),
  ]);
  const along = BROUGHT_ALONG.flatMap(({ written, read }): readonly Pair[] => [
    ["s3:PutObject", written],
    ...[COPIED.action, COPIED.versioned ?? ""].map((action): Pair => [action, read]),
  ]);
  return [...rows, ...countsAs(COPIED, []), ...along];
}

function countsAs({ action, versioned }: S3Action, covers: readonly string[]): readonly Pair[] {
  const plain = covers.map((covered): Pair => [action, covered]);
  if (versioned === undefined) return plain;
  return [...plain, ...[action, ...covers].map((covered): Pair => [versioned, covered])];
}
