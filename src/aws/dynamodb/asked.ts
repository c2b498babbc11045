import type { ResourceShape } from "../../domain/known-action.ts";
import type { Asked } from "../asked.ts";
import { allGlobalTables, allTables } from "./names.ts";
import { TARGET_ACTIONS } from "./restores.ts";
import { maybeChecked, STATEMENT_ACTIONS } from "./statements.ts";
import {
  DYNAMODB_TABLE,
  type DynamoDbRow,
  TRANSACT_ACTIONS,
  type TableNaming,
  transactActions,
} from "./table.ts";
import type { Upstream } from "../service.ts";

const NONE: readonly string[] = [];

/** What an action touches: tables, what belongs to one and has an ARN of its own, or what a row has a word for. */
type Level = "tables" | "parts" | "global-tables" | "all-tables" | "none";

/** What the requests of each naming touch with their own action. */
const LEVELS: Readonly<Record<TableNaming, readonly Level[]>> = {
  table: ["tables"],
  "table-or-index": ["tables", "parts"],
  "request-items": ["tables"],
  "write-items": ["tables"],
  "transact-items": ["tables"],
  statements: ["tables"],
  "resource-arn": ["tables", "parts"],
  "listed-table": ["tables", "all-tables"],
  backup: ["parts"],
  export: ["parts"],
  import: ["parts"],
  stream: ["parts"],
  "shard-iterator": ["parts"],
  "restored-backup": ["parts", "tables"],
  "restored-table": ["tables"],
  "global-table": ["global-tables"],
  "all-tables": ["all-tables"],
  none: ["none"],
};

/** One action that an operation can need. */
interface Need {
  readonly action: string;
  readonly levels: readonly Level[];
  /** Actions that each such request counts as, for denies. */
  readonly covers: readonly string[];
  /** Actions that some of them count as besides. */
  readonly maybe?: readonly string[];
}

/**
 * Every action that DynamoDB's table of operations can need, on what.
 *
 * @throws Refusal internal: an upstream without an account, which the configuration does not let through
 */
export function askedOfDynamoDb(upstream: Upstream): readonly Asked[] {
  const shapes: Readonly<Record<Level, ResourceShape>> = {
    tables: { prefix: allTables(upstream), rest: "name" },
    parts: { prefix: allTables(upstream), rest: "path" },
    "global-tables": { prefix: allGlobalTables(upstream), rest: "name" },
    "all-tables": { prefix: `${allTables(upstream)}*`, rest: "nothing" },
    none: { prefix: "*", rest: "nothing" },
  };
  return Object.entries(DYNAMODB_TABLE).flatMap(([name, row]) =>
    needsOf(name, row).flatMap(({ action, levels, covers }) =>
      levels.map((level) => ({ action, resource: shapes[level], covers })),
    ),
  );
}

/** Each action with one that a request for it may count as, for denies. */
export function countedByDynamoDb(): readonly (readonly [action: string, covered: string])[] {
  return Object.entries(DYNAMODB_TABLE).flatMap(([name, row]) =>
    needsOf(name, row).flatMap(({ action, covers, maybe = [] }) =>
      [...covers, ...maybe].map((covered) => [action, covered] as const),
    ),
  );
}

/** Where an operation needs other actions than the one of its name, or counts as more. */
const OTHER_NEEDS: Partial<Readonly<Record<TableNaming, (own: Need, name: string) => readonly Need[]>>> = {
  "transact-items": (own, name) => transactActions(name).map((action) => ({ ...own, action })),
  "write-items": (own) => [{ ...own, maybe: WRITES }],
  statements: (own, name) =>
    Object.entries(STATEMENT_ACTIONS).map(([verb, one]) => ({
      ...one,
      levels: verb === "select" ? [...own.levels, "parts"] : own.levels,
      maybe: maybeChecked(name, verb),
    })),
  "restored-backup": (own) => [own, ...ON_TARGET],
  "restored-table": (own) => [own, ...ON_TARGET],
};

function needsOf(name: string, { naming, covers = NONE, implies = {} }: DynamoDbRow): readonly Need[] {
  const own: Need = { action: `dynamodb:${name}`, levels: LEVELS[naming], covers };
  const implied = Object.values(implies).map((action): Need => ({ ...own, action, covers: NONE }));
  return [...(OTHER_NEEDS[naming]?.(own, name) ?? [own]), ...implied];
}

/** What each entry of a batch may do. */
const WRITES = [TRANSACT_ACTIONS["Put"] ?? "", TRANSACT_ACTIONS["Delete"] ?? ""];

const ON_TARGET = Object.entries(TARGET_ACTIONS).map(([action, covers]): Need => ({
  action,
  levels: ["tables"],
  covers,
}));
