import type { ApiRoute, RoutePart } from "../aws/api/routes.ts";

type Parts = readonly RoutePart[];

/**
 * Whether a request could take either of two routes, and neither says more than the other: which of them the service
 * takes nobody can tell.
 */
export function routesClash(one: ApiRoute, other: ApiRoute): boolean {
  return routesMeet(one, other) && !isWithin(one, other) && !isWithin(other, one);
}

/** Whether some request could take either route. */
export function routesMeet(one: ApiRoute, other: ApiRoute): boolean {
  return one.method === other.method && agree(one.query, other.query) && meet(one.parts, other.parts);
}

function agree(one: ApiRoute["query"], other: ApiRoute["query"]): boolean {
  const demanded = new Map(other);
  return one.every(([name, value]) => (demanded.get(name) ?? value) === value);
}

/** Whether every request that takes the one route could take the other. */
function isWithin(one: ApiRoute, other: ApiRoute): boolean {
  const demanded = new Map(one.query);
  return other.query.every(([name]) => demanded.has(name)) && holds(other.parts, one.parts);
}

/** Whether some path is of both. Each step takes one segment; what is greedy may take the next one too. */
function meet(one: Parts, other: Parts): boolean {
  const [[a, ...restOfOne], [b, ...restOfOther]] = [one, other];
  if (a === undefined || b === undefined) return a === b;
  if (a.kind === "literal" && b.kind === "literal" && a.text !== b.text) return false;
  return (
    meet(restOfOne, restOfOther) ||
    (a.kind === "greedy" && meet(one, restOfOther)) ||
    (b.kind === "greedy" && meet(restOfOne, other))
  );
}

/** Whether every path of the narrow is one of the wide. */
function holds(wide: Parts, narrow: Parts): boolean {
  const [[a, ...restOfWide], [b, ...restOfNarrow]] = [wide, narrow];
  if (a === undefined || b === undefined) return a === b;
  if (a.kind === "literal" && (b.kind !== "literal" || a.text !== b.text)) return false;
  if (a.kind === "greedy") return holds(restOfWide, restOfNarrow) || holds(wide, restOfNarrow);
  return holds(restOfWide, restOfNarrow) && (b.kind !== "greedy" || holds(restOfWide, narrow));
}
