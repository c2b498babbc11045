import type { Packet } from "mqtt-packet";
import { MqttFault } from "../../../src/upstream/mqtt/mqtt-fault.ts";
import {
  createClientReader,
  createUpstreamReader,
  readConnect,
  type ReadPacket,
} from "../../../src/upstream/mqtt/read-packet.ts";

/** Makes a reader of what one side sends. */
const readers: Readonly<Record<string, () => ReadPacket<Packet>>> = {
  "client 4": () => createClientReader(4),
  "client 5": () => createClientReader(5),
  "upstream 4": () => createUpstreamReader(4),
  "upstream 5": () => createUpstreamReader(5),
  connect: () => readConnect,
};

/** What a reader makes of bytes: a packet, or the reason code of the fault. After a fault none is used again. */
export function read(reader: string, bytes: Buffer): Packet | number {
  try {
    return readers[reader]!()(bytes);
  } catch (error) {
    if (error instanceof MqttFault) return error.reasonCode;
    throw error;
  }
}
