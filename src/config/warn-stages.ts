import { isByStages } from "./called-at.ts";
import type { Draft } from "./draft.ts";
import type { Found } from "./problem.ts";

/**
 * Finds APIs beside which others may be at the same host: a path that begins with the stage or the mapping of another
 * would be decided as a path of this one.
 */
export function warnOfStages({ upstreams }: Draft): readonly Found[] {
  return upstreams.flatMap(({ key, fit }) => {
    if (fit?.api === undefined) return [];
    const { stage, otherStages, otherMappings } = fit.api;
    const path = ["upstreams", key, "api"];
    if (!isByStages(fit)) return otherMappings === undefined ? [{ path, message: OTHER_MAPPINGS }] : [];
    return stage === "$default" && otherStages === undefined
      ? [{ path: [...path, "stage"], message: OTHER_STAGES }]
      : [];
  });
}

const OTHER_STAGES =
  "a path that begins with another stage's name reaches that stage: name those in otherStages, [] where there are none";
const OTHER_MAPPINGS =
  "a path that begins with another mapping of the domain reaches its API: name those in otherMappings, [] where there are none";
