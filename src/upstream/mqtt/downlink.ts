import type { IPublishPacket, IPubrelPacket } from "mqtt-packet";
import { protocolError } from "./mqtt-fault.ts";
import type { UpstreamPacket } from "./read-packet.ts";
import type { SessionPorts } from "./session-ports.ts";
import type { Subscriptions } from "./subscriptions.ts";

/** Makes what is done with each packet of AWS, from behind its CONNACK on. */
export function createDownlink(
  ports: SessionPorts,
  subscriptions: Subscriptions,
): (packet: UpstreamPacket) => void {
  // Messages of QoS 2 that are withheld, until AWS releases them. Packet identifiers have 16 bits.
  const withheld = new Set<number>();
  return (packet) => {
    switch (packet.cmd) {
      case "connack":
        throw protocolError("a second CONNACK");
      case "publish":
        return deliver(packet, ports, withheld);
      case "pubrel":
        return release(packet, ports, withheld);
      case "suback":
        return ports.toClient(subscriptions.merge(packet));
      case "disconnect":
        ports.toClient(packet);
        return ports.end("upstream", {
          reasonCode: null,
          detail: `DISCONNECT with ${packet.reasonCode ?? 0}`,
        });
      case "puback":
      case "pubrec":
      case "pubcomp":
      case "unsuback":
      case "pingresp":
        return ports.toClient(packet);
    }
  };
}

/** Passes a message on, or takes it in the client's place: what nobody acknowledges is sent again for ever. */
function deliver(packet: IPublishPacket, ports: SessionPorts, withheld: Set<number>): void {
  if (packet.properties?.topicAlias !== undefined || packet.topic === "")
    throw protocolError("a topic alias that was not allowed");
  const { qos, messageId = 0 } = packet;
  if (ports.decide({ kind: "receive", topic: packet.topic }) === undefined) {
    // It came before and was withheld, and may pass by now.
    if (qos === 2) withheld.delete(messageId);
    return ports.toClient(packet);
  }
  if (qos === 1) return ports.toUpstream({ cmd: "puback", messageId, reasonCode: 0 });
  if (qos === 0) return;
  withheld.add(messageId);
  ports.toUpstream({ cmd: "pubrec", messageId, reasonCode: 0 });
}

function release(packet: IPubrelPacket, ports: SessionPorts, withheld: Set<number>): void {
  const { messageId = 0 } = packet;
  if (withheld.delete(messageId)) ports.toUpstream({ cmd: "pubcomp", messageId, reasonCode: 0 });
  else ports.toClient(packet);
}
