import type { ResourceShape } from "../../domain/known-action.ts";
import type { Asked } from "../asked.ts";
import { allGlobalTables, allTables } from "./names.ts";
import { DYNAMODB_TABLE, type TableNaming, transactActions } from "./table.ts";
import type { Upstream } from "../service.ts";

const tables = (upstream: Upstream): ResourceShape => ({ prefix: allTables(upstream), rest: "name" });
const onTables = (upstream: Upstream): readonly ResourceShape[] => [tables(upstream)];

/** What the requests of each naming touch. */
const SHAPES: Readonly<Record<TableNaming, (upstream: Upstream) => readonly ResourceShape[]>> = {
  table: onTables,
  "table-or-index": (upstream) => [tables(upstream), { ...tables(upstream), rest: "path" }],
  "request-items": onTables,
  "write-items": onTables,
  "transact-items": onTables,
  "resource-arn": onTables,
  "global-table": (upstream) => [{ prefix: allGlobalTables(upstream), rest: "name" }],
  "all-tables": (upstream) => [{ prefix: `${allTables(upstream)}*`, rest: "nothing" }],
  none: () => [{ prefix: "*", rest: "nothing" }],
};

/**
 * Every action that DynamoDB's table of operations can need, on what.
 *
 * @throws Refusal internal: an upstream without an account, which the configuration does not let through
 */
export function askedOfDynamoDb(upstream: Upstream): readonly Asked[] {
  return Object.entries(DYNAMODB_TABLE).flatMap(([name, { naming, covers = [], implies = {} }]) => {
    const own = naming === "transact-items" ? transactActions(name) : [`dynamodb:${name}`];
    return SHAPES[naming](upstream).flatMap((resource) => [
      ...own.map((action) => ({ action, resource, covers })),
      ...Object.values(implies).map((action) => ({ action, resource, covers: [] })),
    ]);
  });
}
