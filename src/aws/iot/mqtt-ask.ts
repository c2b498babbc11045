import type { Operation } from "../../domain/operation.ts";
import { Refusal } from "../../domain/refusal.ts";
import type { Upstream } from "../service.ts";

/** What an MQTT packet asks of AWS IoT Core. */
export type MqttAsk =
  | {
      readonly kind: "connect";
      readonly clientId: string;
      /** What is published when the connection ends without a farewell. */
      readonly will: { readonly topic: string; readonly retain: boolean } | undefined;
    }
  | { readonly kind: "publish"; readonly topic: string; readonly retain: boolean }
  /** One filter of a SUBSCRIBE, as the client wrote it: `$share/GROUP/` may stand before it. */
  | { readonly kind: "subscribe"; readonly filter: string }
  /** A message on its way to the client. */
  | { readonly kind: "receive"; readonly topic: string };

/**
 * What a packet needs to be allowed, in IAM's words.
 *
 * @throws Refusal target-malformed: a client id, topic or filter that nothing may be called
 */
export function readMqttAsk(ask: MqttAsk, upstream: Upstream): Operation {
  throw new Refusal("internal", { detail: `${ask.kind} on ${upstream.name}` });
}
