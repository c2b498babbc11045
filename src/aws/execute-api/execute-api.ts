import { Refusal } from "../../domain/refusal.ts";
import type { Service } from "../service.ts";

/** Amazon API Gateway: REST, HTTP and WebSocket APIs as their callers see them. */
export const executeApi: Service = {
  recognise: () => {
    throw new Refusal("operation-unknown");
  },
  refuse: ({ status, sentence }) => ({ status, headers: {}, body: sentence }),
  faultOf: () => undefined,
  redirectOf: () => undefined,
  speaker: "application",
  repeats: "idempotent",
};
