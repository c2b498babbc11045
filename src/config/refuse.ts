import { type Address, hostOf, isLoopback } from "./address.ts";
import type { Draft } from "./draft.ts";
import type { Surroundings } from "./expand.ts";
import { type Found, isAtOrBelow } from "./problem.ts";
import { refuseAuthorize } from "./refuse-authorize.ts";
import { refuseFiles } from "./refuse-files.ts";
import { refuseIdentity } from "./refuse-identity.ts";
import { refuseOverlap } from "./refuse-overlap.ts";
import { refuseRecording } from "./refuse-recording.ts";
import { refuseRules } from "./refuse-rules.ts";
import { refuseSources } from "./refuse-sources.ts";
import { refuseUpstreams } from "./refuse-upstreams.ts";

/**
 * Finds what a schema cannot see: parts that do not fit each other, settings that would not be safe, and files that
 * cannot be read.
 */
export function refuse(draft: Draft, { file, now }: Pick<Surroundings, "file" | "now">): readonly Found[] {
  const inSources = refuseSources(draft);
  const inUpstreams = refuseUpstreams(draft);
  const sound = { ...draft, sources: soundAmong(draft.sources, inSources) };
  return [
    ...listeners(draft),
    ...refuseAuthorize(draft),
    ...endpoint(draft),
    ...refuseIdentity(draft),
    ...inSources,
    ...inUpstreams,
    ...refuseRules(sound),
    // Mended, an upstream may be another.
    ...(inUpstreams.length === 0 ? refuseOverlap(draft) : []),
    ...refuseRecording(sound, now()),
    ...refuseFiles(draft, file),
  ];
}

/** To rules a source that is refused is as one that does not fit the schema. */
function soundAmong(sources: Draft["sources"], found: readonly Found[]): Draft["sources"] {
  const isRefused = (key: string): boolean =>
    found.some(({ path }) => isAtOrBelow(path, ["credentials", key]));
  return sources.map((source) => (isRefused(source.key) ? { ...source, fit: undefined } : source));
}

function listeners({ listen, probes, operator }: Draft): Found[] {
  const found: Found[] = [...inTheClear(listen)];
  if (operator !== undefined && !isLoopback(operator.address.host)) {
    found.push({ path: ["operator", "address"], message: "the operator listener binds loopback only" });
  }
  const taken = new Map<string, string>();
  for (const [face, settings] of Object.entries({ listen, probes, operator })) {
    const spot = settings === undefined ? undefined : spotOf(settings.address);
    const other = spot === undefined ? undefined : taken.get(spot);
    if (other !== undefined)
      found.push({ path: [face, "address"], message: `${other} listens there already; take another port` });
    else if (spot !== undefined) taken.set(spot, face);
  }
  return found;
}

function inTheClear(listen: Draft["listen"]): readonly Found[] {
  if (listen === undefined) return [];
  const { address, tls, plaintext } = listen;
  if (tls !== undefined) {
    const message = "with tls nothing is plaintext; leave one of the two out";
    return plaintext ? [{ path: ["listen", "plaintext"], message }] : [];
  }
  const message =
    "tokens would cross the network unencrypted; listen on loopback or with tls, or write plaintext: true";
  return plaintext || isLoopback(address.host) ? [] : [{ path: ["listen", "address"], message }];
}

/** What no two listeners can share; undefined for port 0, which is any that is free. */
function spotOf({ host, port }: Address): string | undefined {
  return port === 0 ? undefined : `${host.toLowerCase()} ${port}`;
}

function endpoint({ aws }: Draft): Found[] {
  if (aws?.endpoint === undefined || isLoopback(hostOf(aws.endpoint))) return [];
  const message = "one address for every AWS call is for testing, and must be loopback";
  return [{ path: ["aws", "endpoint"], message }];
}
