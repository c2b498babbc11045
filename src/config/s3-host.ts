import { isBucket } from "./bucket-name.ts";
import { noUse, OF_ANOTHER, type Place, REGION, type Standing } from "./standing.ts";

/** `[before.]s3…[[.dualstack].REGION[.vpce]]`; what stands before may have dots, and `s3` in it. */
const S3_HOST = new RegExp(
  String.raw`^(?:(?<before>.+?)\.)?(?<label>s3-accelerate(?:\.dualstack)?|s3[a-z0-9-]*)` +
    String.raw`(?:(?:\.dualstack)?\.(?<region>${REGION})(?<vpce>\.vpce)?)?$`,
);

/** Hosts whose names begin as S3's do, and at which its requests mean something else, or nothing. */
const NOT_S3: readonly (readonly [label: RegExp, why: string])[] = [
  [/^s3-website/, "a website endpoint does not speak S3's API"],
  [/^s3-control/, "S3 Control is another API"],
  [/^s3-object-lambda/, "Object Lambda is another service to IAM"],
  [/^s3-outposts/, "S3 on Outposts is another service to IAM"],
  [/^s3express/, "directory buckets are another service to IAM"],
  [/^s3-global$/, "a multi-region access point wants signatures of another kind (SigV4a)"],
];

/**
 * Reads a host of S3: it alone says whether the first segment of a path is a bucket or a part of a key (botocore endpoint
 * rules; S3 User Guide, virtual hosting, PrivateLink).
 *
 * @param rest what stands before AWS's DNS suffix
 */
export function readS3Host(rest: string): Place {
  const { before, label = "", region, vpce } = S3_HOST.exec(rest)?.groups ?? {};
  const [, why] = NOT_S3.find(([form]) => form.test(label)) ?? [];
  if (why !== undefined) return noUse(why);
  return vpce === undefined
    ? readPublic(label, before, region)
    : { standing: insideVpc(label, before), region };
}

function readPublic(label: string, before: string | undefined, region: string | undefined): Place {
  if (/^s3-accesspoint(?:-fips)?$/.test(label)) return { standing: accessPointOf(before), region };
  if (label.startsWith("s3-accelerate")) return { standing: bucketsOf(before, ["virtual-hosted"]), region };
  const standing = bucketsOf(before, ["path", "virtual-hosted"]);
  if (/^s3(?:-fips)?$/.test(label)) return { standing, region: region ?? regionOfNone(before) };
  const old = region === undefined ? oldRegionOf(label) : undefined;
  return old === undefined ? noUse(OF_ANOTHER) : { standing, region: old };
}

/** A bucket at the host that names no region is found in any; what is not about a bucket is us-east-1's. */
function regionOfNone(before: string | undefined): string | undefined {
  return before === undefined ? "us-east-1" : undefined;
}

const OLD_LABEL = new RegExp(`^s3(?:-fips)?-(?<region>${REGION})$`);

/** From before regions had a label of their own. */
function oldRegionOf(label: string): string | undefined {
  return label === "s3-external-1" ? "us-east-1" : OLD_LABEL.exec(label)?.groups?.["region"];
}

const POINTLESS =
  "access points are named before this host: write that of one, NAME-ACCOUNT.s3-accesspoint.REGION.amazonaws.com";

function bucketsOf(
  before: string | undefined,
  styles: Extract<Standing, { readonly kind: "every-bucket" }>["styles"],
): Standing {
  if (before === undefined) return { kind: "every-bucket", styles };
  if (isBucket(before)) return { kind: "bucket", bucket: before };
  return { kind: "no-use", why: `${before} is not the name of a bucket, but of something else, or nothing` };
}

function accessPointOf(before = ""): Standing {
  const { name, account } = /^(?<name>[a-z0-9-]+)-(?<account>\d{12})$/.exec(before)?.groups ?? {};
  if (name === undefined || account === undefined) return { kind: "no-use", why: POINTLESS };
  return { kind: "access-point", name, account };
}

/** Of an interface endpoint the label before it says what it stands for: literally `bucket` or `accesspoint`. */
function insideVpc(label: string, before = ""): Standing {
  const { named, kind } =
    /^(?:(?<named>.+)\.)?(?<kind>bucket|accesspoint|control)\.vpce-[a-z0-9-]+$/.exec(before)?.groups ?? {};
  if (kind === "control") return { kind: "no-use", why: "S3 Control is another API" };
  if (kind === undefined || !/^s3(?:-fips)?$/.test(label))
    return { kind: "no-use", why: "a VPC endpoint of S3 is written with bucket. before its vpce- label" };
  return kind === "bucket" ? bucketsOf(named, ["path"]) : accessPointOf(named);
}
