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

/** What stands behind a table's name in the ARN of something that belongs to it. */
export type PartOfTable = "backup" | "export" | "import" | "stream";

const NAME = "[a-zA-Z0-9_.-]{1,255}";

/**
 * The table that a call names, by its name or by its ARN.
 *
 * @throws LocalError `ValidationException` when it names none of this account and region.
 */
export function tableResource(name: unknown, place: Place): TableResource {
  if (typeof name !== "string") throw invalid("Value null at 'tableName' failed to satisfy constraint");
  const prefix = tablePrefix(place);
  const table = name.startsWith(prefix) ? name.slice(prefix.length) : name;
  if (!new RegExp(`^${NAME}$`).test(table)) throw invalid(`Invalid table name or ARN: ${name}`);
  return { table, arn: prefix + table };
}

/**
 * The ARN of an index of a table; that of the table where no index is named.
 *
 * @throws LocalError `ValidationException` for what is no name of an index.
 */
export function indexArn(arn: string, index: unknown): string {
  if (index === undefined) return arn;
  if (typeof index !== "string" || !new RegExp(`^${NAME}$`).test(index)) throw invalid("Invalid index name");
  return `${arn}/index/${index}`;
}

/**
 * The ARN that a call gives, which must be one of these.
 *
 * @throws LocalError `ValidationException` when it is not, or of another account or region.
 */
export function givenArn(value: unknown, kinds: readonly (PartOfTable | "table")[], place: Place): string {
  const rest =
    typeof value === "string" && value.startsWith(tablePrefix(place))
      ? value.slice(tablePrefix(place).length)
      : "";
  const isOne = kinds.some((kind) =>
    new RegExp(kind === "table" ? `^${NAME}$` : `^${NAME}/${kind}/[\\w.:-]+$`).test(rest),
  );
  if (!isOne || typeof value !== "string") throw invalid("Invalid ARN");
  return value;
}

/** Global tables are of no region. */
export function globalTableArn(name: unknown, { account }: Place): string {
  if (typeof name !== "string" || !new RegExp(`^${NAME}$`).test(name)) throw invalid("Invalid table name");
  return `arn:aws:dynamodb::${account}:global-table/${name}`;
}

function tablePrefix({ account, region }: Place): string {
  return `arn:aws:dynamodb:${region}:${account}:table/`;
}

function invalid(message: string): LocalError {
  return new LocalError("ValidationException", message, 400);
}
