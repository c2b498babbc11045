import { LocalError } from "../request.ts";
import type { LocalRequest } from "../request.ts";
import type { Api, World } from "../world.ts";
import type { Addressee } from "./addressee.ts";
import type { Place } from "./dynamodb-resource.ts";
import { hasRoute } from "./gateway-routes.ts";
import { percentDecode, utf8 } from "./percent.ts";
import type { Requirement } from "./requirement.ts";

/** What of API Gateway a request is for. */
export interface GatewayTarget {
  readonly api: Api;
  readonly stage: string;
  /** What follows stage or base path, as it stood on the wire; begins with `/`. */
  readonly path: string;
}

/** A call of an API, as its signed bytes say it. */
export interface GatewayCall extends GatewayTarget {
  /** `Invoke`, or of a WebSocket API `Connect`, `PostToConnection`, `GetConnection`, `DeleteConnection`. */
  readonly operation: string;
  /** Of a connection. */
  readonly connectionId?: string;
  readonly requirements: readonly Requirement[];
}

/** Methods on `@connections/{id}`. */
const CONNECTION_OPERATIONS: ReadonlyMap<string, string> = new Map([
  ["POST", "PostToConnection"],
  ["GET", "GetConnection"],
  ["DELETE", "DeleteConnection"],
]);

/**
 * Finds API, stage and path.
 *
 * @throws LocalError `ForbiddenException` 403 where there is no such API, stage or mapping.
 */
export function readGatewayTarget(path: string, addressee: Addressee, world: World): GatewayTarget {
  if (addressee.kind === "domain") return byMapping(path, addressee, world);
  if (addressee.kind === "function" || addressee.api === undefined) throw forbidden();
  const { api } = addressee;
  const [, first = "", ...rest] = path.split("/");
  const stage = decoded(first);
  if (stage !== "$default" && api.stages.includes(stage)) return { api, stage, path: `/${rest.join("/")}` };
  if (api.stages.includes("$default")) return { api, stage: "$default", path };
  throw forbidden();
}

/**
 * Reads what a call needs. The path of the resource is decoded once, as a whole; a `/` at its end is no part of it.
 *
 * Sources: API Gateway Developer Guide, "Control access for invoking an API", "Use @connections commands", "Use IAM
 * authorization" of WebSocket APIs; Service Authorization Reference, "Actions, resources, and condition keys for Amazon
 * API Gateway Management V2".
 *
 * @throws LocalError `MissingAuthenticationTokenException` 403 for what no route takes.
 */
export function parseGateway(
  { method, upgrade }: Pick<LocalRequest, "method" | "upgrade">,
  target: GatewayTarget,
  { region, account }: Place,
): GatewayCall {
  const { api, stage } = target;
  if (upgrade !== undefined)
    return parseConnect(target, `arn:aws:execute-api:${region}:${account}:${api.id}`);
  const path = decoded(target.path).replace(/^\//, "").replace(/\/$/, "");
  const arn = `arn:aws:execute-api:${region}:${account}:${api.id}/${stage}/${method}/${path}`;
  const needs = (action: string): readonly Requirement[] => [
    { action: `execute-api:${action}`, resource: arn, context: {} },
  ];
  if (api.websocket !== true) {
    if (!hasRoute(api, method, path)) throw noRoute();
    return { ...target, operation: "Invoke", requirements: needs("Invoke") };
  }
  const operation = CONNECTION_OPERATIONS.get(method);
  const connectionId = /^@connections\/(.+)$/s.exec(path)?.[1];
  if (operation === undefined || connectionId === undefined) throw forbidden();
  return { ...target, operation, connectionId, requirements: needs("ManageConnections") };
}

/** A connection is opened at the stage itself, by a route that has neither method nor path. */
function parseConnect(target: GatewayTarget, api: string): GatewayCall {
  if (target.api.websocket !== true || target.path !== "/") throw forbidden();
  const resource = `${api}/${target.stage}/$connect`;
  const requirements = [{ action: "execute-api:Invoke", resource, context: {} }];
  return { ...target, operation: "Connect", requirements };
}

function byMapping(
  path: string,
  { mappings }: Addressee & { readonly kind: "domain" },
  { apis = [] }: World,
): GatewayTarget {
  const segments = path.split("/").slice(1);
  const longestFirst = mappings.toSorted((a, b) => (b.basePath ?? "").length - (a.basePath ?? "").length);
  for (const { basePath = "", api: id, stage } of longestFirst) {
    const base = basePath === "" ? [] : basePath.split("/");
    const api = apis.find((each) => each.id === id);
    if (api === undefined || !base.every((text, at) => decoded(segments[at] ?? "") === text)) continue;
    return { api, stage, path: `/${segments.slice(base.length).join("/")}` };
  }
  throw forbidden();
}

function decoded(path: string): string {
  const bytes = percentDecode(path, "plus-is-plus");
  const text = bytes === undefined ? undefined : utf8(bytes);
  if (text === undefined) throw new LocalError("BadRequestException", "Bad Request", 400);
  return text;
}

function forbidden(): LocalError {
  return new LocalError("ForbiddenException", "Forbidden", 403);
}

/** AWS takes an unknown route for one that nobody may call. */
function noRoute(): LocalError {
  return new LocalError("MissingAuthenticationTokenException", "Missing Authentication Token", 403);
}
