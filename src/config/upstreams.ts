import { partitionOf } from "../aws/arn.ts";
import { endpointOf } from "../aws/endpoint.ts";
import type { TableKeys, Upstream } from "../aws/service.ts";
import { type ServiceName, serviceOf } from "../aws/services.ts";
import type { Config } from "./schema.ts";

type Settings = Config["upstreams"][string];

/** The upstreams of a configuration with their defaults filled in: what to read requests by, and where to send them. */
export function upstreamsOf({ upstreams, aws }: Config) {
  return Object.entries(upstreams).map(([name, settings]) => {
    const upstream = upstreamOf(name, settings, aws);
    const url = settings.endpoint ?? endpointOf(settings.service, upstream.region, aws.endpoint);
    const { origin, host } = new URL(url);
    return {
      upstream,
      service: serviceOf(settings.service as ServiceName),
      origin,
      host,
      match: settings.match,
    };
  });
}

/** One upstream as its requests are read. */
export function upstreamOf(name: string, settings: Settings, aws: Config["aws"]): Upstream {
  const region = settings.region ?? aws.region;
  return {
    name,
    service: settings.service,
    region,
    partition: partitionOf(region),
    account: settings.account ?? aws.account,
    expectBucketOwner: settings.account !== undefined,
    tables: tablesOf(settings.tables),
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
