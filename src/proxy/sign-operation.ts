import { GUEST } from "../domain/caller.ts";
import type { Credentials } from "../domain/credentials.ts";
import type { HeaderLine, Operation, Payload } from "../domain/operation.ts";
import { reframe } from "../signing/chunked.ts";
import { hashPayload } from "../signing/payload.ts";
import type { SignableRequest, Signer } from "../signing/sign.ts";
import type { SignedRequest } from "../upstream/signed-request.ts";
import { crossToAws } from "../upstream/headers.ts";
import { pipeBody } from "../upstream/upload.ts";
import { answerHeadersFor, replacedHeadersFor } from "./ambient.ts";
import { payloadFormOf } from "./bodies/payload-form.ts";
import { corsLinesFor } from "./cors.ts";
import { identityLines } from "./identity-headers.ts";
import type { Live } from "./live.ts";
import { TRACE_HEADERS } from "./trace.ts";
import type { Visit } from "./visit.ts";

/** Who signs, and with what. The time is the upstream's, as far as it is known. */
export interface Signature {
  readonly signer: Signer;
  readonly credentials: Credentials;
}

/** The caller's verified access token, where an API has an authorizer of its own for it. */
export interface Bearer {
  readonly accessToken: string;
}

const NONE: readonly HeaderLine[] = [];

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
 * @throws Refusal claim-unusable, length-required, body-malformed, payload-mismatch
 */
export function signOperation(
  visit: Visit,
  live: Live,
  operation: Operation,
  proof: Signature | Bearer,
): SignedRequest {
  const traced = live.service.speaker === "application" ? (visit.trace?.lines ?? NONE) : NONE;
  const own = traced.length === 0 ? operation.headers : [...operation.headers, ...TRACE_HEADERS];
  const crossing = crossToAws(visit.head.headers, own, live);
  const identity = identityLines(live.identityHeaders, visit.caller ?? GUEST);
  const outgoing = operation.payload.kind === "buffered" ? held(operation.payload) : streamed(visit);
  const host = ["host", `${operation.hostPrefix ?? ""}${live.host}`] as const;
  const signed = [host, ...operation.headers, ...identity, ...crossing.signed, ...outgoing.signed];
  const headers: string[] = [];
  for (const lines of [signed, crossing.unsigned, traced, outgoing.unsigned])
    for (const [name, value] of lines) headers.push(name, value);
  for (const part of prove(proof, live, operation, { headers: signed, payloadHash: outgoing.payloadHash }))
    headers.push(part);
  return {
    method: operation.method,
    hostPrefix: operation.hostPrefix,
    path: operation.query === "" ? operation.path : `${operation.path}?${operation.query}`,
    headers,
    body: outgoing.body,
    answerHeaders: answerLines(visit, live),
    replacedHeaders: replacedHeadersFor(visit.caller),
    answersCors: live.cors !== undefined,
    sessionToken: secretOf(proof, visit),
  };
}

/** What no answer may repeat. An access token is no secret from who sent it on purpose; that of a cookie is one from the page. */
function secretOf(proof: Signature | Bearer, { caller }: Visit): string {
  if (!("accessToken" in proof)) return proof.credentials.sessionToken;
  return caller?.ambient === false ? "" : proof.accessToken;
}

/** What shows the upstream who calls: name, value … */
function prove(
  proof: Signature | Bearer,
  { clock }: Live,
  { method, path, query, service, region }: Operation,
  signed: Pick<SignableRequest, "headers" | "payloadHash">,
): readonly string[] {
  if ("accessToken" in proof) return ["authorization", `Bearer ${proof.accessToken}`];
  const { signer, credentials } = proof;
  const nowMs = clock.now();
  return signer.sign({ ...signed, method, path, query, service, region, credentials, nowMs });
}

function answerLines({ requestId, caller, head }: Visit, { cors }: Live): readonly string[] {
  return ["x-postern-request-id", requestId, ...answerHeadersFor(caller), ...corsLinesFor(head, cors)];
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
