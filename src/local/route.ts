import { randomUUID } from "node:crypto";
import type { DynamoDb } from "./dynamodb/handle.ts";
import { CutConnection } from "./disturbed-answer.ts";
import { internalError, suffer } from "./faults.ts";
import type { Disturbance, Faults } from "./faults.ts";
import type { Gateway } from "./gateway/gateway.ts";
import type { Admitted, Guard } from "./guard/guard.ts";
import type { CallCounter } from "./identity/call-counts.ts";
import type { IdentitySide } from "./identity/identity-side.ts";
import type { JsonService } from "./identity/json-service.ts";
import type { Iot } from "./iot/iot.ts";
import type { Connection, Serve } from "./listener.ts";
import type { TakeQuota } from "./quotas.ts";
import { refusalAnswer } from "./refusal-answer.ts";
import type { Asked } from "./refusal-answer.ts";
import { LocalError } from "./request.ts";
import type { LocalAnswer, LocalRequest } from "./request.ts";
import type { S3 } from "./s3/handle.ts";
import { headersOf, isSigned, serviceOf } from "./service-of.ts";
import type { Lambda } from "./services/lambda.ts";
import type { SmallServices } from "./services/services.ts";
import type { World } from "./world.ts";

/** Who answers what. */
export interface Services {
  readonly world: World;
  readonly guard: Guard;
  readonly identity: IdentitySide;
  readonly s3: S3;
  readonly dynamodb: DynamoDb;
  readonly gateway: Gateway;
  readonly lambda: Lambda;
  readonly iot: Iot;
  readonly small: SmallServices;
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

/** Makes the one answerer of the stand-in: finds the service, lets faults happen, words refusals. */
export function createRoute(services: Services): Serve {
  return (request, connection) => {
    const service = serviceOf(request, services.world);
    return settle(services, { service, request }, async () => {
      const call = await recognise(services, request, { service, connection });
      return await perform(services, call, request);
    });
  };
}

/** Makes an answer of whatever comes of a call, in the words of its service and with an id to find it by. */
export async function settle(
  { report }: Pick<Services, "report">,
  asked: Asked,
  work: () => Promise<LocalAnswer>,
): Promise<LocalAnswer> {
  const requestId = randomUUID();
  try {
    return withRequestId(await work(), asked.service, requestId);
  } catch (error) {
    if (error instanceof CutConnection) throw error;
    if (!(error instanceof LocalError)) report(error);
    const refusal = error instanceof LocalError ? error : internalError(asked.service);
    return withRequestId(refusalAnswer(refusal, asked, requestId), asked.service, requestId);
  }
}

/** Counts a call, and tells what goes wrong with it: a fault, or that there were too many. */
export async function meetTroubles(
  { faults, calls, takeQuota }: Pick<Services, "faults" | "calls" | "takeQuota">,
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
  if (service === "execute-api") {
    const { gateway } = services;
    const call = await orRefused(services, service, gateway.byToken(request));
    if (call !== undefined) {
      return { service, operation: call.operation, run: async () => call.run(await readBody(request)) };
    }
  }
  const admitted = await orRefused(services, service, services.guard(request, connection));
  return { service, operation: admitted.call.operation, run: () => answer(services, admitted) };
}

/** Counts it where a call is refused before anybody knows what it asks. */
export async function orRefused<T>(
  { calls, faults }: Services,
  service: string,
  asked: Promise<T>,
): Promise<T> {
  return await asked.catch((error: unknown) => {
    calls.add(`${service}:refused`);
    // Who is not there refuses nobody.
    throw faults.isDown(service) ? new CutConnection() : error;
  });
}

async function recogniseJson(service: string, serve: JsonService, request: LocalRequest): Promise<Call> {
  const target = headersOf(request.rawHeaders)("x-amz-target") ?? "";
  const body = await readBody(request);
  return { service, operation: target.slice(target.indexOf(".") + 1), run: () => serve(target, body) };
}

/** What a service answers to a call that its guard let through. */
async function answer(services: Services, admitted: Admitted): Promise<LocalAnswer> {
  const { identity, s3, dynamodb, gateway, lambda, iot, small } = services;
  switch (admitted.service) {
    case "s3":
      return await s3.handle({ region: admitted.region, ...admitted.call }, admitted);
    case "dynamodb":
      return await dynamodb.handle(admitted.call.operation, admitted.call.input);
    case "sts":
      return await identity.sts(new URLSearchParams(admitted.body.toString("utf8")), admitted.session);
    case "execute-api":
      return await gateway.handle(admitted);
    case "lambda":
      return lambda.handle(admitted);
    case "iot":
      return iot.control(admitted);
    case "sqs":
    case "sns":
    case "states":
    case "monitoring":
    case "kinesis":
      return small.handle(admitted);
  }
  return admitted satisfies never;
}

/** Every answer can be found again: S3 names the request one way, the others another. */
function withRequestId(answer: LocalAnswer, service: string, requestId: string): LocalAnswer {
  const ids =
    service === "s3"
      ? { "x-amz-request-id": requestId, "x-amz-id-2": HOST_ID }
      : { "x-amzn-requestid": requestId };
  return { ...answer, headers: { ...ids, ...answer.headers } };
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
