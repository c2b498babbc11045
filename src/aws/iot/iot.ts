import { Refusal } from "../../domain/refusal.ts";
import type { Service } from "../service.ts";
import { refuseAsApiGateway } from "../execute-api/errors.ts";

/** AWS IoT Core's MQTT over WebSocket, whose signing name is `iotdevicegateway`. */
export const iot: Service = {
  recognise: () => {
    throw new Refusal("upgrade-required");
  },
  refuse: refuseAsApiGateway,
  faultOf: () => undefined,
  redirectOf: () => undefined,
  speaker: "aws",
  repeats: "idempotent",
  webSocket: {
    open: () => {
      throw new Refusal("operation-unknown");
    },
    carries: "mqtt",
  },
};
