import type { Service, Upstream } from "../aws/service.ts";
import type { Head } from "../domain/head.ts";
import { Refusal } from "../domain/refusal.ts";
import type { ClockOffset } from "../signing/clock-offset.ts";
import type { Forwarder } from "../upstream/forward.ts";

/** An upstream, and how requests find it. */
export interface Routed {
  readonly upstream: Upstream;
  readonly service: Service;
  /** The `Host` to sign and send. */
  readonly host: string;
  /** What an explicit `match` of the configuration asks for; undefined where there is none. */
  readonly match:
    | { readonly host?: string | undefined; readonly pathPrefix?: string | undefined }
    | undefined;
}

/** An upstream, ready to send to. */
export interface Live extends Routed {
  readonly forwarder: Forwarder;
  /** The time at the upstream, for signing. */
  readonly clock: ClockOffset;
}

/** Where a request goes, and the target that is left for its service to read. */
export interface Route<L extends Routed = Live> {
  readonly live: L;
  /** Path and query, starting with `/`. */
  readonly target: string;
}

/** Chooses the upstream of a request among the configured ones; nothing of the request ever makes an address. */
export type Router<L extends Routed = Live> = (head: Head) => Route<L>;

/**
 * Makes the router: an explicit `match` first, then the credential scope of an SDK's signature, then the first path
 * segment as the upstream's name.
 */
export function createRouter<L extends Routed>(lives: readonly L[]): Router<L> {
  const matched = lives.filter(({ match }) => match !== undefined);
  const others = lives.filter(({ match }) => match === undefined);
  const byScope = new Map(others.map((live) => [`${live.upstream.region}/${live.upstream.service}`, live]));
  const byName = new Map(others.map((live) => [live.upstream.name, live]));
  return (head) => {
    const explicit = matched.length === 0 ? undefined : byMatch(matched, head);
    if (explicit !== undefined) return explicit;
    const scope = readScope(head);
    if (scope === undefined) return byFirstSegment(byName, head.target);
    const live = byScope.get(scope);
    if (live === undefined)
      throw new Refusal("upstream-unknown", { detail: `no upstream for the scope ${scope}` });
    return { live, target: head.target };
  };
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

function byMatch<L extends Routed>(lives: readonly L[], { headers, target }: Head): Route<L> | undefined {
  const host = headers.get("host")?.toLowerCase();
  const name = host?.replace(/:\d*$/, "");
  for (const live of lives) {
    const { match } = live;
    // A configured host without a port is that host on any port, since clients add the one that they dial.
    if (match?.host !== undefined && match.host !== host && match.host !== name) continue;
    const rest = match?.pathPrefix === undefined ? target : withoutPrefix(target, match.pathPrefix);
    if (rest !== undefined) return { live, target: rest };
  }
  return undefined;
}

function byFirstSegment<L extends Routed>(byName: ReadonlyMap<string, L>, target: string): Route<L> {
  const end = target.slice(1).search(/[/?]/);
  const name = end === -1 ? target.slice(1) : target.slice(1, end + 1);
  const live = byName.get(name);
  if (live === undefined)
    throw new Refusal("upstream-unknown", { detail: "the first path segment names no upstream" });
  return { live, target: withoutPrefix(target, `/${name}`) ?? "/" };
}

/** What follows a prefix, as a target of its own; undefined where the prefix does not end at a segment's end. */
function withoutPrefix(target: string, prefix: string): string | undefined {
  if (!target.startsWith(prefix)) return undefined;
  const rest = target.slice(prefix.length);
  if (rest === "" || rest.startsWith("?")) return `/${rest}`;
  return rest.startsWith("/") ? rest : undefined;
}
