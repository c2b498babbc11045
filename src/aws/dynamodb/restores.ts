import { malformed } from "../body.ts";
import { textOf } from "./members.ts";
import { partByArn, tableArn, tableByArn } from "./names.ts";
import type { Touched } from "./touched.ts";
import type { Upstream } from "../service.ts";
import type { JsonObject } from "../strict-json.ts";

const READS = ["dynamodb:GetItem"];

/**
 * What a restore needs on the new table besides (Service Authorization Reference; developer guide, backuprestore_IAM), and
 * what that counts as for denies: to write all items of a new table is to make it.
 */
export const TARGET_ACTIONS: Readonly<Record<string, readonly string[]>> = {
  "dynamodb:BatchWriteItem": ["dynamodb:CreateTable"],
  "dynamodb:DeleteItem": [],
  "dynamodb:GetItem": [],
  "dynamodb:PutItem": [],
  "dynamodb:Query": READS,
  "dynamodb:Scan": READS,
  "dynamodb:UpdateItem": [],
};

/** A backup, and the new table that its items come to. */
export function restoredBackup(input: JsonObject, upstream: Upstream): readonly Touched[] {
  const { arn, table } = partByArn(textOf(input, "BackupArn"), "backup", upstream);
  const target = targetOf(input, upstream);
  return [{ resource: arn, within: [table] }, { resource: target }, ...written(target)];
}

/** A table as it was, and the new table that its items come to. */
export function restoredTable(input: JsonObject, upstream: Upstream): readonly Touched[] {
  const byName = input["SourceTableName"] !== undefined;
  if (byName === (input["SourceTableArn"] !== undefined)) throw malformed("not one source table");
  const source = byName
    ? tableArn(textOf(input, "SourceTableName"), upstream)
    : tableByArn(textOf(input, "SourceTableArn"), upstream);
  return [{ resource: source }, ...written(targetOf(input, upstream))];
}

function targetOf(input: JsonObject, upstream: Upstream): string {
  return tableArn(textOf(input, "TargetTableName"), upstream);
}

function written(target: string): readonly Touched[] {
  return Object.entries(TARGET_ACTIONS).map(([action, covers]) => ({ action, resource: target, covers }));
}
