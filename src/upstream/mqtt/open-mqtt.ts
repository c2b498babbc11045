import type { MqttAsk } from "../../aws/iot/mqtt-ask.ts";
import type { RefusalCode } from "../../domain/refusal.ts";
import type { OnTunnelEnd, Tunnel, UpgradeClient } from "../tunnel.ts";

/** Where AWS takes an MQTT connection: signed for this one alone. */
export interface MqttDial {
  /** `ws:` or `wss:`, with the signature in its query. */
  readonly url: string;
  /** The `Host` to send: that of AWS, without a port. */
  readonly host: string;
}

/** What an MQTT connection goes by. */
export interface MqttOptions {
  /** Without a packet either way it is ended. */
  readonly idleMs: number;
  /** Until the client's CONNECT is there, and until AWS answers it. */
  readonly connectMs: number;
  /** Says whether a packet may pass: undefined where it may. */
  readonly decide: (ask: MqttAsk) => RefusalCode | undefined;
  /** Called once, for a CONNECT that may pass. Rejects with a Refusal, where credentials cannot be had for example. */
  readonly dial: () => Promise<MqttDial>;
  /** AWS took the CONNECT, or refused it or left at it, which it does where the identity has no IoT policy. */
  readonly onConnected: (accepted: boolean) => void;
  readonly onEnd: OnTunnelEnd;
}

/** An MQTT connection, whose subscriptions can be decided anew. */
export interface MqttTunnel extends Tunnel {
  /** The CONNECT that it was opened with; undefined until there is one. */
  readonly connect: () => Extract<MqttAsk, { readonly kind: "connect" }> | undefined;
  /** Filters that are subscribed to over it, as the client wrote them. */
  readonly filters: () => readonly string[];
}

/**
 * Accepts a client's upgrade and speaks MQTT (3.1.1 and 5) with it; with AWS too, from its CONNECT on. Every packet is read whole,
 * decided, and written anew.
 *
 * @param subprotocol the one among the client's that is accepted
 */
export function openMqtt(client: UpgradeClient, subprotocol: string, options: MqttOptions): MqttTunnel {
  throw new Error(`${subprotocol} ${client.request.url} ${options.idleMs}`);
}
