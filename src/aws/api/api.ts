import { Refusal } from "../../domain/refusal.ts";
import type { Service } from "../service.ts";
import type { Protocol } from "./model.ts";

/** The service that speaks a protocol: what it can do says the model of its upstream. */
export function apiOf(_protocol: Protocol): Service {
  return {
    recognise: () => {
      throw new Refusal("operation-unknown");
    },
    refuse: ({ status, sentence }) => ({ status, headers: {}, body: sentence }),
    faultOf: () => undefined,
    redirectOf: () => undefined,
    speaker: "aws",
    repeats: "idempotent",
  };
}
