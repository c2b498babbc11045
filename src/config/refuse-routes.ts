import type { ApiModel } from "../aws/api/model.ts";
import { sameRoutes } from "../aws/api/routes.ts";
import type { Found } from "./problem.ts";
import type { Config } from "./schema.ts";

type Settings = Config["upstreams"][string];

/** Finds operations that no path leads to, and those to which the path of another leads too. */
export function oddRoutes({ protocol, operations }: Settings, model: ApiModel): readonly Found[] {
  const spoken = protocol ?? model.protocols[0];
  const doubled = new Set(sameRoutes(model));
  return Object.keys(operations).flatMap((name) => {
    const path = ["operations", name, "route"];
    const isRouted = model.operations[name]?.route !== undefined;
    if (spoken !== "rest-json")
      return isRouted ? [{ path, message: `routes are of rest-json, and this is ${spoken}` }] : [];
    if (!isRouted) return [{ path, message: NO_ROUTE }];
    return doubled.has(name) ? [{ path, message: "another operation has this route already" }] : [];
  });
}

const NO_ROUTE = "rest-json needs it: its method and path, like POST /streams/{StreamName}";
