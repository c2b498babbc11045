import type { IConnackPacket, IConnectPacket } from "mqtt-packet";
import type { MqttAsk } from "../../aws/iot/mqtt-ask.ts";
import type { RefusalCode } from "../../domain/refusal.ts";
import type { MqttVersion } from "./packet-forms.ts";
import type { ConnectPacket } from "./read-packet.ts";
import { REASONS } from "./reason-codes.ts";
import { MAX_TOPIC_ALIASES } from "./topic-aliases.ts";

/** What a CONNECT asks. */
export type ConnectAsk = Extract<MqttAsk, { readonly kind: "connect" }>;

/** Why a CONNECT is refused, where Postern does it. */
export type ConnectRefusal = "version" | "client-id" | "method" | "not-authorized" | "unavailable";

/** MQTT 3.1.1 section 3.2.2.3, which has no word for a method, and MQTT 5 section 3.2.2.2. */
const CODES: Readonly<Record<ConnectRefusal, readonly [returnCode: number, reasonCode: number]>> = {
  version: [1, REASONS.unsupportedVersion],
  "client-id": [2, REASONS.clientIdNotValid],
  method: [5, REASONS.badAuthenticationMethod],
  "not-authorized": [5, REASONS.notAuthorized],
  unavailable: [3, REASONS.serverUnavailable],
};

/** Puts what a CONNECT asks into words. */
export function askOf({ clientId, will }: IConnectPacket): ConnectAsk {
  const { topic, retain = false } = will ?? {};
  return { kind: "connect", clientId, will: topic === undefined ? undefined : { topic, retain } };
}

/** Decides a CONNECT, and says how it is refused. */
export function refusalOfConnect(
  packet: ConnectPacket,
  decide: (ask: MqttAsk) => RefusalCode | undefined,
): readonly [refusal: ConnectRefusal, detail: string] | undefined {
  if (packet.properties?.authenticationMethod !== undefined) return ["method", "enhanced authentication"];
  const code = decide(askOf(packet));
  if (code === "target-malformed") return ["client-id", code];
  if (code !== undefined) return ["not-authorized", code];
  // AWS would make one up, which nobody has decided.
  return packet.clientId === "" ? ["client-id", "an empty client id"] : undefined;
}

/**
 * Makes the CONNECT to send to AWS. A user name could name a custom authorizer of AWS, and a password is often the client's token:
 * neither passes. AWS is to use no topic aliases.
 */
export function connectUpstream(packet: ConnectPacket): IConnectPacket {
  const { username: _username, password: _password, properties, ...rest } = packet;
  const { topicAliasMaximum: _none, ...passing } = properties ?? {};
  return { ...rest, properties: passing };
}

/** Makes the CONNACK that refuses a connection. */
export function connackOf(refusal: ConnectRefusal, version: MqttVersion): IConnackPacket {
  const [returnCode, reasonCode] = CODES[refusal];
  return { cmd: "connack", sessionPresent: false, ...(version === 5 ? { reasonCode } : { returnCode }) };
}

/** Makes the CONNACK that a client gets of AWS's, which may offer more topic aliases than are remembered. */
export function connackToClient(packet: IConnackPacket): IConnackPacket {
  const offered = packet.properties?.topicAliasMaximum;
  if (offered === undefined || offered <= MAX_TOPIC_ALIASES) return packet;
  return { ...packet, properties: { ...packet.properties, topicAliasMaximum: MAX_TOPIC_ALIASES } };
}
