import type { ApiModel } from "../aws/api/model.ts";
import { getOrAdd } from "../domain/get-or-add.ts";
import type { Found } from "./problem.ts";
import type { Config } from "./schema.ts";

type Settings = Config["upstreams"][string];

/** Finds operations that no path leads to, and those to which the path of another leads too. */
export function oddRoutes({ protocol, operations }: Settings, model: ApiModel): readonly Found[] {
  const spoken = protocol ?? model.protocols[0];
  const owners = ownersOf(model);
  return Object.keys(operations).flatMap((name) => {
    const path = ["operations", name, "route"];
    const route = model.operations[name]?.route;
    if (spoken !== "rest-json")
      return route === undefined ? [] : [{ path, message: `routes are of rest-json, and this is ${spoken}` }];
    if (route === undefined)
      return [{ path, message: "rest-json needs it: its method and path, like POST /streams/{StreamName}" }];
    const other = owners.get(shapeOf(route))?.find((one) => one !== name);
    return other === undefined ? [] : [{ path, message: `${other} has this route already` }];
  });
}

/** Operations by the paths that lead to them. */
function ownersOf({ operations }: ApiModel): ReadonlyMap<string, readonly string[]> {
  const owners = new Map<string, string[]>();
  for (const [name, { route }] of Object.entries(operations))
    if (route !== undefined) getOrAdd(owners, shapeOf(route), (): string[] => []).push(name);
  return owners;
}

/** A route without the names of its members: a request shows their values alone. */
function shapeOf(route: string): string {
  return route.replace(/\{[^{}+]*(\+?)\}/g, "{$1}");
}
