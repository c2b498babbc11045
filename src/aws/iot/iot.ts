import type { Head } from "../../domain/head.ts";
import type { Operation } from "../../domain/operation.ts";
import { Refusal } from "../../domain/refusal.ts";
import { readApplicationRequest } from "../execute-api/application-request.ts";
import type { Service, Upstream } from "../service.ts";
import { refuseAsIot } from "./errors.ts";
import { MQTT_PATH, mqttOperation } from "./mqtt-operation.ts";

/** AWS IoT Core's MQTT over WebSocket, whose signing name is `iotdevicegateway`. */
export const iot: Service = {
  // What the same account takes over HTTPS is another service, iotdata.
  recognise: () => {
    throw new Refusal("upgrade-required");
  },
  refuse: refuseAsIot,
  faultOf: () => undefined,
  redirectOf: () => undefined,
  speaker: "aws",
  repeats: "idempotent",
  webSocket: { open, carries: "mqtt" },
};

/** Nothing is asked for yet: that is in the packets. Nothing of the head is sent either. */
function open(head: Head, upstream: Upstream): Operation {
  if (head.method !== "GET") throw new Refusal("method-not-allowed");
  const { path, query } = readApplicationRequest(head, upstream);
  if (path !== MQTT_PATH) throw new Refusal("operation-unknown", { detail: "a path that is not /mqtt" });
  if (query !== "") throw new Refusal("query-not-allowed", { detail: "a query, of which MQTT knows none" });
  return mqttOperation("OpenConnection", [], upstream);
}
