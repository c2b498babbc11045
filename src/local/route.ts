import { randomUUID } from "node:crypto";
import { crc32 } from "node:zlib";
import type { DynamoDb } from "./dynamodb/handle.ts";
import { CutConnection } from "./disturbed-answer.ts";
import { internalError, suffer } from "./faults.ts";
import type { Disturbance, Faults } from "./faults.ts";
import { renderJsonError, renderQueryError, renderS3Error } from "./guard/error-answer.ts";
import type { Guard } from "./guard/guard.ts";
import type { CallCounter } from "./identity/call-counts.ts";
import type { IdentitySide } from "./identity/identity-side.ts";
import { cognitoRefusal } from "./identity/json-service.ts";
import type { JsonService } from "./identity/json-service.ts";
import type { Connection, Serve } from "./listener.ts";
import type { TakeQuota } from "./quotas.ts";
import { LocalError } from "./request.ts";
import type { LocalAnswer, LocalRequest } from "./request.ts";
import type { S3 } from "./s3/handle.ts";

/** Who answers what. */
export interface Services {
  readonly guard: Guard;
  readonly identity: IdentitySide;
  readonly s3: S3;
  readonly dynamodb: DynamoDb;
  readonly faults: Faults;
  readonly takeQuota: TakeQuota;
  /** Counts `service:Operation`; a call that the guard refuses is `service:refused`. */
  readonly calls: CallCounter;
  /** Told of what ought not to happen; its caller sees a 500. */
  readonly report: (error: unknown) => void;
}

/** Recognised calls: whose they are, and what answers them. */
interface Call {
  readonly service: string;
  readonly operation: string;
  readonly run: () => Promise<LocalAnswer>;
}

const MAX_BODY_BYTES = 1024 * 1024;
/** Which of S3's hosts answered; here there is one. */
const HOST_ID = "cG9zdGVybi1zdGFuZC1pbg==";
const JSON_PREFIXES = {
  "AWSCognitoIdentityService.": "cognito-identity",
  "AWSCognitoIdentityProviderService.": "cognito-idp",
} as const;

/** Makes the one answerer of the stand-in: finds the service, lets faults happen, words refusals. */
export function createRoute(services: Services): Serve {
  return (request, connection) => {
    const service = serviceOf(request);
    return settle(services, { service, request }, async () => {
      const call = await recognise(services, request, { service, connection });
      return await perform(services, call, request);
    });
  };
}

/** Makes an answer of whatever comes of a call, in the words of its service and with an id to find it by. */
export async function settle(
  { report }: Pick<Services, "report">,
  asked: { readonly service: string; readonly request: LocalRequest },
  work: () => Promise<LocalAnswer>,
): Promise<LocalAnswer> {
  const requestId = randomUUID();
  try {
    return withRequestId(await work(), asked.service, requestId);
  } catch (error) {
    if (error instanceof CutConnection) throw error;
    if (!(error instanceof LocalError)) report(error);
    const refusal = error instanceof LocalError ? error : internalError(asked.service);
    return withRequestId(render(refusal, asked, requestId), asked.service, requestId);
  }
}

/** Whether a request carries, or claims to carry, a signature of version 4. */
export function isSigned({ target, rawHeaders }: Pick<LocalRequest, "target" | "rawHeaders">): boolean {
  return (
    /[?&]X-Amz-(Algorithm|Signature)=/.test(target) || header(rawHeaders, "authorization").startsWith("AWS4-")
  );
}

/** Counts a call, and tells what goes wrong with it: a fault, or that there were too many. */
export async function meetTroubles(
  { faults, calls, takeQuota }: Services,
  { service, operation }: Pick<Call, "service" | "operation">,
): Promise<Disturbance | undefined> {
  calls.add(`${service}:${operation}`);
  return takeQuota(operation) ? await faults.meet(service, operation) : { kind: "throttle" };
}

async function perform(services: Services, call: Call, request: LocalRequest): Promise<LocalAnswer> {
  const { service, run } = call;
  const disturbance = await meetTroubles(services, call);
  return disturbance === undefined ? await run() : await suffer(service, disturbance, run, request);
}

