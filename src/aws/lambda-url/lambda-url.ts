import { Refusal } from "../../domain/refusal.ts";
import type { Service } from "../service.ts";

/** The URL of a Lambda function. */
export const lambdaUrl: Service = {
  recognise: () => {
    throw new Refusal("operation-unknown");
  },
  refuse: ({ status, sentence }) => ({ status, headers: {}, body: sentence }),
  faultOf: () => undefined,
  redirectOf: () => undefined,
  speaker: "application",
  repeats: "idempotent",
};
