import type { Config } from "./schema.ts";
import { webSocketSchema } from "./websocket-schema.ts";

type Settings = Pick<Config["upstreams"][string], "service" | "websocket">;

const HOUR_MS = 3_600_000;

/** For how long AWS keeps a WebSocket connection (quotas of API Gateway and of AWS IoT Core): milliseconds. */
export function awsLifetimeMs({ service }: Pick<Settings, "service">): number {
  return (service === "iotdevicegateway" ? 24 : 2) * HOUR_MS;
}

/** Which WebSocket connections an upstream takes; undefined where none. IoT Core is spoken to in no other way. */
export function webSocketRulesOf({ service, websocket }: Settings) {
  const rules = websocket ?? (service === "iotdevicegateway" ? webSocketSchema.parse({}) : undefined);
  if (rules === undefined) return undefined;
  const { origins, queryToken, idle: idleMs, lifetime: lifetimeMs = awsLifetimeMs({ service }) } = rules;
  return { origins: new Set(origins), queryToken, idleMs, lifetimeMs };
}
