import { partitionOf } from "../aws/arn.ts";
import { endpointOf } from "../aws/endpoint.ts";
import type { TableKeys, Upstream } from "../aws/service.ts";
import { type ServiceName, serviceOf } from "../aws/services.ts";
import type { Config } from "./schema.ts";

type Tables = Config["upstreams"][string]["tables"];

/** The upstreams of a configuration with their defaults filled in: what to read requests by, and where to send them. */
export function upstreamsOf({ upstreams, aws }: Config) {
  return Object.entries(upstreams).map(([name, settings]) => {
    const region = settings.region ?? aws.region;
    const { origin, host } = new URL(settings.endpoint ?? endpointOf(settings.service, region, aws.endpoint));
    const upstream: Upstream = {
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
    return {
      upstream,
      service: serviceOf(settings.service as ServiceName),
      origin,
      host,
      match: settings.match,
    };
  });
}

function tablesOf(tables: Tables): ReadonlyMap<string, TableKeys> {
  return new Map(
    Object.entries(tables).map(([table, { partitionKey, indexes }]) => [
      table,
      { partitionKey, indexes: new Map(Object.entries(indexes)) },
    ]),
  );
}
