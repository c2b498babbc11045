import { partitionOf } from "../aws/arn.ts";
import { isInTheClear } from "./address.ts";
import type { Draft } from "./draft.ts";
import { needsAccount } from "./api-model.ts";
import type { Found } from "./problem.ts";
import { refuseApis } from "./refuse-apis.ts";
import { refuseEndpoints } from "./refuse-endpoints.ts";
import { refuseHosts } from "./refuse-hosts.ts";
import { refuseServices } from "./refuse-services.ts";
import { refuseWebSockets } from "./refuse-websockets.ts";
import type { Config } from "./schema.ts";
import { inRegion } from "./upstream-schema.ts";
import { regionsOf } from "./upstreams.ts";

/** Finds upstreams that a request could not tell apart, and what they need that is not there. */
export function refuseUpstreams(draft: Draft): readonly Found[] {
  return [
    ...alike(draft),
    ...shadowed(draft),
    ...inTheClear(draft),
    ...oddRegions(draft),
    ...oddAddressing(draft),
    ...refuseApis(draft),
    ...refuseServices(draft),
    ...refuseWebSockets(draft),
    ...refuseEndpoints(draft),
    ...refuseHosts(draft),
    ...needs(draft),
    ...oddTables(draft),
  ];
}

function alike({ upstreams, aws }: Draft): Found[] {
  const found: Found[] = [];
  const taken = new Map<string, string>();
  for (const { key, fit } of upstreams) {
    if (fit === undefined || aws === undefined) continue;
    for (const meant of meaningsOf(fit, aws)) {
      const other = taken.get(meant);
      if (other === undefined) taken.set(meant, key);
      else {
        const message = `${meant} could mean ${other} as well; tell them apart by match`;
        found.push({ path: ["upstreams", key], message });
      }
    }
  }
  return found;
}

type Settings = Config["upstreams"][string];

/** What requests for an upstream look like. */
function meaningsOf(settings: Settings, aws: Config["aws"]): readonly string[] {
  const { service, match, addressing } = settings;
  const byHost = addressing.hostSuffix === undefined ? [] : [`a request for *.${addressing.hostSuffix}`];
  if (match !== undefined)
    return [...byHost, `a request for ${match.host ?? "any host"}${match.pathPrefix ?? ""}`];
  return [
    ...byHost,
    ...regionsOf(settings, aws).map((region) => `an SDK's request for ${region}/${service}`),
  ];
}

/** A prefix is looked for before a name, so that it takes what is meant for an upstream of that name. */
function shadowed({ upstreams }: Draft): Found[] {
  const named = new Set(upstreams.flatMap(({ key, fit }) => (fit?.match === undefined ? [key] : [])));
  return upstreams.flatMap(({ key, fit }) => {
    const { host, pathPrefix = "" } = fit?.match ?? {};
    const [, first = ""] = pathPrefix.split("/");
    if (host !== undefined || !named.has(first)) return [];
    const message = `/${first} is what leads to the upstream ${first}; take another`;
    return [{ path: ["upstreams", key, "match", "pathPrefix"], message }];
  });
}

/** Nobody but the operator can say that the network in between is trusted. */
function inTheClear({ upstreams }: Draft): Found[] {
  return upstreams.flatMap(({ key, fit }) => {
    if (fit === undefined) return [];
    const { endpoint, insecureHttp } = fit;
    const isInsecure = endpoint !== undefined && isInTheClear(inRegion(endpoint, "us-east-1"));
    if (isInsecure === insecureHttp) return [];
    return isInsecure
      ? [
          {
            path: ["upstreams", key, "endpoint"],
            message:
              "http: and ws: are for loopback addresses only; use https: or wss:, or write insecureHttp: true for this upstream",
          },
        ]
      : [
          {
            path: ["upstreams", key, "insecureHttp"],
            message: "it is for an http: endpoint on another machine; leave it out",
          },
        ];
  });
}

/** Regions that are said twice, or of which some would never be called. */
function oddRegions({ upstreams }: Draft): Found[] {
  return upstreams.flatMap(({ key, fit }) => {
    if (fit?.regions === undefined) return [];
    const path = ["upstreams", key, "regions"];
    if (fit.region !== undefined)
      return [{ path, message: "region says the same; leave one of the two out" }];
    const message = oddSeveral(fit, fit.regions);
    return message === undefined ? [] : [{ path, message }];
  });
}

function oddSeveral(
  { endpoint, addressing, api, function: called }: Settings,
  regions: readonly string[],
): string | undefined {
  if (regions.length === 1) return undefined;
  if (api !== undefined) return "an API is in one region; write an upstream for each";
  if (called !== undefined) return "a function is in one region; write an upstream for each";
  // A request is decided once, by ARNs, and they begin with the partition.
  if (new Set(regions.map(partitionOf)).size > 1) return "these regions are not of one partition";
  if (addressing.bucket !== undefined) return "an endpoint that stands for one bucket is in one region";
  if (endpoint === undefined || inRegion(endpoint, "") !== endpoint) return undefined;
  return "an endpoint is in one region, unless it has {region} in it";
}

function oddAddressing({ upstreams }: Draft): Found[] {
  return upstreams.flatMap(({ key, fit }) => {
    if (fit === undefined) return [];
    const { hostSuffix, style, bucket } = fit.addressing;
    const path = ["upstreams", key, "addressing"];
    if (fit.service !== "s3" && (hostSuffix !== undefined || style !== "path" || bucket !== undefined))
      return [{ path, message: `addressing is S3's, and this is ${fit.service}` }];
    if (bucket !== undefined && fit.endpoint === undefined)
      return [{ path, message: "a bucket with an endpoint of its own needs endpoint" }];
    return [];
  });
}

function needs({ upstreams, aws, sources }: Draft): Found[] {
  const names = sources.map(({ key }) => key);
  return upstreams.flatMap(({ key, fit }) => {
    const path = ["upstreams", key];
    const found: Found[] = [];
    const { account = aws?.account, credentials } = fit ?? {};
    if (fit !== undefined && aws !== undefined && account === undefined && needsAccount(fit))
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
