import type { ApiOperation } from "../aws/api/model.ts";
import { NOT_TAKEN } from "../aws/api/tables/not-taken.ts";
import { knownModelOf } from "./api-model.ts";
import type { Found, Path } from "./problem.ts";
import type { Config } from "./schema.ts";

type Settings = Config["upstreams"][string];
type Told = Settings["operations"][string];

/**
 * Finds operations that Postern knows, or knows not to take, and that are told as less than they are: what rules say of
 * them would no longer hold. What else one covers may be told, and what one touches of which Postern cannot tell it.
 */
export function refuseKnown({ service, operations }: Settings): readonly Found[] {
  const known = knownModelOf(service)?.operations ?? {};
  const names = new Map(Object.keys(known).map((name) => [name.toLowerCase(), name]));
  return Object.entries(operations).flatMap(([name, told]) => {
    const path = ["operations", name];
    const reason = NOT_TAKEN_IN_LOWER_CASE.get(`${service} ${name.toLowerCase()}`);
    if (reason !== undefined) return [{ path, message: `Postern does not take it: ${reason}` }];
    const meant = names.get(name.toLowerCase());
    const before = meant === undefined ? undefined : known[meant];
    if (before === undefined) return [];
    if (meant !== name) return [{ path, message: `Postern knows it as ${meant}` }];
    return lessThan(before, told, path);
  });
}

const NOT_TAKEN_IN_LOWER_CASE: ReadonlyMap<string, string> = new Map(
  [...NOT_TAKEN].map(([name, reason]) => [name.toLowerCase(), reason]),
);

function lessThan(before: ApiOperation, told: Told, path: Path): Found[] {
  const settled = (["action", "route", "resources"] as const).filter(
    (key) => before[key] !== undefined && told[key] !== undefined,
  );
  const { covers = [] } = before;
  const dropped = covers.filter((action) => told.covers?.includes(action) === false);
  return [
    ...settled.map((key) => ({ path: [...path, key], message: "Postern knows it; leave it out" })),
    ...(dropped.length === 0
      ? []
      : [{ path: [...path, "covers"], message: `it covers ${dropped.join(", ")} as well` }]),
    ...(before.resources === undefined && told.resources?.length === 0
      ? [{ path: [...path, "resources"], message: "it touches something; say what" }]
      : []),
  ];
}
