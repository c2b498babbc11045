import type { Packet } from "mqtt-packet";
import type { MqttAsk } from "../../aws/iot/mqtt-ask.ts";
import type { RefusalCode } from "../../domain/refusal.ts";
import type { TunnelEnd } from "../../domain/tunnel-end.ts";
import type { MqttVersion } from "./packet-forms.ts";
import type { ReasonCode } from "./reason-codes.ts";

/** What an MQTT session acts upon. */
export interface SessionPorts {
  readonly version: MqttVersion;
  /** Says whether a packet may pass: undefined where it may. */
  readonly decide: (ask: MqttAsk) => RefusalCode | undefined;
  readonly toUpstream: (packet: Packet) => void;
  /** Passes on what AWS sent. */
  readonly toClient: (packet: Packet) => void;
  /** Says to the client what Postern itself has to say. */
  readonly answer: (packet: Packet) => void;
  /** Ends the connection. */
  readonly end: (why: TunnelEnd, farewell: Farewell) => void;
}

/** What is said of an end beyond its {@link TunnelEnd}. */
export interface Farewell {
  /** Told in a DISCONNECT of MQTT 5, instead of the usual one; `null` where that was said already, or is for no one to say. */
  readonly reasonCode?: ReasonCode | null;
  /** For the log. */
  readonly detail?: string;
}
