import { endpointOf, functionUrlHostOf } from "../aws/endpoint.ts";
import type { ApiPlace } from "../aws/service.ts";
import { endpointPathOf, hostOf } from "./address.ts";
import { apiModelOf } from "./api-model.ts";
import { readAwsHost } from "./aws-host.ts";
import type { Config } from "./schema.ts";
import { inRegion } from "./upstream-schema.ts";

type Settings = Config["upstreams"][string];
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
  const { id, stage, sendId, otherStages = [], otherMappings = [] } = settings.api;
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
    otherStages: new Set([...inLowerCase(otherStages), ...below(basePath, inLowerCase(otherMappings))]),
    basePath,
    sendsId: sendId ?? isForEvery,
  };
}

/** Where no endpoint is written the API is called at the host that AWS gave it. */
const ITS_OWN = { kind: "service" } as const;

function inLowerCase(names: readonly string[]): readonly string[] {
  return names.map((name) => name.toLowerCase());
}

/** What of the paths of a host goes on behind a base path. All others are out of reach. */
function below(basePath: string, paths: readonly string[]): readonly string[] {
  const start = `${basePath.toLowerCase()}/`;
  return paths
    .map((path) => `/${path}`)
    .flatMap((path) => (path.startsWith(start) ? path.slice(start.length) : []));
}
