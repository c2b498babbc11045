import type { Credentials } from "../domain/credentials.ts";
import type { HeaderLine, Operation, Payload } from "../domain/operation.ts";
import { reframe } from "../signing/chunked.ts";
import { hashPayload } from "../signing/payload.ts";
import type { Signer } from "../signing/sign.ts";
import type { SignedRequest } from "../upstream/signed-request.ts";
import { crossToAws } from "../upstream/headers.ts";
import { pipeBody } from "../upstream/upload.ts";
import { answerHeadersFor, replacedHeadersFor } from "./ambient.ts";
import { payloadFormOf } from "./bodies/payload-form.ts";
import type { Live } from "./live.ts";
import type { Visit } from "./visit.ts";

/** Who signs, and with what. The time is the upstream's, as far as it is known. */
export interface Signature {
  readonly signer: Signer;
  readonly credentials: Credentials;
}

type Buffered = Extract<Payload, { readonly kind: "buffered" }>;

/** A body on its way upstream, and the headers that describe it. */
interface Outgoing {
  readonly payloadHash: string;
  readonly body: SignedRequest["body"];
  readonly signed: readonly HeaderLine[];
  readonly unsigned: readonly HeaderLine[];
}

/**
 * Builds and signs what goes upstream: from the operation that was decided and the credentials that were got, with such
 * of the client's headers as cross.
 *
 * @throws Refusal length-required, body-malformed, payload-mismatch
 */
export function signOperation(
  visit: Visit,
  live: Live,
  operation: Operation,
  { signer, credentials }: Signature,
): SignedRequest {
  const crossing = crossToAws(visit.head.headers, operation.headers);
  const outgoing = operation.payload.kind === "buffered" ? held(operation.payload) : streamed(visit);
  const host = `${operation.hostPrefix ?? ""}${live.host}`;
  const signed = [["host", host] as const, ...operation.headers, ...crossing.signed, ...outgoing.signed];
  const added = signer.sign({
    method: operation.method,
    path: operation.path,
    query: operation.query,
    headers: signed,
    payloadHash: outgoing.payloadHash,
    service: operation.service,
    region: operation.region,
    credentials,
    nowMs: live.clock.now(),
  });
  const headers: string[] = [];
  for (const lines of [signed, crossing.unsigned, outgoing.unsigned])
    for (const [name, value] of lines) headers.push(name, value);
  for (const part of added) headers.push(part);
  return {
    method: operation.method,
    hostPrefix: operation.hostPrefix,
    path: operation.query === "" ? operation.path : `${operation.path}?${operation.query}`,
    headers,
    body: outgoing.body,
    answerHeaders: ["x-postern-request-id", visit.requestId, ...answerHeadersFor(visit.caller)],
    replacedHeaders: replacedHeadersFor(visit.caller),
  };
}

function held({ bytes, contentEncoding }: Buffered): Outgoing {
  const unsigned: HeaderLine[] = [["content-length", String(bytes.length)]];
  if (contentEncoding !== undefined) unsigned.push(["content-encoding", contentEncoding]);
  return {
    payloadHash: hashPayload(bytes),
    body: bytes,
    signed: [],
    unsigned,
  };
}

function streamed(visit: Visit): Outgoing {
  const { request } = visit;
  const { plan, signed, unsigned } = payloadFormOf(visit.head.headers);
  const { payloadHash } = plan;
  if (plan.kind === "empty") return { payloadHash, body: null, signed, unsigned };
  visit.invite();
  const body = "decodedLength" in plan ? pipeBody(request, reframe(plan)) : request;
  return { payloadHash, body, signed, unsigned };
}
