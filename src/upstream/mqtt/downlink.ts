import type { IPublishPacket, IPubrelPacket } from "mqtt-packet";
import { protocolError } from "./mqtt-fault.ts";
import type { UpstreamPacket } from "./read-packet.ts";
import type { SessionPorts } from "./session-ports.ts";
import type { Subscriptions } from "./subscriptions.ts";

/**
 * What became of messages of QoS 2, by their identifiers (which have 16 bits), until AWS releases them. A client that refused one
 * does not know it any more, and answers its release all the same (MQTT 5 section 4.3.3).
 */
type Unreleased = Map<number, "passed" | "withheld">;

/** Makes what is done with each packet of AWS, from behind its CONNACK on. */
export function createDownlink(
  ports: SessionPorts,
  subscriptions: Subscriptions,
): (packet: UpstreamPacket) => void {
  const unreleased: Unreleased = new Map();
  return (packet) => {
    switch (packet.cmd) {
      case "connack":
        throw protocolError("a second CONNACK");
      case "publish":
        return deliver(packet, ports, unreleased);
      case "pubrel":
        return release(packet, ports, unreleased);
      case "suback":
        return ports.toClient(subscriptions.merge(packet));
      case "unsuback":
        subscriptions.left(packet);
        return ports.toClient(packet);
      case "disconnect":
        ports.toClient(packet);
        return ports.end("upstream", {
          reasonCode: null,
          detail: `DISCONNECT with ${packet.reasonCode ?? 0}`,
        });
      case "puback":
      case "pubrec":
      case "pubcomp":
      case "pingresp":
        return ports.toClient(packet);
    }
  };
}

/** Passes a message on, or takes it in the client's place: what nobody acknowledges is sent again for ever. */
function deliver(packet: IPublishPacket, ports: SessionPorts, unreleased: Unreleased): void {
  if (packet.properties?.topicAlias !== undefined || packet.topic === "")
    throw protocolError("a topic alias that was not allowed");
  const { qos, messageId = 0 } = packet;
  if (ports.decide({ kind: "receive", topic: packet.topic }) === undefined) {
    // It may have come before and been withheld.
    if (qos === 2) unreleased.set(messageId, "passed");
    return ports.toClient(packet);
  }
  if (qos === 1) return ports.toUpstream({ cmd: "puback", messageId, reasonCode: 0 });
  if (qos === 0) return;
  // The client has one that passed before, and needs its release.
  if (!unreleased.has(messageId)) unreleased.set(messageId, "withheld");
  ports.toUpstream({ cmd: "pubrec", messageId, reasonCode: 0 });
}

function release(packet: IPubrelPacket, ports: SessionPorts, unreleased: Unreleased): void {
  const { messageId = 0 } = packet;
  const isWithheld = unreleased.get(messageId) === "withheld";
  unreleased.delete(messageId);
  if (isWithheld) ports.toUpstream({ cmd: "pubcomp", messageId, reasonCode: 0 });
  else ports.toClient(packet);
}
