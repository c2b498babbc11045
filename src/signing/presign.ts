import { encodePercent } from "../domain/percent.ts";
import { canonicalHeaders, canonicalPath, canonicalRequest } from "./canonical.ts";
import { canonicalQuery } from "../domain/query.ts";
import type { QueryPair } from "../domain/query.ts";
import type { SignableRequest } from "./sign.ts";
import { deriveSigningKey, formatAmzDate, signature } from "./signing-key.ts";

/** A request that someone else will send, signed in its query. */
export interface PresignableRequest extends Omit<SignableRequest, "query" | "sendPayloadHash"> {
  /** Decoded; none named `X-Amz-…`. */
  readonly query: readonly QueryPair[];
  /** 1 to 604,800; undefined where the service knows no expiry of its own (IoT). */
  readonly expiresInSeconds?: number | undefined;
  /** Default `true`; IoT wants `false`: the token then follows the signature, unsigned. */
  readonly signSessionToken?: boolean | undefined;
}

/** A week, the most that AWS accepts. */
const MAX_EXPIRES_IN_SECONDS = 604_800;

/**
 * Signs a request in its query, and returns the whole query to send, without `?`.
 *
 * @throws RangeError where the expiry is not a whole number of seconds that AWS would accept.
 */
export function presignQuery(request: PresignableRequest): string {
  const { credentials, service, signSessionToken = true } = request;
  const amzDate = formatAmzDate(request.nowMs);
  const key = deriveSigningKey(credentials, amzDate.slice(0, 8), request.region, service);
  const headers = canonicalHeaders(request.headers);
  const token: QueryPair[] = credentials.sessionToken
    ? [["X-Amz-Security-Token", credentials.sessionToken]]
    : [];
  const query = canonicalQuery([
    ...request.query,
    ["X-Amz-Algorithm", "AWS4-HMAC-SHA256"],
    ["X-Amz-Credential", `${credentials.accessKeyId}/${key.scope}`],
    ["X-Amz-Date", amzDate],
    ["X-Amz-SignedHeaders", headers.names],
    ...expiry(request.expiresInSeconds),
    ...(signSessionToken ? token : []),
  ]);
  const path = canonicalPath(request.path, service);
  const canonical = canonicalRequest({
    method: request.method,
    path,
    query,
    headers,
    payloadHash: request.payloadHash,
  });
  const unsigned = signSessionToken ? [] : token;
  return [
    query,
    `X-Amz-Signature=${signature(key, amzDate, canonical)}`,
    ...unsigned.map(([name, value]) => `${name}=${encodePercent(value)}`),
  ].join("&");
}

function expiry(seconds: number | undefined): QueryPair[] {
  if (seconds === undefined) return [];
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > MAX_EXPIRES_IN_SECONDS) {
    throw new RangeError(
      `expiresInSeconds must be a whole number from 1 to ${MAX_EXPIRES_IN_SECONDS}: ${seconds}`,
    );
  }
  return [["X-Amz-Expires", String(seconds)]];
}
