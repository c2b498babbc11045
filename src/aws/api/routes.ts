import { parseQuery } from "../../domain/query.ts";
import type { ApiModel, ApiOperation } from "./model.ts";
import { parseTemplate, placesOf } from "./template.ts";

/** A part of a route's path: its text, or the name of a label. */
export type RoutePart =
  | { readonly kind: "literal"; readonly text: string }
  /** `greedy` takes one segment or more. */
  | { readonly kind: "label" | "greedy"; readonly name: string };

/** How an operation of rest-json is asked for. */
export interface ApiRoute {
  readonly name: string;
  readonly operation: ApiOperation;
  readonly method: string;
  readonly parts: readonly RoutePart[];
  /** Labels that name what the operation touches. */
  readonly naming: ReadonlySet<string>;
  /** Whether a member that names what it touches is in neither path nor query: the templates say so, and no request. */
  readonly readsBody: boolean;
  /** What the query must say. */
  readonly query: readonly (readonly [name: string, value: string])[];
}

const ROUTE = /^(?<method>[A-Z]+) \/(?<path>[^?]*)(?:\?(?<query>.*))?$/;
const LABEL = /^\{(?<name>[A-Za-z][\w-]*)(?<greedy>\+)?\}$/;

const made = new WeakMap<ApiModel, readonly ApiRoute[]>();

/** The routes of a model, the most literal first; made once for each. */
export function routesOf(model: ApiModel): readonly ApiRoute[] {
  const found = made.get(model);
  if (found !== undefined) return found;
  const routes = Object.entries(model.operations)
    .flatMap(([name, operation]) => routeOf(name, operation))
    .sort((a, b) => compare(rankOf(a), rankOf(b)));
  made.set(model, routes);
  return routes;
}

/** The operations whose route is that of another too, but for the names of its labels. */
export function sameRoutes(model: ApiModel): readonly string[] {
  const routes = routesOf(model).map((route) => ({ name: route.name, form: formOf(route) }));
  const forms = routes.map(({ form }) => form);
  return routes.filter(({ form }) => forms.indexOf(form) !== forms.lastIndexOf(form)).map(({ name }) => name);
}

function routeOf(name: string, operation: ApiOperation): readonly ApiRoute[] {
  const { method, path = "", query = "" } = ROUTE.exec(operation.route ?? "")?.groups ?? {};
  if (method === undefined) return [];
  const parts = path
    .split("/")
    .filter((part) => part !== "")
    .map(partOf);
  const labels = new Set(parts.flatMap((part) => (part.kind === "literal" ? [] : [part.name])));
  const members = [...(operation.resources ?? []), ...(operation.mayReach ?? [])]
    .flatMap((text) => placesOf(parseTemplate(text)))
    .flatMap(({ inQuery, steps: [{ member }, ...within] }) =>
      inQuery ? [] : [within.length > 0 ? "" : member],
    );
  return [
    {
      name,
      operation,
      method,
      parts,
      naming: new Set(members.filter((member) => labels.has(member))),
      readsBody: members.some((member) => !labels.has(member)),
      query: parseQuery(query, "literal") ?? [],
    },
  ];
}

function partOf(text: string): RoutePart {
  const { name, greedy } = LABEL.exec(text)?.groups ?? {};
  if (name === undefined) return { kind: "literal", text };
  return { kind: greedy === undefined ? "label" : "greedy", name };
}

const RANKS = { literal: "0", label: "1", greedy: "2" };

/** Sorts literals before labels and those before greedy ones, part by part; then what asks more of the query. */
function rankOf({ parts, query }: ApiRoute): string {
  return `${parts.map(({ kind }) => RANKS[kind]).join("")}3${9 - query.length}`;
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function formOf({ method, parts, query }: ApiRoute): string {
  const path = parts.map((part) => (part.kind === "literal" ? part.text : { kind: part.kind }));
  return JSON.stringify([method, path, query]);
}
