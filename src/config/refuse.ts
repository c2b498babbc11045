import { hostOf, isLoopback } from "./address.ts";
import type { Draft } from "./draft.ts";
import type { Surroundings } from "./expand.ts";
import { type Found, isAtOrBelow } from "./problem.ts";
import { refuseAuthorize } from "./refuse-authorize.ts";
import { refuseFiles } from "./refuse-files.ts";
import { refuseIdentity } from "./refuse-identity.ts";
import { refuseListeners } from "./refuse-listeners.ts";
import { refuseOperator } from "./refuse-operator.ts";
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
    ...refuseListeners(draft),
    ...refuseOperator(draft),
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

function endpoint({ aws }: Draft): Found[] {
  if (aws?.endpoint === undefined || isLoopback(hostOf(aws.endpoint))) return [];
  const message = "one address for every AWS call is for testing, and must be loopback";
  return [{ path: ["aws", "endpoint"], message }];
}
