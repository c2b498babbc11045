import { partitionOf } from "../aws/arn.ts";
import { endpointPathOf, hostOf, isLoopback } from "./address.ts";
import { readAwsHost } from "./aws-host.ts";
import type { Draft } from "./draft.ts";
import type { Found } from "./problem.ts";
import type { Config } from "./schema.ts";
import type { Standing } from "./standing.ts";
import { inRegion } from "./upstream-schema.ts";
import { regionsOf } from "./upstreams.ts";

/**
 * Finds endpoints of AWS at which a request would mean something else than what was decided: a host that stands for one
 * bucket takes the first segment of a path for a part of the key, and one of another API has other resources. Other hosts
 * are taken as they are.
 */
export function refuseEndpoints({ upstreams, aws }: Draft): readonly Found[] {
  return upstreams.flatMap(({ key, fit }) => {
    if (fit?.endpoint === undefined || aws === undefined) return [];
    const [message] = regionsOf(fit, aws).flatMap((region) => complaintOf(fit, { ...aws, region }) ?? []);
    return message === undefined ? [] : [{ path: ["upstreams", key, "endpoint"], message }];
  });
}

type Settings = Config["upstreams"][string];

/** Of an endpoint as it is in one region. */
function complaintOf(settings: Settings, aws: Config["aws"]): string | undefined {
  const endpoint = inRegion(settings.endpoint ?? "", aws.region);
  const odd = oddPath(settings, endpointPathOf(endpoint));
  if (odd !== undefined) return odd;
  const host = readAwsHost(settings, hostOf(endpoint));
  if (host === undefined) return elsewhere(settings, endpoint);
  const { standing, partitions, region = aws.region } = host;
  if (standing.kind === "no-use") return standing.why;
  if (region !== aws.region) return `this host is in ${region}, and the upstream in ${aws.region}`;
  if (!partitions.includes(partitionOf(region))) return `this host is of another partition than ${region}`;
  return ofStanding(standing, settings, { ...aws, region });
}

function oddPath({ service }: Settings, path: string): string | undefined {
  if (path === "" || service === "execute-api") return undefined;
  if (service !== "iotdevicegateway") return "an endpoint has no path";
  return path === "/mqtt" ? undefined : "the path of MQTT is /mqtt; leave it out";
}

/** A name of one's own can stand before an API, and before nothing that is called by the name that AWS gave it. */
function elsewhere({ function: called }: Settings, endpoint: string): string | undefined {
  if (called === undefined || isLoopback(hostOf(endpoint))) return undefined;
  return "a function URL is called at its own host, https://URLID.lambda-url.REGION.on.aws";
}

function ofStanding(standing: Standing, settings: Settings, aws: Config["aws"]): string | undefined {
  if (standing.kind === "tables") return ofAccount(standing.account, settings.account ?? aws.account);
  if (standing.kind === "api") return ofApi(standing.id, settings);
  if (standing.kind === "function") return ofFunction(standing.urlId, settings);
  if (standing.kind === "service" || standing.kind === "no-use") return undefined;
  return ofAddressing(standing, settings.addressing, aws.region);
}

function ofAccount(named: string | undefined, account: string | undefined): string | undefined {
  if (named === undefined || named === account) return undefined;
  return `this host is that of the account ${named}: write account: "${named}" for this upstream`;
}

/** Which API and stage are asked is in the host and the first segment of the path; rules read them in the configuration. */
function ofApi(id: string | undefined, { api, endpoint = "" }: Settings): string | undefined {
  if (api === undefined) return undefined;
  if (id !== undefined && id !== api.id)
    return `this host is that of the API ${id}, and api.id is ${api.id}: they must be the same`;
  if (id === undefined && api.sendId === false)
    return "this host is for every API, and only x-apigw-api-id says which is meant; leave api.sendId out";
  const path = endpointPathOf(endpoint);
  if (path === "" || path === `/${api.stage}`) return undefined;
  return `at a host of AWS the path begins with the stage, which is ${api.stage}; leave ${path} out`;
}

function ofFunction(urlId: string, { function: called }: Settings): string | undefined {
  if (called?.urlId === undefined || called.urlId === urlId) return undefined;
  return `this host is that of the URL ${urlId}, and function.urlId is ${called.urlId}; leave one of the two out`;
}

function ofAddressing(
  standing: Extract<Standing, { readonly kind: "every-bucket" | "bucket" | "access-point" }>,
  { style, bucket, accessPoint }: Settings["addressing"],
  region: string,
): string | undefined {
  if (standing.kind === "every-bucket") {
    if (bucket !== undefined)
      return "this host is for every bucket; leave addressing.bucket out, or write the bucket's own host";
    const [only = style] = standing.styles;
    return standing.styles.includes(style) ? undefined : `this host wants addressing: { style: ${only} }`;
  }
  if (standing.kind === "bucket") {
    if (standing.bucket === bucket && accessPoint === undefined) return undefined;
    return `this host is that of one bucket: write addressing: { bucket: ${standing.bucket} }, and no more`;
  }
  const arn = `arn:${partitionOf(region)}:s3:${region}:${standing.account}:accesspoint/${standing.name}`;
  if (accessPoint === arn) return undefined;
  return `this host is that of an access point: write its bucket in addressing, and accessPoint: "${arn}"`;
}
