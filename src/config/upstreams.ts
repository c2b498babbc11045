import { partitionOf } from "../aws/arn.ts";
import { endpointOf } from "../aws/endpoint.ts";
import type { TableKeys, Upstream } from "../aws/service.ts";
import { serviceOf } from "../aws/services.ts";
import type { Config } from "./schema.ts";
import { inRegion } from "./upstream-schema.ts";

type Settings = Config["upstreams"][string];

/**
 * The upstreams of a configuration with their defaults filled in, each once for each of its regions, the first region
 * first: what to read requests by, and where to send them.
 */
export function upstreamsOf({ upstreams, aws }: Config) {
  return Object.entries(upstreams).flatMap(([name, settings]) =>
    regionsOf(settings, aws).map((region) => {
      const { service, match, addressing } = settings;
      const own = settings.endpoint && inRegion(settings.endpoint, region);
      const url = own ?? endpointOf(service, region, aws.endpoint);
      const { origin, host } = new URL(url);
      return {
        upstream: upstreamOf(name, settings, { ...aws, region }),
        service: serviceOf(service, { isFunctionUrl: settings.function !== undefined }),
        origin,
        host,
        match,
        hostSuffix: addressing.hostSuffix,
        auth: settings.auth,
        identityHeaders: [],
        cors: undefined,
      };
    }),
  );
}

/** Where an upstream is, the region of requests that name none first. */
export function regionsOf(
  { region, regions }: Pick<Settings, "region" | "regions">,
  aws: Pick<Config["aws"], "region">,
): readonly string[] {
  return regions ?? [region ?? aws.region];
}

/** One upstream as its requests in one region are read. */
export function upstreamOf(
  name: string,
  settings: Settings,
  { region, account, endpoint }: Config["aws"],
): Upstream {
  const { style, bucket, accessPoint } = settings.addressing;
  return {
    name,
    service: settings.service,
    actionPrefix: settings.service,
    region,
    partition: partitionOf(region),
    account: settings.account ?? account,
    expectBucketOwner: settings.account !== undefined,
    isRegional: settings.endpoint === undefined && endpoint === undefined,
    addressing: { style, bucket, accessPoint },
    tables: tablesOf(settings.tables),
    api: undefined,
    functionName: settings.function?.name,
    model: undefined,
    hashesBodies: settings.insecureHttp || settings.service !== "s3",
    maxBodyBytes: settings.maxBody,
    allowHeaders: new Set(settings.allowHeaders),
    allowQuery: new Set(settings.allowQuery),
  };
}

function tablesOf(tables: Settings["tables"]): ReadonlyMap<string, TableKeys> {
  return new Map(
    Object.entries(tables).map(([table, { partitionKey, indexes }]) => [
      table,
      { partitionKey, indexes: new Map(Object.entries(indexes)) },
    ]),
  );
}