async function recognise(
  services: Services,
  request: LocalRequest,
  { service, connection }: { readonly service: string; readonly connection: Connection },
): Promise<Call> {
  const { identity } = services;
  if (service === "cognito-identity") return await recogniseJson(service, identity.cognitoIdentity, request);
  if (service === "cognito-idp") return await recogniseJson(service, identity.cognitoIdp, request);
  if (service === "sts" && !isSigned(request)) {
    const form = new URLSearchParams((await readBody(request)).toString("utf8"));
    return { service, operation: form.get("Action") ?? "", run: () => identity.sts(form) };
  }
  return await admit(services, request, { service, connection });
}

async function recogniseJson(service: string, serve: JsonService, request: LocalRequest): Promise<Call> {
  const target = header(request.rawHeaders, "x-amz-target");
  const body = await readBody(request);
  return { service, operation: target.slice(target.indexOf(".") + 1), run: () => serve(target, body) };
}

async function admit(
  { guard, identity, s3, dynamodb, calls, faults }: Services,
  request: LocalRequest,
  { service, connection }: { readonly service: string; readonly connection: Connection },
): Promise<Call> {
  const admitted = await guard(request, connection).catch((error: unknown) => {
    calls.add(`${service}:refused`);
    // Who is not there refuses nobody.
    throw faults.isDown(service) ? new CutConnection() : error;
  });
  const { operation } = admitted.call;
  const call = { service: admitted.service, operation };
  if (admitted.service === "s3")
    return { ...call, run: () => s3.handle({ region: admitted.region, ...admitted.call }, admitted) };
  if (admitted.service === "dynamodb") {
    return { ...call, run: () => dynamodb.handle(operation, admitted.call.input) };
  }
  const form = new URLSearchParams(admitted.body.toString("utf8"));
  return { ...call, run: () => identity.sts(form, admitted.session) };
}

/** The service that a request is for, as far as its head tells; a request that tells nothing is S3's. */
function serviceOf({ target, rawHeaders }: LocalRequest): string {
  const amzTarget = header(rawHeaders, "x-amz-target");
  for (const [prefix, service] of Object.entries(JSON_PREFIXES))
    if (amzTarget.startsWith(prefix)) return service;
  const scope = /Credential=[^/&, ]+(?:\/|%2F)\d{8}(?:\/|%2F)[^/%]+(?:\/|%2F)([\w-]+)(?:\/|%2F)aws4_request/i;
  const named = scope.exec(header(rawHeaders, "authorization"))?.[1] ?? scope.exec(target)?.[1];
  if (named !== undefined) return named;
  if (amzTarget !== "") return "dynamodb";
  return header(rawHeaders, "content-type").startsWith("application/x-www-form-urlencoded") ? "sts" : "s3";
}

function render(
  error: LocalError,
  { service, request }: { readonly service: string; readonly request: LocalRequest },
  requestId: string,
): LocalAnswer {
  if (service === "s3") return renderS3Error(error, requestId, request.target.replace(/\?.*/s, ""));
  if (service === "sts") return renderQueryError(error, requestId);
  if (service.startsWith("cognito-")) return cognitoRefusal(error);
  const answer = renderJsonError(error, requestId);
  if (service !== "dynamodb") return answer;
  return { ...answer, headers: { ...answer.headers, "x-amz-crc32": String(crc32(answer.body)) } };
}

/** Every answer can be found again: S3 names the request one way, the others another. */
function withRequestId(answer: LocalAnswer, service: string, requestId: string): LocalAnswer {
  const ids =
    service === "s3"
      ? { "x-amz-request-id": requestId, "x-amz-id-2": HOST_ID }
      : { "x-amzn-requestid": requestId };
  return { ...answer, headers: { ...ids, ...answer.headers } };
}

function header(rawHeaders: readonly string[], name: string): string {
  const at = rawHeaders.findIndex((text, index) => index % 2 === 0 && text.toLowerCase() === name);
  return at === -1 ? "" : (rawHeaders[at + 1] ?? "");
}

async function readBody({ body }: LocalRequest): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES)
      throw new LocalError("RequestEntityTooLarge", "The request is too large.", 413);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
