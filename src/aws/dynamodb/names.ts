import { Refusal } from "../../domain/refusal.ts";
import { parseArn } from "../arn.ts";
import { malformed } from "../body.ts";
import type { Upstream } from "../service.ts";

/** Names of tables and indexes (DynamoDB developer guide, naming rules). */
const NAME = /^[A-Za-z0-9_.-]{3,255}$/;

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
  const arn = parseArn(text);
  const own =
    arn !== undefined &&
    arn.service === "dynamodb" &&
    arn.partition === upstream.partition &&
    arn.region === upstream.region &&
    arn.account === accountOf(upstream);
  if (!own || !arn.resource.startsWith("table/")) {
    throw new Refusal("target-ambiguous", { detail: "not a table of this account, region and partition" });
  }
  return `${allTables(upstream)}${checkName(arn.resource.slice("table/".length))}`;
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
