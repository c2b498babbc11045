import type { TunnelEnd } from "../domain/tunnel-end.ts";
import type { Outcome } from "./outcome.ts";

/** The one record of a tunnel that has ended. Nothing in it is secret. */
export interface TunnelOutcome extends Pick<
  Outcome,
  | "requestId"
  | "traceId"
  | "spanId"
  | "upstream"
  | "service"
  | "operation"
  | "resource"
  | "caller"
  | "callerKind"
  | "groups"
  | "rule"
  | "role"
  | "assumedRole"
  | "accessKeyId"
  | "durationMs"
> {
  readonly why: TunnelEnd;
  /** Of the WebSocket close; undefined where there was none. */
  readonly code: number | undefined;
  /** For the log alone. */
  readonly detail: string | undefined;
  /** From the client and to it. */
  readonly bytesUp: number;
  readonly bytesDown: number;
}

/** The one record of an MQTT packet that was decided: `operation` is `Connect`, `Publish`, `Subscribe` or `Receive`. */
export interface PacketOutcome extends Pick<
  Outcome,
  | "requestId"
  | "traceId"
  | "spanId"
  | "upstream"
  | "service"
  | "operation"
  | "resource"
  | "requirements"
  | "caller"
  | "callerKind"
  | "groups"
  | "subject"
  | "issuer"
  | "verdict"
  | "rule"
  | "role"
  | "assumedRole"
  | "accessKeyId"
  | "recorded"
  | "reason"
  | "detail"
> {
  readonly outcome: "passed" | "refused";
  /** Of the tunnel so far, from its handshake on: its caller was proved then. */
  readonly durationMs: number;
}

/** Takes note of what goes on in tunnels. */
export interface TunnelRecorder {
  /** A tunnel is open. */
  readonly opened: (upstream: string) => void;
  /** A tunnel that was open is so no more. */
  readonly ended: (outcome: TunnelOutcome) => void;
  readonly packet: (outcome: PacketOutcome) => void;
}
