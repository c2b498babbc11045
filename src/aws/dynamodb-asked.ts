import type { ResourceShape } from "../domain/known-action.ts";
import type { Asked } from "./asked.ts";
import { allGlobalTables, allTables } from "./dynamodb-names.ts";
import { DYNAMODB_TABLE, type TableNaming, transactActions } from "./dynamodb-table.ts";
import type { Upstream } from "./service.ts";

/**
 * Every action that DynamoDB's table of operations can need, on what.
 *
 * @throws Refusal internal: an upstream without an account, which the configuration does not let through
 */
export function askedOfDynamoDb(upstream: Upstream): readonly Asked[] {
  return Object.entries(DYNAMODB_TABLE).flatMap(([name, { naming, covers = [], implies = {} }]) => {
    const own = naming === "transact-items" ? transactActions(name) : [`dynamodb:${name}`];
    return shapesOf(naming, upstream).flatMap((resource) => [
      ...own.map((action) => ({ action, resource, covers })),
      ...Object.values(implies).map((action) => ({ action, resource, covers: [] })),
    ]);
  });
}

function shapesOf(naming: TableNaming, upstream: Upstream): readonly ResourceShape[] {
  const prefix = allTables(upstream);
  switch (naming) {
    case "table-or-index":
      return [
        { prefix, rest: "name" },
        { prefix, rest: "path" },
      ];
    case "global-table":
      return [{ prefix: allGlobalTables(upstream), rest: "name" }];
    case "all-tables":
      return [{ prefix: `${prefix}*`, rest: "nothing" }];
    case "none":
      return [{ prefix: "*", rest: "nothing" }];
    case "table":
    case "request-items":
    case "write-items":
    case "transact-items":
    case "resource-arn":
      return [{ prefix, rest: "name" }];
  }
}
