import type { Caller } from "../../domain/caller.ts";
import type { Head } from "../../domain/head.ts";
import type { HeaderLine, Operation } from "../../domain/operation.ts";
import {
  canonicalHeaders,
  canonicalOrder,
  canonicalPath,
  canonicalRequest,
} from "../../signing/canonical.ts";
import { hashPayload } from "../../signing/payload.ts";
import { createSigner } from "../../signing/sign.ts";
import { crossToAws } from "../../upstream/headers.ts";
import { payloadFormOf } from "../bodies/payload-form.ts";
import { identityLines } from "../identity-headers.ts";
import type { Routed } from "../live.ts";

/** Stands in place of every secret. */
export const PLACEHOLDER = "PLACEHOLDER";

const CREDENTIALS = {
  accessKeyId: PLACEHOLDER,
  secretAccessKey: PLACEHOLDER,
  sessionToken: PLACEHOLDER,
} as const;

/** Keys of the client's own with which S3 encrypts an object (SSE-C). */
const CLIENT_KEY = /-customer-key$/;

/** What is signed, and when. */
export interface ToSign {
  readonly operation: Operation;
  readonly live: Pick<Routed, "host" | "service" | "identityHeaders">;
  readonly caller: Caller;
  readonly nowMs: number;
}

/**
 * SigV4's canonical request of an operation, made as it would be signed but with placeholders for the session token and
 * for keys that the client sends.
 *
 * @throws Refusal claim-unusable, length-required, body-malformed, payload-mismatch
 */
export function explainSigning({ headers }: Head, { operation, live, caller, nowMs }: ToSign): string {
  const { method, path, query, payload, service, region } = operation;
  const crossing = crossToAws(headers, operation.headers, live);
  const { payloadHash, described } =
    payload.kind === "buffered"
      ? { payloadHash: hashPayload(payload.bytes), described: [] }
      : formOf(headers);
  const host = `${operation.hostPrefix ?? ""}${live.host}`;
  const identity = identityLines(live.identityHeaders, caller);
  const lines: HeaderLine[] = [
    ["host", host],
    ...operation.headers,
    ...identity,
    ...crossing.signed,
    ...described,
  ];
  const signed = lines.map(masked);
  const request = { method, path, query, payloadHash, service, region, nowMs };
  // What the signer adds it says itself; the last pair is the signature.
  const added = pairsOf(createSigner().sign({ ...request, headers: signed, credentials: CREDENTIALS }));
  return canonicalRequest({
    method,
    path: canonicalPath(path, service),
    query: canonicalOrder(query, service),
    headers: canonicalHeaders([...signed, ...added.filter(([name]) => name !== "authorization")]),
    payloadHash,
  });
}

function formOf(headers: Head["headers"]) {
  const { plan, signed } = payloadFormOf(headers);
  return { payloadHash: plan.payloadHash, described: signed };
}

function masked([name, value]: HeaderLine): HeaderLine {
  return [name, CLIENT_KEY.test(name) ? PLACEHOLDER : value];
}

function pairsOf(raw: readonly string[]): readonly HeaderLine[] {
  return raw.flatMap((name, i) => (i % 2 === 0 ? [[name, raw[i + 1] ?? ""] as const] : []));
}
