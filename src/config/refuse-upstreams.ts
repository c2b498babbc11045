import type { Draft } from "./draft.ts";
import type { Found } from "./problem.ts";

/** Finds upstreams that a request could not tell apart, and what they need that is not there. */
export function refuseUpstreams(draft: Draft): readonly Found[] {
  return [...alike(draft), ...needs(draft), ...oddTables(draft)];
}

function alike({ upstreams, aws }: Draft): Found[] {
  const found: Found[] = [];
  const taken = new Map<string, string>();
  for (const { key, fit } of upstreams) {
    if (fit === undefined || aws === undefined) continue;
    const { service, region = aws.region, match } = fit;
    const meant =
      match === undefined
        ? `an SDK's request for ${region}/${service}`
        : `a request for ${match.host ?? "any host"}${match.pathPrefix ?? ""}`;
    const other = taken.get(meant);
    if (other === undefined) taken.set(meant, key);
    else {
      const message = `${meant} could mean ${other} as well; tell them apart by match`;
      found.push({ path: ["upstreams", key], message });
    }
  }
  return found;
}

function needs({ upstreams, aws, sources }: Draft): Found[] {
  const names = sources.map(({ key }) => key);
  return upstreams.flatMap(({ key, fit }) => {
    const path = ["upstreams", key];
    const found: Found[] = [];
    const { service, account = aws?.account, credentials } = fit ?? {};
    if (service === "dynamodb" && aws !== undefined && account === undefined)
      found.push({ path, message: "its ARNs carry an account: set aws.account, or account here" });
    if (credentials !== undefined && !names.includes(credentials)) {
      const message = `no credential source is named "${credentials}" (there is ${names.join(", ")})`;
      found.push({ path: [...path, "credentials"], message });
    }
    return found;
  });
}

function oddTables({ upstreams }: Draft): Found[] {
  return upstreams.flatMap(({ key, fit }) => {
    if (fit === undefined || fit.service === "dynamodb" || Object.keys(fit.tables).length === 0) return [];
    return [
      { path: ["upstreams", key, "tables"], message: `tables are DynamoDB's, and this is ${fit.service}` },
    ];
  });
}
