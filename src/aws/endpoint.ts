import { partitionOf } from "./arn.ts";

/** What follows the region in the hosts of a partition. */
interface DnsSuffixes {
  readonly usual: string;
  /** Of endpoints that are reached by IPv6 as well. */
  readonly dualStack: string;
  /** Of the URLs of Lambda functions. */
  readonly functionUrl: string;
}

const COMMERCIAL: DnsSuffixes = { usual: "amazonaws.com", dualStack: "api.aws", functionUrl: "on.aws" };

/** The DNS suffixes of each partition (botocore partitions; Lambda developer guide, function URLs). */
export const DNS_SUFFIXES: Readonly<Record<string, DnsSuffixes>> = {
  aws: COMMERCIAL,
  "aws-us-gov": COMMERCIAL,
  "aws-cn": {
    usual: "amazonaws.com.cn",
    dualStack: "api.amazonwebservices.com.cn",
    functionUrl: "on.amazonwebservices.com.cn",
  },
  "aws-eusc": {
    usual: "amazonaws.eu",
    dualStack: "api.amazonwebservices.eu",
    functionUrl: "on.amazonwebservices.eu",
  },
};

/**
 * The regional endpoint of a service, as an origin without a trailing slash.
 *
 * @param prefix the first label of its host, such as `s3` or `cognito-identity`
 * @param override one address for every AWS call, for testing
 */
export function endpointOf(prefix: string, region: string, override?: string): string {
  return override ?? `https://${prefix}.${region}.${dnsSuffixOf(region)}`;
}

/** The host of a function URL by what it begins with. */
export function functionUrlHostOf(urlId: string, region: string): string {
  return `${urlId}.lambda-url.${region}.${suffixesOf(region).functionUrl}`;
}

/** `amazonaws.com`, or what stands for it in the partition of the region. */
export function dnsSuffixOf(region: string): string {
  return suffixesOf(region).usual;
}

function suffixesOf(region: string): DnsSuffixes {
  return DNS_SUFFIXES[partitionOf(region)] ?? COMMERCIAL;
}
