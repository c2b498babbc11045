import { hostOf } from "./address.ts";
import { readAwsHost } from "./aws-host.ts";
import type { Draft } from "./draft.ts";
import type { Found } from "./problem.ts";
import { inRegion } from "./upstream-schema.ts";

/**
 * Finds APIs whose default stage is meant, at a host that has the paths of all stages: one that begins with another
 * stage's name would be decided as a path of the default stage.
 */
export function warnOfStages({ upstreams }: Draft): readonly Found[] {
  return upstreams.flatMap(({ key, fit }) => {
    if (fit?.api?.stage !== "$default" || fit.api.otherStages !== undefined) return [];
    const { endpoint } = fit;
    const isShared =
      endpoint === undefined || readAwsHost(fit, hostOf(inRegion(endpoint, "us-east-1"))) !== undefined;
    return isShared ? [{ path: ["upstreams", key, "api", "stage"], message: OTHERS }] : [];
  });
}

const OTHERS =
  "a path that begins with another stage's name reaches that stage: name those in otherStages, [] where there are none";
