import { partitionOf } from "./arn.ts";

/** DNS suffix of each partition (botocore partitions). */
const SUFFIXES: Readonly<Record<string, string>> = {
  aws: "amazonaws.com",
  "aws-cn": "amazonaws.com.cn",
  "aws-us-gov": "amazonaws.com",
  "aws-eusc": "amazonaws.eu",
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

/** `amazonaws.com`, or what stands for it in the partition of the region. */
export function dnsSuffixOf(region: string): string {
  return SUFFIXES[partitionOf(region)] ?? "amazonaws.com";
}
