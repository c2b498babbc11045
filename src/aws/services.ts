import { apiOf } from "./api/api.ts";
import type { Protocol } from "./api/model.ts";
import { API_MODELS } from "./api/models.ts";
import { dynamodb } from "./dynamodb/dynamodb.ts";
import { executeApi } from "./execute-api/execute-api.ts";
import { iot } from "./iot/iot.ts";
import { lambdaUrl } from "./lambda-url/lambda-url.ts";
import { s3 } from "./s3/s3.ts";
import type { Service } from "./service.ts";

/** The services that have a module of their own, by signing name. Adding one is a file and a line here. */
const SERVICES: Readonly<Record<string, Service>> = {
  s3,
  dynamodb,
  "execute-api": executeApi,
  iotdevicegateway: iot,
};

/** The signing names of all that Postern can read by itself, for configuration. */
export const SERVICE_NAMES: readonly string[] = [...Object.keys(SERVICES), ...Object.keys(API_MODELS)];

/** What actions begin with, of services with a module of their own whose signing name is another. */
const ACTION_PREFIXES: ReadonlyMap<string, string> = new Map([["iotdevicegateway", "iot"]]);

/** What the actions of a service begin with that has a module of its own and another signing name. */
export function ownActionPrefixOf(name: string): string | undefined {
  return ACTION_PREFIXES.get(name);
}

/** How a service is spoken to. */
export interface Spoken {
  /** Whether it is the URL of a Lambda function, which is signed for by the same name as Lambda's own API. */
  readonly isFunctionUrl?: boolean;
  /** Of a service that has no module of its own. */
  readonly protocol?: Protocol | undefined;
}

/** Whether a service has a module of its own, and takes no model. */
export function hasOwnModule(name: string): boolean {
  return Object.hasOwn(SERVICES, name);
}

/** The service of a signing name. */
export function serviceOf(name: string, { isFunctionUrl = false, protocol = "json" }: Spoken = {}): Service {
  if (isFunctionUrl) return lambdaUrl;
  return (hasOwnModule(name) ? SERVICES[name] : undefined) ?? apiOf(protocol, name);
}
