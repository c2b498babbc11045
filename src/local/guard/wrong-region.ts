import { LocalError } from "../request.ts";
import type { Authorization } from "./credential.ts";
import type { S3Call } from "./s3-call.ts";

/** Where buckets are, and how S3 tells whoever looks for one elsewhere. */
export interface S3Regions {
  /** Undefined for a bucket that is not there. */
  readonly regionOf: (bucket: string) => string | undefined;
  /** The stand-in's own. */
  readonly region: string;
  /**
   * Whether a request for a bucket of another region went to the endpoint of the region that it is signed for, or to
   * that of the bucket. Here they all have one address, so that only a host that names its region tells.
   */
  readonly wrongRegion: "redirect" | "malformed";
}

/** A refusal that tells where the bucket is. */
export class WrongRegion extends LocalError {
  readonly headers: Readonly<Record<string, string>>;

  constructor(error: LocalError, headers: Readonly<Record<string, string>>) {
    super(error.code, error.message, error.status, error.fields);
    this.headers = headers;
  }
}

const REGION = /^[a-z]{2,4}(?:-[a-z]+)+-\d$/;

/**
 * Checks that a request went to the region of its bucket, and was signed for it.
 *
 * Sources: Amazon S3 User Guide, "Request redirection and the REST API"; what clients were seen to receive.
 *
 * @throws WrongRegion `PermanentRedirect` 301, `AuthorizationHeaderMalformed` or `AuthorizationQueryParametersError` 400.
 */
export function checkS3Region(
  call: Pick<S3Call, "bucket" | "endpointRegion" | "virtual">,
  { authorization, method }: { readonly authorization: Authorization; readonly method: string },
  { regionOf, region, wrongRegion }: S3Regions,
): void {
  const signedFor = authorization.scope.region;
  const bucketRegion = call.bucket === undefined ? undefined : regionOf(call.bucket);
  const isUnclear = call.endpointRegion === undefined && wrongRegion === "malformed";
  const assumed = isUnclear ? bucketRegion : undefined;
  const endpoint = call.endpointRegion ?? assumed ?? (REGION.test(signedFor) ? signedFor : region);
  if (bucketRegion !== undefined && endpoint !== bucketRegion) throw redirect(call, bucketRegion);
  if (signedFor === endpoint) return;
  const headers = method === "HEAD" ? { "x-amz-bucket-region": endpoint } : {};
  throw new WrongRegion(malformed(authorization, endpoint), headers);
}

function redirect({ bucket = "", virtual }: Pick<S3Call, "bucket" | "virtual">, region: string): WrongRegion {
  const endpoint = `s3.${region}.amazonaws.com`;
  const message =
    "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.";
  const fields = { Endpoint: virtual === true ? `${bucket}.${endpoint}` : endpoint, Bucket: bucket };
  const error = new LocalError("PermanentRedirect", message, 301, fields);
  return new WrongRegion(error, { "x-amz-bucket-region": region });
}

function malformed({ form, scope }: Authorization, region: string): LocalError {
  const wrong = `the region '${scope.region}' is wrong; expecting '${region}'`;
  const fields = { Region: region };
  if (form === "header") {
    const message = `The authorization header is malformed; ${wrong}`;
    return new LocalError("AuthorizationHeaderMalformed", message, 400, fields);
  }
  const message = `Error parsing the X-Amz-Credential parameter; ${wrong}`;
  return new LocalError("AuthorizationQueryParametersError", message, 400, fields);
}
