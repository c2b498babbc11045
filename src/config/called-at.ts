import { endpointOf, functionUrlHostOf } from "../aws/endpoint.ts";
import type { ApiPlace } from "../aws/service.ts";
import { endpointPathOf, hostOf } from "./address.ts";
import { apiModelOf } from "./api-model.ts";
import { readAwsHost } from "./aws-host.ts";
import type { Config } from "./schema.ts";
import { inRegion } from "./upstream-schema.ts";

type Settings = Config["upstreams"][string];
type Api = NonNullable<Settings["api"]>;
type Where = Pick<Config["aws"], "region" | "endpoint">;

/** Where an upstream is called in one region: whom to dial, and the `Host` to sign and send. */
export function calledAt(settings: Settings, { region, endpoint }: Where): Pick<URL, "origin" | "host"> {
  const own = settings.endpoint && inRegion(settings.endpoint, region);
  const usual = new URL(own ?? usualEndpointOf(settings, region));
  if (own !== undefined || endpoint === undefined) return usual;
  const { origin, host } = new URL(endpoint);
  // What stands for all of AWS tells APIs and functions apart as AWS does, which gives each a host of its own.
  const hasOwnHost = settings.api !== undefined || settings.function !== undefined;
  return { origin, host: hasOwnHost ? usual.host : host };
}

/** At AWS. A function whose URL is not told has an endpoint. */
function usualEndpointOf(settings: Settings, region: string): string {
  const { service, api, function: called } = settings;
  if (called !== undefined) return `https://${functionUrlHostOf(called.urlId ?? "unknown", region)}`;
  const prefix =
    api === undefined ? (apiModelOf(settings)?.endpointPrefix ?? service) : `${api.id}.${service}`;
  return endpointOf(prefix, region);
}

/** Whether the paths of an API begin with stages, as at AWS's own hosts, and not with the mappings of a custom domain. */
export function isByStages(settings: Settings): boolean {
  const { endpoint } = settings;
  return (
    endpoint === undefined || readAwsHost(settings, hostOf(inRegion(endpoint, "us-east-1"))) !== undefined
  );
}

/** The API that an upstream is, and where in its host. */
export function apiPlaceOf(settings: Settings, region: string): ApiPlace | undefined {
  if (settings.api === undefined) return undefined;
  const { id, stage, sendId } = settings.api;
  const own = settings.endpoint && inRegion(settings.endpoint, region);
  const standing = own === undefined ? ITS_OWN : readAwsHost(settings, hostOf(own))?.standing;
  const isForEvery = standing?.kind === "api" && standing.id === undefined;
  const written = own === undefined ? "" : endpointPathOf(own);
  // At AWS's own hosts the stage is first in the path; at any other the operator says what is.
  const usual = standing === undefined || stage === "$default" ? "" : `/${stage}`;
  const basePath = written === "" ? usual : written;
  return {
    id,
    stage,
    otherStages: new Set(othersBelow(basePath, settings.api)),
    basePath,
    sendsId: sendId ?? isForEvery,
  };
}

/** Where no endpoint is written the API is called at the host that AWS gave it. */
const ITS_OWN = { kind: "service" } as const;

/** Stages stand behind the host; mappings do too, and of those only what is below the base path is in reach. */
function othersBelow(basePath: string, { otherStages = [], otherMappings = [] }: Api): readonly string[] {
  const start = basePath === "" ? "" : `${basePath.slice(1).toLowerCase()}/`;
  const mappings = otherMappings
    .map((path) => path.toLowerCase())
    .filter((path) => path.startsWith(start))
    .map((path) => path.slice(start.length));
  return [...otherStages.map((stage) => stage.toLowerCase()), ...mappings];
}
