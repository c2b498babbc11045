import { LocalError } from "../request.ts";
import type { LocalAnswer } from "../request.ts";
import { readAcl } from "./acl.ts";
import { newSettings } from "./bucket-settings.ts";
import { compareUtf8 } from "./key-order.ts";
import { invalidArgument } from "./refusals.ts";
import { receiveDocument } from "./receive.ts";
import type { S3Context, S3Payload, S3Request } from "./request.ts";
import type { Bucket } from "./store.ts";
import { readXml, textOf, xmlAnswer } from "./xml.ts";

/** Where buckets were without a location before there were regions. */
const FIRST_REGION = "us-east-1";

/** General purpose bucket naming rules of the S3 user guide. */
const BUCKET_NAME =
  /^(?!xn--|sthree-|amzn-s3-demo-)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?<!-s3alias|--ol-s3|--x-s3|\.mrap)$/;
const IP_ADDRESS = /^\d{1,3}(\.\d{1,3}){3}$/;

/** ListBuckets. */
export function listBuckets({ store, ownerId }: S3Context, { query }: S3Request): LocalAnswer {
  const prefix = query.get("prefix") ?? "";
  const after = readToken(query.get("continuation-token"));
  const max = readMaxBuckets(query.get("max-buckets"));
  const only = query.get("bucket-region");
  const rest = store
    .buckets()
    .filter((bucket) => only === undefined || bucket.region === only)
    .filter(({ name }) => name.startsWith(prefix) && compareUtf8(name, after) > 0);
  const page = rest.slice(0, max);
  const last = page.at(-1)?.name ?? "";
  return xmlAnswer([
    "ListAllMyBucketsResult",
    [
      ["Owner", [["ID", ownerId]]],
      ["Buckets", page.map((bucket) => ["Bucket", describeBucket(bucket)] as const)],
      rest.length > page.length ? ["ContinuationToken", Buffer.from(last).toString("base64")] : undefined,
      prefix === "" ? undefined : ["Prefix", prefix],
    ],
  ]);
}

/** HeadBucket. */
export function headBucket({ store }: S3Context, { bucket }: S3Request): LocalAnswer {
  const { region } = store.bucket(bucket);
  return {
    status: 200,
    headers: {
      "content-type": "application/xml",
      "x-amz-bucket-region": region,
      "x-amz-access-point-alias": "false",
    },
  };
}

/** CreateBucket; in the first region a second one of the same owner succeeds, as it does at AWS. */
export async function createBucket(
  context: S3Context,
  request: S3Request,
  payload: S3Payload,
): Promise<LocalAnswer> {
  const { bucket: name = "", headers } = request;
  if (!BUCKET_NAME.test(name) || IP_ADDRESS.test(name)) {
    throw new LocalError("InvalidBucketName", "The specified bucket is not valid.", 400, {
      BucketName: name,
    });
  }
  const document = await receiveDocument(request, payload, "nothing");
  const region = readLocation(document, request.region ?? context.region);
  const acl = readAcl(headers);
  const existing = context.store.find(name);
  if (existing !== undefined && (existing.region !== FIRST_REGION || region !== FIRST_REGION)) {
    const message = "Your previous request to create the named bucket succeeded and you already own it.";
    throw new LocalError("BucketAlreadyOwnedByYou", message, 409, { BucketName: name });
  }
  const bucket =
    existing ??
    context.store.create(name, {
      createdAtMs: context.now(),
      region,
      settings: newSettings(headers.get("x-amz-bucket-object-lock-enabled")?.toLowerCase() === "true"),
    });
  bucket.acl = acl;
  return { status: 200, headers: { location: `/${name}`, "x-amz-bucket-arn": `arn:aws:s3:::${name}` } };
}

/** DeleteBucket. */
export function deleteBucket({ store }: S3Context, { bucket = "" }: S3Request): LocalAnswer {
  store.remove(bucket);
  return { status: 204, headers: {} };
}

/** GetBucketLocation. */
export function getBucketLocation({ store }: S3Context, { bucket }: S3Request): LocalAnswer {
  const { region } = store.bucket(bucket);
  return xmlAnswer(["LocationConstraint", region === FIRST_REGION ? "" : region]);
}

function describeBucket(bucket: Bucket): readonly (readonly [string, string])[] {
  return [
    ["Name", bucket.name],
    ["CreationDate", new Date(bucket.createdAtMs).toISOString()],
    ["BucketRegion", bucket.region],
  ];
}

function readToken(token: string | undefined): string {
  return Buffer.from(token ?? "", "base64").toString("utf8");
}

function readMaxBuckets(value: string | undefined): number {
  if (value === undefined) return 10_000;
  const max = /^\d{1,5}$/.test(value) ? Number(value) : 0;
  if (max < 1 || max > 10_000) {
    throw invalidArgument(
      "Argument max-buckets must be an integer between 1 and 10000",
      "max-buckets",
      value,
    );
  }
  return max;
}

/**
 * Where a bucket is to be: what the call says, by default the region whose endpoint it went to. The endpoint of the
 * first region makes buckets anywhere, every other one only where it is itself.
 */
function readLocation(document: Buffer, endpoint: string): string {
  const location =
    document.length === 0
      ? undefined
      : textOf(readXml(document, "CreateBucketConfiguration"), "LocationConstraint");
  if (location === FIRST_REGION) {
    const message = "The specified location-constraint is not valid";
    throw new LocalError("InvalidLocationConstraint", message, 400, { LocationConstraint: location });
  }
  if (endpoint !== FIRST_REGION && location !== endpoint) {
    const which = location ?? "unspecified";
    const message = `The ${which} location constraint is incompatible for the region specific endpoint this request was sent to.`;
    throw new LocalError("IllegalLocationConstraintException", message, 400);
  }
  return location ?? endpoint;
}
