import { generate, type Packet, writeToStream } from "mqtt-packet";
import type { MqttVersion } from "./packet-forms.ts";

// Otherwise the first packet makes a buffer for each of 65,536 numbers.
writeToStream.cacheNumbers = false;

/** Writes a packet anew, in the one form that it has. */
export function writePacket(packet: Packet, version: MqttVersion): Buffer {
  return generate(packet, { protocolVersion: version });
}
