import { getOrAdd } from "../domain/get-or-add.ts";
import type { Head } from "../domain/head.ts";
import { Refusal } from "../domain/refusal.ts";
import type { Live, Routed } from "./live.ts";

/** Where a request goes, and the target that is left for its service to read. */
export interface Route<L extends Routed = Live> {
  readonly live: L;
  /** The upstream in all its regions. */
  readonly regions: Regions<L>;
  /** Path and query, starting with `/`: all that goes on the wire, with the base path of an API. */
  readonly target: string;
  /** What the client has in its path where the upstream has `basePath`: without a `/` at the end. */
  readonly mount: string;
}

/** An upstream by region, the region of requests that name none first. */
export type Regions<L extends Routed = Live> = ReadonlyMap<string, L>;

/** Chooses the upstream of a request among the configured ones; nothing of the request ever makes an address. */
export type Router<L extends Routed = Live> = (head: Head) => Route<L>;

/** An upstream that was found, and what is left of the target. */
interface Found<L extends Routed> {
  readonly regions: Regions<L>;
  readonly target: string;
  /** What was taken off the client's path. */
  readonly mount: string;
}

/**
 * Makes the router: an explicit `match` first, then a Host that a bucket stands in, then the credential scope of an SDK's
 * signature, then the first path segment as the upstream's name.
 *
 * @param lives each upstream once for each of its regions, the first region first
 */
export function createRouter<L extends Routed>(lives: readonly L[]): Router<L> {
  const all = byUpstream(lives);
  const matched = all.filter((regions) => firstOf(regions).match !== undefined).sort(byNarrowness);
  const suffixed = all.filter((regions) => firstOf(regions).hostSuffix !== undefined);
  const others = all.filter((regions) => firstOf(regions).match === undefined);
  const byScope = new Map(
    others.flatMap((regions) =>
      [...regions.values()].map(({ upstream: { region, service } }) => [`${region}/${service}`, regions]),
    ),
  );
  const byName = new Map(others.map((regions) => [firstOf(regions).upstream.name, regions]));
  return (head) => {
    const scope = readScope(head);
    const found =
      byMatch(matched, head) ??
      byHost(suffixed, head) ??
      (scope === undefined ? byFirstSegment(byName, head.target) : undefined);
    if (found !== undefined) return onBase(found, regionalOf(found.regions, scope));
    const regions = byScope.get(scope ?? "");
    if (regions === undefined)
      throw new Refusal("upstream-unknown", { detail: `no upstream for the scope ${scope}` });
    return withinBase(regions, regionalOf(regions, scope), head.target);
  };
}

/** What was found by a name of Postern's own goes under the base path of the upstream's API. */
function onBase<L extends Routed>({ regions, target, mount }: Found<L>, live: L): Route<L> {
  const { api } = live.upstream;
  return { live, regions, mount, target: api === undefined ? target : api.basePath + target };
}

/** What an SDK signed has AWS's whole path: no other stage of the host is an upstream. */
function withinBase<L extends Routed>(regions: Regions<L>, live: L, target: string): Route<L> {
  const { api } = live.upstream;
  const mount = api === undefined ? "" : api.basePath;
  if (withoutPrefix(target, mount) === undefined)
    throw new Refusal("upstream-unknown", { detail: "a path outside of the API's stage" });
  return { live, regions, mount, target };
}

function byUpstream<L extends Routed>(lives: readonly L[]): readonly Regions<L>[] {
  const upstreams = new Map<string, Map<string, L>>();
  for (const live of lives) {
    const { name, region } = live.upstream;
    getOrAdd(upstreams, name, () => new Map<string, L>()).set(region, live);
  }
  return [...upstreams.values()];
}

function firstOf<L extends Routed>(regions: Regions<L>): L {
  const [first] = regions.values();
  return first as L; // each was made with one
}

