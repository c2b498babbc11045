import { dynamodb } from "./dynamodb/dynamodb.ts";
import { s3 } from "./s3/s3.ts";
import type { Service } from "./service.ts";

/** Every service that Postern can read, by signing name. Adding one is a file and a line here. */
const SERVICES = { s3, dynamodb } satisfies Record<string, Service>;

/** Signing name of a service that Postern can read. */
export type ServiceName = keyof typeof SERVICES;

/** The names, for configuration. */
export const SERVICE_NAMES = Object.keys(SERVICES) as readonly ServiceName[];

/** The service of a signing name. */
export function serviceOf(name: ServiceName): Service {
  return SERVICES[name];
}
