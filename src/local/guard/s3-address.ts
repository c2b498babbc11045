import { LocalError } from "../request.ts";

/** What the host of an S3 request names; nothing of it where buckets stand in the path. */
export interface S3Address {
  readonly bucket?: string;
  readonly accessPoint?: { readonly name: string; readonly account: string };
  /** The region whose endpoint it is; undefined where the host does not say it. */
  readonly region?: string;
}

const DOMAIN = "(?:amazonaws\\.com(?:\\.cn)?|localhost)";
const REGION = "(?<region>[a-z]{2,4}(?:-[a-z]+)+-\\d)";

/**
 * Hosts of S3, by the groups `bucket`, `region`, `name` and `account`.
 *
 * Sources: Amazon S3 User Guide, "Virtual hosting of general purpose buckets", "Referencing access points"; AWS General
 * Reference, "Amazon S3 endpoints and quotas". What ends in `.localhost` has the same forms, and `bucket.localhost`.
 */
const HOSTS: readonly RegExp[] = [
  `(?<name>[a-z0-9-]{3,50})-(?<account>\\d{12})\\.s3-accesspoint(?:-fips)?(?:\\.dualstack)?(?:\\.${REGION})?\\.${DOMAIN}`,
  `(?:(?<bucket>.+)\\.)?s3(?:-fips)?(?:\\.dualstack)?(?:[.-]${REGION})?\\.${DOMAIN}`,
  `(?:(?<bucket>.+)\\.)?s3-accelerate(?:\\.dualstack)?\\.amazonaws\\.com`,
  `(?:(?<bucket>.+)\\.)?bucket\\.vpce-[a-z0-9-]+\\.s3\\.${REGION}\\.vpce\\.amazonaws\\.com`,
  `(?:(?<bucket>.+)\\.)?(?:localhost|127\\.0\\.0\\.1)`,
].map((pattern) => new RegExp(`^${pattern}$`));

/**
 * Reads the Host of an S3 request; one that is none of S3's own names no bucket.
 *
 * @throws LocalError `InvalidRequest` for a host of AWS that is not S3's.
 */
export function readS3Address(host = ""): S3Address {
  const name = host.toLowerCase().replace(/:\d*$/, "").replace(/\.$/, "");
  for (const pattern of HOSTS) {
    const groups = pattern.exec(name)?.groups;
    if (groups !== undefined) return addressOf(groups);
  }
  if (/\.amazonaws\.com(?:\.cn)?$/.test(name)) {
    throw new LocalError("InvalidRequest", `The host ${name} is not one of Amazon S3.`, 400);
  }
  return {};
}

function addressOf({
  bucket,
  region,
  name,
  account,
}: Readonly<Record<string, string | undefined>>): S3Address {
  return {
    ...(bucket !== undefined && { bucket }),
    ...(name !== undefined && account !== undefined && { accessPoint: { name, account } }),
    ...(region !== undefined && { region }),
  };
}