/** Of two that fit the same request, the one that says more: a host, with its port, then the longer prefix. */
function byNarrowness<L extends Routed>(a: Regions<L>, b: Regions<L>): number {
  const [one, other] = [firstOf(a).match, firstOf(b).match];
  return (
    (other?.host ?? "").length - (one?.host ?? "").length ||
    (other?.pathPrefix ?? "").length - (one?.pathPrefix ?? "").length
  );
}

/** In the region that an SDK signed for; the first where nobody signed. What is meant for one service reaches no other. */
function regionalOf<L extends Routed>(regions: Regions<L>, scope: string | undefined): L {
  if (scope === undefined) return firstOf(regions);
  const [region = "", service] = scope.split("/");
  const live = regions.get(region);
  if (live === undefined || live.upstream.service !== service)
    throw new Refusal("upstream-unknown", { detail: `the upstream is not that of the scope ${scope}` });
  return live;
}

/** `region/service` of a SigV4 credential scope; undefined for a request that no SDK signed. */
export function readScope({ headers }: Head): string | undefined {
  const authorization = headers.get("authorization");
  if (authorization === undefined || !authorization.startsWith("AWS4-HMAC-SHA256 ")) return undefined;
  const start = authorization.indexOf("Credential=");
  const end = authorization.indexOf(",", start);
  const parts =
    start === -1
      ? []
      : authorization.slice(start + "Credential=".length, end === -1 ? undefined : end).split("/");
  const [region, service, terminator] = parts.slice(-3);
  if (parts.length < 5 || terminator?.trim() !== "aws4_request" || region === "" || service === "") {
    throw new Refusal("token-malformed", { detail: "a SigV4 Authorization without a credential scope" });
  }
  return `${region}/${service}`;
}

function byMatch<L extends Routed>(
  matched: readonly Regions<L>[],
  { headers, target }: Head,
): Found<L> | undefined {
  if (matched.length === 0) return undefined;
  const host = headers.get("host")?.toLowerCase();
  const name = host?.replace(/:\d*$/, "");
  for (const regions of matched) {
    const { host: wanted, pathPrefix: mount = "" } = firstOf(regions).match ?? {};
    // A configured host without a port is that host on any port, since clients add the one that they dial.
    if (wanted !== undefined && wanted !== host && wanted !== name) continue;
    const rest = withoutPrefix(target, mount);
    if (rest !== undefined) return { regions, target: rest, mount };
  }
  return undefined;
}

/** The bucket of virtual-hosted style moves to where path style has it: from there on there is one way to name it. */
function byHost<L extends Routed>(
  suffixed: readonly Regions<L>[],
  { headers, target }: Head,
): Found<L> | undefined {
  if (suffixed.length === 0) return undefined;
  const host = headers.get("host")?.toLowerCase().replace(/:\d*$/, "") ?? "";
  for (const regions of suffixed) {
    const { hostSuffix = "" } = firstOf(regions);
    if (host === hostSuffix) return { regions, target, mount: "" };
    if (host.endsWith(`.${hostSuffix}`))
      return { regions, target: `/${host.slice(0, -hostSuffix.length - 1)}${target}`, mount: "" };
  }
  return undefined;
}

function byFirstSegment<L extends Routed>(byName: ReadonlyMap<string, Regions<L>>, target: string): Found<L> {
  const end = target.slice(1).search(/[/?]/);
  const name = end === -1 ? target.slice(1) : target.slice(1, end + 1);
  const regions = byName.get(name);
  if (regions === undefined)
    throw new Refusal("upstream-unknown", { detail: "the first path segment names no upstream" });
  return { regions, target: withoutPrefix(target, `/${name}`) ?? "/", mount: `/${name}` };
}

/** What follows a prefix, as a target of its own; undefined where the prefix does not end at a segment's end. */
function withoutPrefix(target: string, prefix: string): string | undefined {
  if (!target.startsWith(prefix)) return undefined;
  const rest = target.slice(prefix.length);
  if (rest === "" || rest.startsWith("?")) return `/${rest}`;
  return rest.startsWith("/") ? rest : undefined;
}
