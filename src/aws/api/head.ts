import type { Head, Headers } from "../../domain/head.ts";
import type { HeaderLine, Operation } from "../../domain/operation.ts";
import { Refusal } from "../../domain/refusal.ts";
import { splitTarget } from "../parameters.ts";
import type { Upstream } from "../service.ts";
import type { ApiModel, ApiOperation } from "./model.ts";

/** The headers by which json and rpc-v2-cbor are told from everything else. */
const MARKERS = ["x-amz-target", "smithy-protocol"] as const;

/** The client's own signature and tracing, and what is sent from what was understood. */
const NOT_THE_OPERATION: ReadonlySet<string> = new Set([
  ...MARKERS,
  "x-amz-content-sha256",
  "x-amz-date",
  "x-amz-security-token",
  "x-amz-user-agent",
  "x-amzn-trace-id",
]);

/** Asks for errors as the query protocol has them (Smithy, awsQueryCompatible). */
const QUERY_MODE = "x-amzn-query-mode";

/** The model of an upstream; the configuration has one for every service that has no module of its own. */
export function modelOf({ name, model }: Upstream): ApiModel {
  if (model === undefined) throw new Refusal("internal", { detail: `upstream ${name} has no model` });
  return model;
}

/**
 * The row of an operation.
 *
 * @throws Refusal operation-unknown
 */
export function rowOf({ operations }: ApiModel, name: string, upstream: Upstream): ApiOperation {
  const row = Object.hasOwn(operations, name) ? operations[name] : undefined;
  if (row === undefined) throw unknownOperation(`${upstream.service}: an operation that is in no table`);
  return row;
}

/**
 * Checks the request line of a protocol that has one path, and says the rest elsewhere.
 *
 * @throws Refusal operation-unknown, target-malformed, query-not-allowed
 */
export function checkRequestLine({ method, target }: Head, only: string, { service }: Upstream): void {
  if (method !== "POST") throw unknownOperation(`${service} by ${method}`);
  const { path, query } = splitTarget(target);
  if (path !== only) throw new Refusal("target-malformed", { detail: `${service} has the one path ${only}` });
  if (query !== "") throw new Refusal("query-not-allowed", { detail: `${service} takes no query` });
}

/**
 * Refuses the marks of other protocols than the upstream's: AWS might read the request by those.
 *
 * @throws Refusal target-ambiguous
 */
export function refuseMarkers(headers: Headers, own?: (typeof MARKERS)[number]): void {
  const other = MARKERS.find((name) => name !== own && headers.has(name));
  if (other !== undefined) throw new Refusal("target-ambiguous", { detail: `${other} in another protocol` });
}

/**
 * Chooses the client's `x-amz-` and `x-amzn-` headers that belong to the operation.
 *
 * @param admitted lower-case names besides those that the operator lets through
 * @throws Refusal header-not-allowed
 */
export function admittedLines(
  headers: Headers,
  admitted: readonly string[],
  { service, allowHeaders }: Upstream,
): readonly HeaderLine[] {
  const lines: HeaderLine[] = [];
  for (const [name, value] of headers.entries()) {
    if (!/^x-amzn?-/.test(name) || NOT_THE_OPERATION.has(name)) continue;
    if (!admitted.includes(name) && !allowHeaders.has(name))
      throw new Refusal("header-not-allowed", { detail: `${service} with ${name}` });
    lines.push([name, value]);
  }
  return lines;
}

/**
 * The header by which clients ask for the query protocol's errors, where it stands.
 *
 * @throws Refusal header-not-allowed
 */
export function queryModeLines(headers: Headers, upstream: Upstream): readonly HeaderLine[] {
  const mode = headers.get(QUERY_MODE);
  if (mode !== undefined && mode !== "true")
    throw new Refusal("header-not-allowed", { detail: `${QUERY_MODE} that is not true` });
  return admittedLines(headers, [QUERY_MODE], upstream);
}

/** What every operation of an upstream has, whatever it asks. */
export function ownPlace(
  { name, service, region, isRegional }: Upstream,
  row: ApiOperation,
): Pick<Operation, "upstream" | "service" | "region" | "hostPrefix"> {
  return { upstream: name, service, region, hostPrefix: isRegional ? row.hostPrefix : undefined };
}

/** An operation that cannot be named. */
export function unknownOperation(detail: string): Refusal {
  return new Refusal("operation-unknown", { detail });
}
