import type { Credentials } from "../../domain/credentials.ts";
import type { HeaderLine, Operation } from "../../domain/operation.ts";
import { parseQuery } from "../../domain/query.ts";
import { Refusal } from "../../domain/refusal.ts";
import { UNSIGNED_PAYLOAD } from "../../signing/payload.ts";
import { presignQuery } from "../../signing/presign.ts";
import type { Live } from "../live.ts";

/** What is signed for whoever has the URL to send. */
export interface Presigning {
  readonly live: Pick<Live, "origin" | "host">;
  readonly operation: Operation;
  /** What must be sent with it, besides `host`. */
  readonly headers: readonly HeaderLine[];
  readonly credentials: Credentials;
  /** Epoch milliseconds, as it is at the upstream. */
  readonly nowMs: number;
  /** Whole seconds, one at least. */
  readonly expiresSeconds: number;
}

/** A URL that does one thing for whoever has it: a secret. */
export interface PresignedUrl {
  readonly url: string;
  readonly method: string;
  /** What must be sent with it, as it stands. */
  readonly headers: Readonly<Record<string, string>>;
  /** When it ends, as ISO 8601. */
  readonly expires: string;
}

/**
 * Makes the URL of an operation. Its path and query are the operation's own bytes, between which stands nothing but
 * `X-Amz-…`: nothing is parsed anew, so that what was decided is what is signed.
 */
export function presignedUrl(presigning: Presigning): PresignedUrl {
  const { live, operation, headers, credentials, nowMs, expiresSeconds } = presigning;
  const { method, path, service, region, hostPrefix = "" } = operation;
  const host = `${hostPrefix}${live.host}`;
  const query = presignQuery({
    method,
    path,
    query: pairsOf(operation),
    headers: [["host", host], ...headers],
    payloadHash: UNSIGNED_PAYLOAD,
    service,
    region,
    credentials,
    nowMs,
    expiresInSeconds: expiresSeconds,
  });
  const { protocol } = new URL(live.origin);
  // The signature's date has no milliseconds.
  const endsMs = (Math.floor(nowMs / 1000) + expiresSeconds) * 1000;
  return {
    url: `${protocol}//${host}${path}?${query}`,
    method,
    headers: Object.fromEntries(headers),
    expires: new Date(endsMs).toISOString(),
  };
}

/** It is in canonical form already, so that what is written of these is the same. */
function pairsOf({ query }: Operation): NonNullable<ReturnType<typeof parseQuery>> {
  const pairs = parseQuery(query, "refused");
  if (pairs === undefined) throw new Refusal("internal", { detail: "a query that is not canonical" });
  return pairs;
}
