import { Refusal } from "../../domain/refusal.ts";
import { parseArn } from "../arn.ts";
import { malformed } from "../body.ts";
import type { Upstream } from "../service.ts";

/** Names of tables and indexes (DynamoDB developer guide, naming rules). */
const NAME = /^[A-Za-z0-9_.-]{3,255}$/;

/** Names of what belongs to a table, which DynamoDB chooses: a date and time, or numbers. */
const PART_NAME = /^[A-Za-z0-9:._-]{1,255}$/;

const TABLE = "table/";

/** What belongs to a table and has an ARN of its own, besides its indexes. */
export type PartKind = "backup" | "export" | "import" | "stream";

/** One of them. */
export interface TablePart {
  readonly arn: string;
  /** ARN of the table that it belongs to. */
  readonly table: string;
}

/**
 * The ARN of a table. DynamoDB takes a table's name or its ARN in the same member; both come out as the same ARN.
 *
 * @throws Refusal body-malformed, target-ambiguous
 */
export function tableArn(table: string, upstream: Upstream): string {
  return table.startsWith("arn:") ? tableByArn(table, upstream) : `${allTables(upstream)}${checkName(table)}`;
}

/**
 * The ARN of a table that can be named by its ARN only.
 *
 * @throws Refusal body-malformed, target-ambiguous
 */
export function tableByArn(text: string, upstream: Upstream): string {
  return `${allTables(upstream)}${checkName(ownName(text, upstream))}`;
}

/**
 * A part of a table by its ARN, such as `…:table/Orders/stream/2026-01-01T00:00:00.000`.
 *
 * @throws Refusal body-malformed, target-ambiguous
 */
export function partByArn(text: string, kind: PartKind, upstream: Upstream): TablePart {
  const [table = "", found, name = "", ...more] = ownName(text, upstream).split("/");
  if (found !== kind || !PART_NAME.test(name) || more.length > 0) throw malformed(`not the ARN of a ${kind}`);
  const whole = `${allTables(upstream)}${checkName(table)}`;
  return { arn: `${whole}/${kind}/${name}`, table: whole };
}

/** What follows `table/` in an ARN of this upstream. */
function ownName(text: string, upstream: Upstream): string {
  const arn = parseArn(text);
  const isOwn =
    arn !== undefined &&
    arn.service === "dynamodb" &&
    arn.partition === upstream.partition &&
    arn.region === upstream.region &&
    arn.account === accountOf(upstream);
  if (!isOwn || !arn.resource.startsWith(TABLE)) {
    throw new Refusal("target-ambiguous", { detail: "not a table of this account, region and partition" });
  }
  return arn.resource.slice(TABLE.length);
}

/** The ARN of an index of a table. */
export function indexArn(table: string, index: string): string {
  return `${table}/index/${checkName(index)}`;
}

/** The ARN of a global table, which is of no region. */
export function globalTableArn(name: string, upstream: Upstream): string {
  return `${allGlobalTables(upstream)}${checkName(name)}`;
}

/** What the ARNs of all global tables begin with. */
export function allGlobalTables(upstream: Upstream): string {
  return `arn:${upstream.partition}:dynamodb::${accountOf(upstream)}:global-table/`;
}

/** What the ARNs of all the tables of an upstream begin with. */
export function allTables(upstream: Upstream): string {
  return `arn:${upstream.partition}:dynamodb:${upstream.region}:${accountOf(upstream)}:table/`;
}

/** The configuration demands an account for DynamoDB upstreams; a missing one is a fault of ours. */
function accountOf({ name, account }: Upstream): string {
  if (account === undefined) throw new Refusal("internal", { detail: `upstream ${name} has no account` });
  return account;
}

function checkName(name: string): string {
  if (!NAME.test(name)) throw malformed("not the name of a table or index");
  return name;
}
