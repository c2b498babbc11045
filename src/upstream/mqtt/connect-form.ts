import type { Cursor } from "./cursor.ts";
import { malformed, MqttFault, protocolError } from "./mqtt-fault.ts";
import type { MqttVersion } from "./packet-forms.ts";
import { readProperties, type UserProperty } from "./property-forms.ts";
import { REASONS } from "./reason-codes.ts";
import { checkTopicName } from "./topic-form.ts";

/** What is known of a CONNECT before it is parsed. */
export interface ConnectForm {
  readonly version: MqttVersion;
  readonly userProperties: readonly UserProperty[] | undefined;
  readonly willUserProperties: readonly UserProperty[] | undefined;
}

const WILL = 0x04;
const WILL_DETAILS = 0x38;
const PASSWORD = 0x40;
const USERNAME = 0x80;

/**
 * Sees that a CONNECT is made as MQTT 3.1.1 or 5 has it (section 3.1 of both).
 *
 * @param packet what follows the fixed header
 * @throws MqttFault unsupportedVersion for other versions, the older MQIsdp and bridges among them
 */
export function readConnectForm(packet: Cursor): ConnectForm {
  const version = readVersion(packet);
  const flags = packet.byte();
  checkFlags(flags, version);
  packet.uint16(); // keep alive
  const userProperties = version === 5 ? readProperties(packet, "connect") : undefined;
  packet.text(); // client identifier
  const willUserProperties = (flags & WILL) === 0 ? undefined : readWill(packet, version);
  if ((flags & USERNAME) !== 0) packet.text();
  if ((flags & PASSWORD) !== 0) packet.binary();
  packet.end();
  return { version, userProperties, willUserProperties };
}

function readVersion(packet: Cursor): MqttVersion {
  const name = packet.text().toString();
  if (name !== "MQTT" && name !== "MQIsdp") throw protocolError("another protocol");
  const level = packet.byte();
  if (name === "MQTT" && (level === 4 || level === 5)) return level;
  throw new MqttFault(REASONS.unsupportedVersion, "another version of the protocol");
}

function checkFlags(flags: number, version: MqttVersion): void {
  if ((flags & 1) !== 0) throw malformed("a reserved flag is set");
  if ((flags & WILL) === 0 && (flags & WILL_DETAILS) !== 0)
    throw malformed("there is no will, but its flags are set");
  if ((flags & 0x18) === 0x18) throw malformed("there is no QoS 3");
  if (version === 4 && (flags & (USERNAME | PASSWORD)) === PASSWORD)
    throw malformed("a password without a user name");
}

function readWill(packet: Cursor, version: MqttVersion): readonly UserProperty[] | undefined {
  const userProperties = version === 5 ? readProperties(packet, "will") : undefined;
  const topic = packet.text();
  if (topic.length === 0) throw malformed("a topic is empty");
  checkTopicName(topic);
  packet.binary();
  return userProperties;
}
