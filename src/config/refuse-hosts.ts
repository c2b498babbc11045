import type { Draft } from "./draft.ts";
import type { Found } from "./problem.ts";

/** Finds hosts of requests that could name a bucket of one upstream, and something else. */
export function refuseHosts(draft: Draft): readonly Found[] {
  return [...nestedSuffixes(draft), ...matchedSuffixes(draft)];
}

interface Suffix {
  readonly key: string;
  readonly suffix: string;
}

function suffixesOf({ upstreams }: Draft): readonly Suffix[] {
  return upstreams.flatMap(({ key, fit }) => {
    const suffix = fit?.addressing.hostSuffix;
    return suffix === undefined ? [] : [{ key, suffix }];
  });
}

/** A suffix that ends in another's: a bucket with dots in its name could stand before either. */
function nestedSuffixes(draft: Draft): Found[] {
  const suffixes = suffixesOf(draft);
  return suffixes.flatMap(({ key, suffix }) =>
    suffixes
      .filter((other) => suffix.endsWith(`.${other.suffix}`))
      .map((other) => ({
        path: ["upstreams", key, "addressing", "hostSuffix"],
        message: `a host that ends in ${suffix} ends in ${other.suffix} of ${other.key} as well`,
      })),
  );
}

/** A host to match that is a suffix, or a bucket before one. An upstream's own suffix, without a bucket, is itself. */
function matchedSuffixes(draft: Draft): Found[] {
  const suffixes = suffixesOf(draft);
  return draft.upstreams.flatMap(({ key, fit }) => {
    const host = fit?.match?.host?.replace(/:\d*$/, "");
    if (host === undefined) return [];
    return suffixes
      .filter(({ key: of, suffix }) => host.endsWith(`.${suffix}`) || (host === suffix && of !== key))
      .map((other) => ({
        path: ["upstreams", key, "match", "host"],
        message: `${host} ends in ${other.suffix}, before which ${other.key} has the names of buckets`,
      }));
  });
}
