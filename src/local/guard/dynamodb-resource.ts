import { LocalError } from "../request.ts";

/** Where the stand-in's tables are. */
export interface Place {
  readonly account: string;
  readonly region: string;
}

/** A table by name and by ARN. */
export interface TableResource {
  readonly table: string;
  readonly arn: string;
}

/**
 * The table that a call names, by its name or by its ARN.
 *
 * @throws LocalError `ValidationException` when it names none of this account and region.
 */
export function tableResource(name: unknown, { account, region }: Place): TableResource {
  if (typeof name !== "string") throw invalid("Value null at 'tableName' failed to satisfy constraint");
  const prefix = `arn:aws:dynamodb:${region}:${account}:table/`;
  const table = name.startsWith(prefix) ? name.slice(prefix.length) : name;
  if (!/^[a-zA-Z0-9_.-]{1,255}$/.test(table)) throw invalid(`Invalid table name or ARN: ${name}`);
  return { table, arn: prefix + table };
}

function invalid(message: string): LocalError {
  return new LocalError("ValidationException", message, 400);
}
