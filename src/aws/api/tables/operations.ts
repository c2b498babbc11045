import type { ApiOperation } from "../model.ts";

/** What the operations of a group touch, as `ApiOperation.resources` has it; `unknown` where nobody can tell. */
export type Touched = readonly string[] | "unknown";

/** Operations that touch the same things. */
export type Group = readonly [touched: Touched, operations: string];

/** What a group cannot say of an operation. */
export type Further = Pick<ApiOperation, "covers" | "headers" | "hostPrefix" | "mayReach">;

/** IAM knows no resource for it. */
export const NO_RESOURCE: Touched = [];

/** `Name`, `Name=Action` where IAM's action has another name, and the route behind it where there is one. */
const OPERATION = /(?<name>[A-Z]\w+)(?:=(?<action>\w+))?(?: +(?<route>[A-Z]+ \/\S*))?/g;

/**
 * A service's operations from groups of their names, in words or, with their routes, in lines.
 *
 * @param prefix of the actions, such as `sqs`
 * @param further what some of them have besides; its actions are named without the prefix
 */
export function operations(
  prefix: string,
  groups: readonly Group[],
  further: Readonly<Record<string, Further>> = {},
): Readonly<Record<string, ApiOperation>> {
  const rows = groups.flatMap(([touched, text]) =>
    [...text.matchAll(OPERATION)].map((match) => {
      const { name = "", action, route } = match.groups ?? {};
      const { covers, ...others } = further[name] ?? {};
      const operation: ApiOperation = {
        action: `${prefix}:${action ?? name}`,
        ...(route !== undefined && { route }),
        ...(touched !== "unknown" && { resources: touched }),
        ...(covers !== undefined && { covers: covers.map((covered) => `${prefix}:${covered}`) }),
        ...others,
      };
      return [name, operation] as const;
    }),
  );
  return Object.fromEntries(rows);
}
