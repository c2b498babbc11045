import type { Headers } from "../../domain/head.ts";
import { Refusal } from "../../domain/refusal.ts";
import { protocolsOf } from "./handshake.ts";

/** `mqttv3.1` is what AWS's device SDK for browsers offers; it speaks 3.1.1 then. */
const SUBPROTOCOLS = ["mqtt", "mqttv3.1"];

/**
 * The first subprotocol of the client's that is MQTT.
 *
 * @throws Refusal upgrade-not-accepted, target-malformed
 */
export function mqttSubprotocolOf(headers: Headers): string {
  const subprotocol = protocolsOf(headers).find((one) => SUBPROTOCOLS.includes(one));
  if (subprotocol !== undefined) return subprotocol;
  throw new Refusal("upgrade-not-accepted", { detail: "no subprotocol mqtt is offered" });
}
