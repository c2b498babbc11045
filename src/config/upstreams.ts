import { partitionOf } from "../aws/arn.ts";
import type { TableKeys, Upstream } from "../aws/service.ts";
import { serviceOf } from "../aws/services.ts";
import { actionPrefixOf, apiModelOf } from "./api-model.ts";
import { apiPlaceOf, calledAt } from "./called-at.ts";
import type { Config } from "./schema.ts";
import { webSocketRulesOf } from "./websocket-rules.ts";

type Settings = Config["upstreams"][string];

/**
 * The upstreams of a configuration with their defaults filled in, each once for each of its regions, the first region
 * first: what to read requests by, and where to send them.
 */
export function upstreamsOf({ upstreams, aws, identity }: Config) {
  return Object.entries(upstreams).flatMap(([name, settings]) =>
    regionsOf(settings, aws).map((region) => {
      const { origin, host } = calledAt(settings, { ...aws, region });
      const upstream = upstreamOf(name, settings, { ...aws, region });
      return {
        upstream,
        service: serviceOf(settings.service, {
          isFunctionUrl: settings.function !== undefined,
          protocol: settings.protocol ?? upstream.model?.protocols[0],
        }),
        origin,
        host,
        match: settings.match,
        hostSuffix: settings.addressing.hostSuffix,
        auth: settings.auth,
        identityHeaders: Object.entries(settings.identityHeaders).map(([name, of]) => ({ name, ...of })),
        cors: corsOf(settings, identity),
        webSocket: webSocketRulesOf(settings),
      };
    }),
  );
}

/** A page may call with a cookie where both say so: this upstream, and who the cookie is for. */
function corsOf({ cors }: Settings, { cookie }: Pick<Config["identity"], "cookie">) {
  if (cors === undefined) return undefined;
  const { origins, allowHeaders, exposeHeaders, maxAge } = cors;
  return {
    origins: new Set(origins),
    allowHeaders,
    exposeHeaders,
    maxAgeSeconds: Math.floor(maxAge / 1000),
    credentialed: new Set(origins.filter((origin) => cookie?.origins.includes(origin) === true)),
  };
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
    actionPrefix: actionPrefixOf(settings),
    region,
    partition: partitionOf(region),
    account: settings.account ?? account,
    expectBucketOwner: settings.account !== undefined,
    isRegional: settings.endpoint === undefined && endpoint === undefined,
    addressing: { style, bucket, accessPoint },
    tables: tablesOf(settings.tables),
    api: apiPlaceOf(settings, region),
    functionName: settings.function?.name,
    model: apiModelOf(settings),
    hashesBodies: settings.service !== "s3" || settings.insecureHttp,
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
