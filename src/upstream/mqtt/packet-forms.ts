import type { PacketCmd } from "mqtt-packet";
import type { Cursor } from "./cursor.ts";
import { malformed, MqttFault, protocolError } from "./mqtt-fault.ts";
import { readProperties, type UserProperty } from "./property-forms.ts";
import { REASONS } from "./reason-codes.ts";
import { checkTopicFilter, checkTopicName } from "./topic-form.ts";

/** The level of the protocol that a connection speaks: 4 is MQTT 3.1.1, 5 is MQTT 5. */
export type MqttVersion = 4 | 5;

/** In a packet, and subscribed to over a connection. AWS IoT Core allows 8 and 50. */
export const MAX_FILTERS = 100;

/** Reads what follows the fixed header, and returns the user properties there. */
type PacketForm = (
  packet: Cursor,
  flags: number,
  version: MqttVersion,
) => readonly UserProperty[] | undefined | void;

/**
 * How packets are made that follow a CONNECT (MQTT 5 section 3). The parser takes more than there is in the specification: it is
 * not to find another meaning in a packet than AWS.
 */
export const PACKET_FORMS: Readonly<Partial<Record<PacketCmd, PacketForm>>> = {
  connack: (packet, _, version) => {
    const isSessionPresent = packet.byte();
    if (isSessionPresent > 1) throw malformed("reserved flags are set");
    const code = packet.byte();
    if (isSessionPresent === 1 && code !== 0) throw protocolError("a session goes on that is refused");
    return propertiesIn(packet, "connack", version);
  },
  publish: (packet, flags, version) => {
    const qos = (flags >> 1) & 3;
    if (qos === 3) throw malformed("there is no QoS 3");
    if (qos === 0 && (flags & 8) !== 0) throw malformed("what is sent once at most is no duplicate");
    const topic = packet.text();
    if (topic.length === 0 && version === 4) throw malformed("a topic is empty");
    checkTopicName(topic);
    if (qos > 0) packetId(packet);
    const user = propertiesIn(packet, "publish", version);
    packet.rest();
    return user;
  },
  puback: acknowledgement("puback"),
  pubrec: acknowledgement("pubrec"),
  pubrel: acknowledgement("pubrel"),
  pubcomp: acknowledgement("pubcomp"),
  subscribe: (packet, _, version) => {
    packetId(packet);
    const user = propertiesIn(packet, "subscribe", version);
    filters(packet, () => checkSubscriptionOptions(packet.byte(), version));
    return user;
  },
  suback: acknowledgements("suback"),
  unsubscribe: (packet, _, version) => {
    packetId(packet);
    const user = propertiesIn(packet, "unsubscribe", version);
    filters(packet, () => {});
    return user;
  },
  unsuback: (packet, flags, version) =>
    version === 5 ? acknowledgements("unsuback")(packet, flags, version) : packetId(packet),
  pingreq: () => undefined,
  pingresp: () => undefined,
  disconnect: (packet, _, version) => (version === 5 ? reasonAndProperties(packet, "disconnect") : undefined),
};

/** One packet is acknowledged. Reason and properties may be left out (MQTT 5 section 3.4.2). */
function acknowledgement(holder: "puback" | "pubrec" | "pubrel" | "pubcomp"): PacketForm {
  return (packet, _, version) => {
    packetId(packet);
    return version === 5 ? reasonAndProperties(packet, holder) : undefined;
  };
}

function reasonAndProperties(packet: Cursor, holder: PacketCmd): readonly UserProperty[] | undefined {
  if (!packet.isAtEnd) packet.byte();
  return packet.isAtEnd ? undefined : readProperties(packet, holder);
}

/** Several filters are acknowledged, each by one byte. */
function acknowledgements(holder: "suback" | "unsuback"): PacketForm {
  return (packet, _, version) => {
    packetId(packet);
    const user = propertiesIn(packet, holder, version);
    if (packet.isAtEnd) throw malformed("nothing is acknowledged");
    packet.rest();
    return user;
  };
}

function propertiesIn(
  packet: Cursor,
  holder: PacketCmd,
  version: MqttVersion,
): readonly UserProperty[] | undefined {
  return version === 5 ? readProperties(packet, holder) : undefined;
}

function packetId(packet: Cursor): void {
  if (packet.uint16() === 0) throw malformed("a packet identifier of 0");
}

/** Reads filters to the end of a packet, one at least. */
function filters(packet: Cursor, readOptions: () => void): void {
  let count = 0;
  do {
    if (++count > MAX_FILTERS) throw new MqttFault(REASONS.quotaExceeded, "too many filters in a packet");
    checkTopicFilter(packet.text().toString());
    readOptions();
  } while (!packet.isAtEnd);
}

/** MQTT 3.1.1 section 3.8.3; MQTT 5 section 3.8.3.1. */
function checkSubscriptionOptions(options: number, version: MqttVersion): void {
  const isReserved = (options & (version === 5 ? 0xc0 : 0xfc)) !== 0;
  const retainHandling = (options >> 4) & 3;
  if (isReserved || (options & 3) === 3 || retainHandling === 3)
    throw malformed("subscription options are none");
}
