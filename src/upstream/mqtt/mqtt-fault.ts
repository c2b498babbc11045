import { type ReasonCode, REASONS } from "./reason-codes.ts";

/** A packet that a connection does not outlive. Its message quotes nothing of the packet. */
export class MqttFault extends Error {
  /** What a client of MQTT 5 is told. */
  readonly reasonCode: ReasonCode;

  constructor(reasonCode: ReasonCode, message: string) {
    super(message);
    this.name = "MqttFault";
    this.reasonCode = reasonCode;
  }
}

/** The fault of bytes that are no packet. */
export function malformed(message: string): MqttFault {
  return new MqttFault(REASONS.malformedPacket, message);
}

/** The fault of a packet that may not come, or not now. */
export function protocolError(message: string): MqttFault {
  return new MqttFault(REASONS.protocolError, message);
}

/** A fault of Postern's own. What it says may quote a packet, so only its kind is repeated. */
export function internal(error: unknown): MqttFault {
  const kind = error instanceof Error ? error.name : typeof error;
  return new MqttFault(REASONS.implementationSpecific, `internal: ${kind}`);
}
