import type { ApiModel } from "../aws/api/model.ts";
import { type ApiRoute, routesOf, sameRoutes } from "../aws/api/routes.ts";
import { parseTemplate, placesOf } from "../aws/api/template.ts";
import type { Found, Path } from "./problem.ts";
import { knownModelOf } from "./api-model.ts";
import { routesClash, routesMeet } from "./routes-clash.ts";
import type { Config } from "./schema.ts";

type Settings = Config["upstreams"][string];

/** Finds operations that no path leads to, and those to which the path of another leads too. */
export function oddRoutes({ service, protocol, operations }: Settings, model: ApiModel): readonly Found[] {
  const spoken = protocol ?? model.protocols[0];
  return Object.keys(operations).flatMap((name) => {
    const path = ["operations", name, "route"];
    const isRouted = model.operations[name]?.route !== undefined;
    if (spoken !== "rest-json")
      return isRouted ? [{ path, message: `routes are of rest-json, and this is ${spoken}` }] : [];
    const known = Object.keys(knownModelOf(service)?.operations ?? {});
    return isRouted ? oddRoute(name, model, known, path) : [{ path, message: NO_ROUTE }];
  });
}

const NO_ROUTE = "rest-json needs it: its method and path, like POST /streams/{StreamName}";

/** @param known operations that Postern knows by itself: what they take is no other's, however much more a route says */
function oddRoute(name: string, model: ApiModel, known: readonly string[], path: Path): Found[] {
  const routes = routesOf(model);
  const own = routes.find((route) => route.name === name);
  if (own === undefined) return [];
  const other = routes.find((route) => routesClash(own, route));
  const isSame = sameRoutes(model).includes(name);
  const isNew = !isSame && !known.includes(name);
  const taken = routes.find((route) => isNew && known.includes(route.name) && routesMeet(own, route));
  return [
    ...(taken === undefined ? [] : [`a request could be ${taken.name}, which Postern knows`]),
    ...(isSame ? ["another operation has this route already"] : []),
    ...(other === undefined ? [] : [`a request could be ${other.name} as well, and neither route says more`]),
    ...oddLabels(own),
    ...oddMembers(own),
  ].map((message) => ({ path, message }));
}

/** Of two labels with one name the last would count, and two greedy ones share a path in many ways. */
function oddLabels(route: ApiRoute): readonly string[] {
  const labels = labelsOf(route).map((label) => label.toLowerCase());
  const greedy = route.parts.filter(({ kind }) => kind === "greedy");
  return [
    ...(new Set(labels).size < labels.length ? ["each label has a name of its own, in any case"] : []),
    ...(greedy.length > 1 ? ["one label at most ends in +"] : []),
  ];
}

/** What is read of the body and stands in the path for the service is whatever the caller likes. */
function oddMembers(route: ApiRoute): readonly string[] {
  const labels = labelsOf(route);
  const written = new Set(labels);
  const misspelt = membersOf(route).flatMap((member) => {
    const label = labels.find((one) => one.toLowerCase() === member.toLowerCase());
    return label === undefined || written.has(member)
      ? []
      : [`{${label}} is {${member}} in resources: write it alike`];
  });
  const isBodiless = ["GET", "HEAD"].includes(route.method) && route.readsBody;
  return misspelt.length === 0 && isBodiless
    ? [`resources name what is not in the route, and a ${route.method} has no body`]
    : misspelt;
}

function labelsOf({ parts }: ApiRoute): readonly string[] {
  return parts.flatMap((part) => (part.kind === "literal" ? [] : [part.name]));
}

/** Members that stand in the path or the body. */
function membersOf({ operation }: ApiRoute): readonly string[] {
  return (operation.resources ?? [])
    .flatMap((text) => placesOf(parseTemplate(text)))
    .flatMap(({ inQuery, steps: [{ member }] }) => (inQuery ? [] : [member]));
}
