import { partitionOf } from "../aws/arn.ts";
import { hostOf } from "./address.ts";
import { readAwsHost, type Standing } from "./aws-host.ts";
import type { Draft } from "./draft.ts";
import type { Found } from "./problem.ts";
import type { Config } from "./schema.ts";
import { inRegion } from "./upstream-schema.ts";
import { regionsOf } from "./upstreams.ts";

/**
 * Finds endpoints of AWS at which a request would mean another object than the one that was decided: a host that stands
 * for one bucket takes the first segment of a path for a part of the key. Other hosts are taken as they are.
 */
export function refuseEndpoints({ upstreams, aws }: Draft): readonly Found[] {
  return upstreams.flatMap(({ key, fit }) => {
    if (fit?.endpoint === undefined || aws === undefined) return [];
    const [message] = regionsOf(fit, aws).flatMap((region) => complaintsOf(fit, { ...aws, region }));
    return message === undefined ? [] : [{ path: ["upstreams", key, "endpoint"], message }];
  });
}

type Settings = Config["upstreams"][string];

/** Of an endpoint as it is in one region. */
function complaintsOf(settings: Settings, aws: Config["aws"]): readonly string[] {
  const { service, endpoint = "", account = aws.account } = settings;
  const host = readAwsHost(service, hostOf(inRegion(endpoint, aws.region)));
  if (host === undefined) return [];
  const { standing, partitions, region = aws.region } = host;
  if (standing.kind === "no-use") return [standing.why];
  if (region !== aws.region) return [`this host is in ${region}, and the upstream in ${aws.region}`];
  if (!partitions.includes(partitionOf(region))) return [`this host is of another partition than ${region}`];
  const complaint =
    standing.kind === "tables"
      ? ofAccount(standing.account, account)
      : ofAddressing(standing, settings.addressing, region);
  return complaint === undefined ? [] : [complaint];
}

function ofAccount(named: string | undefined, account: string | undefined): string | undefined {
  if (named === undefined || named === account) return undefined;
  return `this host is that of the account ${named}: write account: "${named}" for this upstream`;
}

function ofAddressing(
  standing: Exclude<Standing, { readonly kind: "tables" | "no-use" }>,
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
