import { type IConnectPacket, type Packet, type PacketCmd, parser as createParser } from "mqtt-packet";
import { readConnectForm } from "./connect-form.ts";
import { Cursor } from "./cursor.ts";
import { malformed, protocolError } from "./mqtt-fault.ts";
import { type MqttVersion, PACKET_FORMS } from "./packet-forms.ts";
import type { UserProperty } from "./property-forms.ts";

/** Packets that a client may send once it is connected. */
export type ClientPacket = Extract<Packet, { readonly cmd: (typeof FROM_CLIENT)[number] }>;

/** Packets that AWS may send. */
export type UpstreamPacket = Extract<Packet, { readonly cmd: (typeof FROM_UPSTREAM)[number] }>;

/** Reads one whole packet, and throws an {@link MqttFault} where it is none, or may not come from this side. */
export type ReadPacket<P extends Packet> = (bytes: Buffer) => P;

const FROM_CLIENT = [
  "publish",
  "puback",
  "pubrec",
  "pubrel",
  "pubcomp",
  "subscribe",
  "unsubscribe",
  "pingreq",
  "disconnect",
] as const satisfies readonly PacketCmd[];

const FROM_UPSTREAM = [
  "connack",
  "publish",
  "puback",
  "pubrec",
  "pubrel",
  "pubcomp",
  "suback",
  "unsuback",
  "pingresp",
  "disconnect",
] as const satisfies readonly PacketCmd[];

/** By packet type (MQTT 5 section 2.1.2). */
const NAMES: readonly (PacketCmd | undefined)[] = [
  undefined,
  "connect",
  "connack",
  "publish",
  "puback",
  "pubrec",
  "pubrel",
  "pubcomp",
  "subscribe",
  "suback",
  "unsubscribe",
  "unsuback",
  "pingreq",
  "pingresp",
  "disconnect",
  "auth",
];

/** The packets whose reserved flags are 2; those of a PUBLISH mean something, and all others are 0 (section 2.1.3). */
const FLAGS_OF_TWO: ReadonlySet<PacketCmd> = new Set(["pubrel", "subscribe", "unsubscribe"]);

/** A CONNECT, and the version that it is for. */
export interface ConnectPacket extends IConnectPacket {
  readonly protocolVersion: MqttVersion;
}

/**
 * Reads the packet that a connection begins with.
 *
 * @throws MqttFault protocolError for another packet, unsupportedVersion, malformedPacket
 */
export function readConnect(bytes: Buffer): ConnectPacket {
  if (nameOf(bytes) !== "connect") throw protocolError("the first packet is no CONNECT");
  checkFlags("connect", bytes);
  const { version, userProperties, willUserProperties } = readConnectForm(bodyOf(bytes));
  const packet = {
    ...(parseWith(createOneParser(version), bytes) as IConnectPacket),
    protocolVersion: version,
  };
  restoreOrder(packet, userProperties);
  if (packet.will !== undefined) restoreOrder(packet.will, willUserProperties);
  return packet;
}

/** Makes a reader of what a client sends behind its CONNECT. */
export function createClientReader(version: MqttVersion): ReadPacket<ClientPacket> {
  return createReader<ClientPacket>(FROM_CLIENT, version);
}

/** Makes a reader of what AWS sends. */
export function createUpstreamReader(version: MqttVersion): ReadPacket<UpstreamPacket> {
  const known = version === 5 ? FROM_UPSTREAM : FROM_UPSTREAM.filter((name) => name !== "disconnect");
  return createReader<UpstreamPacket>(known, version);
}

function createReader<P extends Packet>(known: readonly PacketCmd[], version: MqttVersion): ReadPacket<P> {
  const parser = createOneParser(version);
  return (bytes) => {
    const name = nameOf(bytes);
    const check = name === undefined || !known.includes(name) ? undefined : PACKET_FORMS[name];
    if (name === undefined || check === undefined) throw protocolError("a packet that may not come");
    const flags = checkFlags(name, bytes);
    const body = bodyOf(bytes);
    const userProperties = check(body, flags, version) ?? undefined;
    body.end();
    const packet = parseWith(parser, bytes);
    restoreOrder(packet, userProperties);
    return packet as P;
  };
}

/** The parser that mqtt-packet has, for whole packets. */
type WholeParser = (bytes: Buffer) => Packet | undefined;

function createOneParser(protocolVersion: MqttVersion): WholeParser {
  const parser = createParser({ protocolVersion });
  let found: Packet | undefined;
  let fails = false;
  parser.on("packet", (packet) => (found = packet));
  parser.on("error", () => (fails = true));
  return (bytes) => {
    found = undefined;
    fails = false;
    const left = parser.parse(bytes);
    return fails || left > 0 ? undefined : found;
  };
}

function parseWith(parse: WholeParser, bytes: Buffer): Packet {
  const packet = parse(bytes);
  if (packet === undefined) throw malformed("a packet that the parser does not take");
  return packet;
}

function nameOf(bytes: Buffer): PacketCmd | undefined {
  return NAMES[bytes.readUInt8(0) >> 4];
}

function checkFlags(name: PacketCmd, bytes: Buffer): number {
  const flags = bytes.readUInt8(0) & 0x0f;
  if (name !== "publish" && flags !== (FLAGS_OF_TWO.has(name) ? 2 : 0))
    throw malformed("reserved flags are set");
  return flags;
}

function bodyOf(bytes: Buffer): Cursor {
  const packet = new Cursor(bytes);
  packet.byte();
  packet.varint();
  return packet;
}

/**
 * The parser gathers user properties by name. The writer takes a list of objects too, and writes them one after the other, so
 * that their order is kept.
 */
function restoreOrder(holder: object, userProperties: readonly UserProperty[] | undefined): void {
  if (userProperties === undefined) return;
  const { properties } = holder as { properties?: Record<string, unknown> };
  if (properties !== undefined)
    properties.userProperties = userProperties.map((pair) => Object.fromEntries([pair]));
}
