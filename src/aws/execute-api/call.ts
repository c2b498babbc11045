import type { Requirement } from "../../domain/operation.ts";
import { Refusal } from "../../domain/refusal.ts";
import { readSegments } from "../segments.ts";
import type { Upstream } from "../service.ts";
import { placeOf, stageArn } from "./stage.ts";

/** What a request to an API asks. */
export interface Call {
  readonly name: string;
  readonly requirement: Requirement;
}

/** What of an API's paths is AWS's own: the connections of a WebSocket API. */
const CONNECTIONS = "@connections";
const CONNECTIONS_IN_ANY_CASE = /^@connections$/iu;

/** Operations on a connection by method (API reference, API Gateway Management API). */
export const ON_CONNECTION: ReadonlyMap<string, string> = new Map([
  ["POST", "PostToConnection"],
  ["GET", "GetConnection"],
  ["DELETE", "DeleteConnection"],
]);

/**
 * Reads what a path asks of an API: to call the application, or to manage a connection.
 *
 * What the application makes of a path is its own affair, and many take another case or a `/` at the end for the same:
 * both are the same to a deny.
 *
 * @param path the whole of it, with the base path
 * @throws Refusal upstream-unknown, target-malformed, target-ambiguous, operation-unknown
 */
export function readCall(method: string, path: string, upstream: Upstream): Call {
  const { basePath, otherStages } = placeOf(upstream);
  const texts = textsOf(withoutBase(path, basePath));
  if (leadsTo(otherStages, texts))
    throw new Refusal("upstream-unknown", { detail: "another stage or mapping at the API's host" });
  const resource = `${stageArn(upstream)}${method}/${texts.join("/")}`;
  const within = texts.length === 0 ? {} : { within: [`${resource}/`] };
  const place = { resource, ...within, anyCase: true } as const;
  if (texts[0] === undefined || !CONNECTIONS_IN_ANY_CASE.test(texts[0]))
    return { name: "Invoke", requirement: { action: "execute-api:Invoke", ...place } };
  return {
    name: operationOn(method, texts),
    requirement: { action: "execute-api:ManageConnections", covers: ["execute-api:Invoke"], ...place },
  };
}

/**
 * What is needed to open a connection to a WebSocket API: leave for its route `$connect`, which is the only one that AWS asks
 * IAM about (developer guide, control access to WebSocket APIs with IAM authorization).
 *
 * @param path the whole of it: the base path, and at most a `/`, since such an API has no paths
 * @throws Refusal upstream-unknown, operation-unknown
 */
export function readConnect(path: string, upstream: Upstream): Requirement {
  if (withoutBase(path, placeOf(upstream).basePath) !== "/")
    throw new Refusal("operation-unknown", { detail: "a path below that of a WebSocket API" });
  return { action: "execute-api:Invoke", resource: connectArn(upstream), anyCase: true };
}

/** The route by which connections are opened. */
export function connectArn(upstream: Upstream): string {
  return `${stageArn(upstream)}$connect`;
}

/** The router saw to it that the base path is there; another stage must not be reached by a fault of its. */
function withoutBase(path: string, basePath: string): string {
  const rest = path.slice(basePath.length);
  if (!path.startsWith(basePath) || (rest !== "" && !rest.startsWith("/")))
    throw new Refusal("upstream-unknown", { detail: "a path outside of the API's stage" });
  return rest === "" ? "/" : rest;
}

/**
 * The default stage has what no other stage's name begins, and a mapping what no longer one begins (API Gateway
 * developer guide, stages of HTTP APIs; API mappings).
 */
function leadsTo(others: ReadonlySet<string>, texts: readonly string[]): boolean {
  if (others.size === 0) return false;
  const path = `${texts.join("/")}/`.toLowerCase();
  return [...others].some((other) => path.startsWith(`${other}/`));
}

function textsOf(path: string): readonly string[] {
  return readSegments(path).segments.map(({ text, isOdd }) => {
    if (isOdd) throw new Refusal("target-ambiguous", { detail: "an escaped / \\ % ? or # in the path" });
    return text;
  });
}

function operationOn(method: string, [first, id, ...more]: readonly string[]): string {
  if (first !== CONNECTIONS)
    throw new Refusal("target-ambiguous", { detail: `${CONNECTIONS} in another case` });
  const name = ON_CONNECTION.get(method);
  if (name === undefined || id === undefined || more.length > 0)
    throw new Refusal("operation-unknown", { detail: `${method} on ${CONNECTIONS}` });
  return name;
}
