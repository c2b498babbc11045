import type { MqttAsk } from "../../aws/iot/mqtt-ask.ts";
import type { RefusalCode } from "../../domain/refusal.ts";
import type { OnTunnelEnd } from "../tunnel.ts";
import type { MqttDial } from "./dial-upstream.ts";

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
