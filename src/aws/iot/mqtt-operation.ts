import type { Operation, Requirement } from "../../domain/operation.ts";
import type { Upstream } from "../service.ts";

/** The one path of MQTT over WebSocket (IoT developer guide, device communication protocols). */
export const MQTT_PATH = "/mqtt";

/** What is asked by or over a connection. What is sent is the connection's own to write. */
export function mqttOperation(
  name: string,
  requirements: readonly Requirement[],
  { name: upstream, region }: Upstream,
): Operation {
  return {
    upstream,
    service: "iotdevicegateway",
    region,
    name,
    requirements,
    method: "GET",
    path: MQTT_PATH,
    query: "",
    headers: [],
    payload: { kind: "streamed" },
  };
}
