import type { HeaderLine } from "../domain/operation.ts";
import { canonicalHeaders, canonicalOrder, canonicalPath, canonicalRequest, speaksS3 } from "./canonical.ts";
import { createKeyRings, formatAmzDate, signature } from "./signing-key.ts";
import type { SigningCredentials } from "./signing-key.ts";

/** A request as it will go on the wire, and who signs it for what. */
export interface SignableRequest {
  readonly method: string;
  /** The path exactly as sent. */
  readonly path: string;
  /** The query exactly as sent, without `?`: canonical, but for the order of one name's values where it is not S3's. */
  readonly query: string;
  /** What is signed besides the headers that the signer adds; `host` must be among them. */
  readonly headers: readonly HeaderLine[];
  /** Hex SHA-256 of the body, or the word that stands for it, such as `UNSIGNED-PAYLOAD`. */
  readonly payloadHash: string;
  /** Send `payloadHash` as `x-amz-content-sha256`; default only for S3, which requires it. */
  readonly sendPayloadHash?: boolean | undefined;
  /** The signing name, such as `execute-api`. */
  readonly service: string;
  readonly region: string;
  readonly credentials: SigningCredentials;
  /** Epoch milliseconds; the clock of the service that will verify, as well as it is known. */
  readonly nowMs: number;
}

/** Signs requests with SigV4 in their headers. */
export interface Signer {
  /** The headers to add, as raw name, value, name, value …: date, token, payload hash where sent, authorization. */
  readonly sign: (request: SignableRequest) => string[];
}

/**
 * Makes a signer that keeps what signatures have in common: a caller's derived keys and the text of the current second.
 *
 * Keys are found by the identity of the credentials object, so hand in the same object for as long as it is valid.
 */
export function createSigner(): Signer {
  const findKey = createKeyRings();
  const amzDateOf = createSecondHand();

  function sign(request: SignableRequest): string[] {
    const { credentials, service } = request;
    const amzDate = amzDateOf(request.nowMs);
    const added = headersToAdd(request, amzDate);
    const headers = canonicalHeaders([...request.headers, ...added]);
    const canonical = canonicalRequest({
      method: request.method,
      path: canonicalPath(request.path, service),
      query: canonicalOrder(request.query, service),
      headers,
      payloadHash: request.payloadHash,
    });
    const key = findKey(credentials, amzDate.slice(0, 8), request.region, service);
    const raw: string[] = [];
    for (const [name, value] of added) raw.push(name, value);
    raw.push(
      "authorization",
      `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${key.scope}, ` +
        `SignedHeaders=${headers.names}, Signature=${signature(key, amzDate, canonical)}`,
    );
    return raw;
  }

  return { sign };
}

function headersToAdd(request: SignableRequest, amzDate: string): HeaderLine[] {
  const { sessionToken } = request.credentials;
  const added: HeaderLine[] = [["x-amz-date", amzDate]];
  if (sessionToken) added.push(["x-amz-security-token", sessionToken]);
  if (request.sendPayloadHash ?? speaksS3(request.service)) {
    added.push(["x-amz-content-sha256", request.payloadHash]);
  }
  return added;
}

/** Formats a moment once a second, however many requests that second sees. */
function createSecondHand(): (epochMs: number) => string {
  let second = Number.NaN;
  let amzDate = "";
  return (epochMs) => {
    const current = Math.floor(epochMs / 1000);
    if (current !== second) {
      second = current;
      amzDate = formatAmzDate(epochMs);
    }
    return amzDate;
  };
}
