import { Refusal } from "../../domain/refusal.ts";
import type { Segment, Segments } from "../segments.ts";
import type { Upstream } from "../service.ts";
import { unknownOperation } from "./head.ts";
import type { Members } from "./members.ts";
import type { ApiModel } from "./model.ts";
import { type ApiRoute, routesOf } from "./routes.ts";

/** What a request is found by. */
interface Wanted {
  readonly method: string;
  readonly path: Segments;
  readonly query: Members["query"];
}

/** A route, and what its labels hold. */
interface FoundRoute {
  readonly route: ApiRoute;
  readonly labels: ReadonlyMap<string, string>;
}

/**
 * Finds the route that a request takes, the most literal one that fits.
 *
 * @throws Refusal operation-unknown, target-ambiguous
 */
export function findRoute(wanted: Wanted, model: ApiModel, { service }: Upstream): FoundRoute {
  for (const route of routesOf(model)) {
    const places = route.method === wanted.method ? placedIn(wanted.path.segments, route) : undefined;
    if (places === undefined || !saysAll(wanted.query, route)) continue;
    refuseActions(wanted.query, route);
    return { route, labels: labelsOf(places, wanted.path, route) };
  }
  throw unknownOperation(`${service}: a method and path that are in no table`);
}

/** What stands in place of each part. */
type Places = readonly (readonly Segment[])[];

function placedIn(segments: readonly Segment[], { parts }: ApiRoute): Places | undefined {
  const spare = segments.length - parts.length;
  const greedy = parts.findIndex(({ kind }) => kind === "greedy");
  if (greedy === -1 ? spare !== 0 : spare < 0) return undefined;
  const startOf = (i: number): number => (greedy !== -1 && i > greedy ? i + spare : i);
  const fits = parts.every((part, i) => part.kind !== "literal" || segments[startOf(i)]?.text === part.text);
  return fits ? parts.map((_, i) => segments.slice(startOf(i), startOf(i + 1))) : undefined;
}

/** Whether the query says what a route demands; in other words than that it could still be meant. */
function saysAll(query: Members["query"], route: ApiRoute): boolean {
  return route.query.every(([name, value]) => {
    const named = [...query.keys()].filter((other) => other.toLowerCase() === name.toLowerCase());
    if (named.length === 0) return false;
    const values = query.get(name) ?? [];
    if (named.length > 1 || values.length !== 1 || values[0] !== value)
      throw new Refusal("target-ambiguous", { detail: `${name} in the query might mean ${route.name}` });
    return true;
  });
}

/** `Action` is how the query protocol names an operation. */
function refuseActions(query: Members["query"], route: ApiRoute): void {
  const isNamed = route.query.some(([name]) => name === "Action");
  if (!isNamed && [...query.keys()].some((name) => name.toLowerCase() === "action"))
    throw new Refusal("target-ambiguous", { detail: "Action in the query of rest-json" });
}

/** Odd escapes pass in labels that name a resource: what is read there is read as that name, or refused. */
function labelsOf(
  places: Places,
  { endsInSlash }: Segments,
  { parts, naming }: ApiRoute,
): FoundRoute["labels"] {
  const labels = new Map<string, string>();
  for (const [i, part] of parts.entries()) {
    if (part.kind === "literal") continue;
    const held = places[i] ?? [];
    if (held.some(({ isOdd }) => isOdd) && !naming.has(part.name))
      throw new Refusal("target-ambiguous", { detail: `an escape in ${part.name} that has two readings` });
    labels.set(part.name, held.map(({ text }) => text).join("/"));
  }
  if (endsInSlash && parts.at(-1)?.kind === "greedy")
    throw new Refusal("target-ambiguous", { detail: "a slash at the end that may belong to a name" });
  return labels;
}
