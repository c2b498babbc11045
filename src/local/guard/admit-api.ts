import { LocalError } from "../request.ts";
import { authorize, readSigned } from "./admit.ts";
import type { AdmitTools, AdmittedBy, Identified } from "./admit.ts";
import type { ApiService } from "./api-actions.ts";
import { parseApi } from "./api-request.ts";
import type { ApiCall } from "./api-request.ts";
import { parseGateway, readGatewayTarget } from "./gateway-request.ts";
import type { GatewayCall } from "./gateway-request.ts";
import { parseIot } from "./iot-request.ts";
import type { IotCall } from "./iot-request.ts";
import { parseFunctionUrl, parseLambda } from "./lambda-request.ts";
import type { LambdaCall } from "./lambda-request.ts";
import type { RequestHead } from "./request-head.ts";

/** A call of an API; its back end sees head and body. */
export interface GatewayAdmitted extends AdmittedBy {
  readonly service: "execute-api";
  readonly call: GatewayCall;
  readonly head: RequestHead;
  readonly body: Buffer;
}

/** A call of Lambda, or of a function by its URL; the function sees head and body. */
export interface LambdaAdmitted extends AdmittedBy {
  readonly service: "lambda";
  readonly call: LambdaCall;
  readonly head: RequestHead;
  readonly body: Buffer;
}

/** A call of AWS IoT's control plane. */
export interface IotAdmitted extends AdmittedBy {
  readonly service: "iot";
  readonly call: IotCall;
  readonly body: Buffer;
}

/** A call of one of the smaller services; `body` is the bytes that `call.input` was read from. */
export interface ApiAdmitted extends AdmittedBy {
  readonly service: ApiService;
  readonly call: ApiCall;
  readonly body: Buffer;
}

/** Admits a call of an API whose authorizer is IAM. */
export async function admitGateway(tools: AdmitTools, identified: Identified): Promise<GatewayAdmitted> {
  const { request, head, authorization, session, addressee } = identified;
  if (addressee === undefined) throw new LocalError("ForbiddenException", "Forbidden", 403);
  const target = readGatewayTarget(head.path, addressee, tools.world);
  const call = parseGateway(request, target, tools.place);
  const body = await readSigned(tools, identified);
  authorize(tools, identified, call.requirements);
  return { service: "execute-api", session, region: authorization.scope.region, call, head, body };
}

/** Admits a call of Lambda's API, or of a function's URL. */
export async function admitLambda(tools: AdmitTools, identified: Identified): Promise<LambdaAdmitted> {
  const { head, authorization, session, addressee } = identified;
  const call =
    addressee?.kind === "function"
      ? parseFunctionUrl(addressee.function, tools.place)
      : parseLambda(head, tools.place);
  const body = await readSigned(tools, identified);
  authorize(tools, identified, call.requirements);
  return { service: "lambda", session, region: authorization.scope.region, call, head, body };
}

/** Admits a call of AWS IoT's control plane. */
export async function admitIot(tools: AdmitTools, identified: Identified): Promise<IotAdmitted> {
  const { head, authorization, session } = identified;
  const body = await readSigned(tools, identified);
  const call = parseIot(head, body, tools.place);
  authorize(tools, identified, call.requirements);
  return { service: "iot", session, region: authorization.scope.region, call, body };
}

/** Admits a call of one of the smaller services. */
export async function admitApi(
  service: ApiService,
  tools: AdmitTools,
  identified: Identified,
): Promise<ApiAdmitted> {
  const { head, authorization, session } = identified;
  const body = await readSigned(tools, identified);
  const call = parseApi(service, head, { body, place: tools.place });
  authorize(tools, identified, call.requirements);
  return { service, session, region: authorization.scope.region, call, body };
}
