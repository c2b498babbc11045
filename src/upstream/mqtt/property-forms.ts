import type { PacketCmd } from "mqtt-packet";
import { Cursor } from "./cursor.ts";
import { malformed, MqttFault, protocolError } from "./mqtt-fault.ts";
import { REASONS } from "./reason-codes.ts";
import { checkTopicName } from "./topic-form.ts";

/** What has properties: a packet, or the will in a CONNECT. */
export type PropertyHolder = PacketCmd | "will";

/** A name and a value that applications agree on. */
export type UserProperty = readonly [name: string, value: string];

interface PropertyForm {
  readonly check: (value: Cursor) => void;
  readonly in: ReadonlySet<PropertyHolder>;
  /** Whether it may stand there several times. */
  readonly many?: true;
}

const USER_PROPERTY = 38;
/** Each costs more to read than to send. */
const MAX_USER_PROPERTIES = 256;

/** By identifier: MQTT 5 section 2.2.2.2, table 2-4. */
const FORMS: ReadonlyMap<number, PropertyForm> = new Map<number, PropertyForm>([
  [1, form(flag, "publish", "will")], // payload format indicator
  [2, form(uint32, "publish", "will")], // message expiry interval
  [3, form(text, "publish", "will")], // content type
  [8, form(topicName, "publish", "will")], // response topic
  [9, form(binary, "publish", "will")], // correlation data
  [11, { ...form(subscriptionIdentifier, "publish", "subscribe"), many: true }],
  [17, form(uint32, "connect", "connack", "disconnect")], // session expiry interval
  [18, form(text, "connack")], // assigned client identifier
  [19, form(uint16, "connack")], // server keep alive
  [21, form(text, "connect", "connack")], // authentication method
  [22, form(binary, "connect", "connack")], // authentication data
  [23, form(flag, "connect")], // request problem information
  [24, form(uint32, "will")], // will delay interval
  [25, form(flag, "connect")], // request response information
  [26, form(text, "connack")], // response information
  [28, form(text, "connack", "disconnect")], // server reference
  [31, form(text, "connack", "puback", "pubrec", "pubrel", "pubcomp", "suback", "unsuback", "disconnect")], // reason string
  [33, form(positive16, "connect", "connack")], // receive maximum
  [34, form(uint16, "connect", "connack")], // topic alias maximum
  [35, form(uint16, "publish")], // topic alias
  [36, form(flag, "connack")], // maximum QoS
  [37, form(flag, "connack")], // retain available
  [39, form(positive32, "connect", "connack")], // maximum packet size
  [40, form(flag, "connack")], // wildcard subscription available
  [41, form(flag, "connack")], // subscription identifiers available
  [42, form(flag, "connack")], // shared subscription available
]);

/**
 * Sees that properties are well formed, belong where they stand, and stand there once.
 *
 * @returns the user properties in their order, which the parser forgets, and which has to be kept (section 3.3.2.3.7)
 */
export function readProperties(cursor: Cursor, holder: PropertyHolder): readonly UserProperty[] | undefined {
  const length = cursor.varint();
  if (length === 0) return undefined;
  const properties = new Cursor(cursor.take(length));
  const seen = new Set<number>();
  let user: UserProperty[] | undefined;
  while (!properties.isAtEnd) {
    // Identifiers are numbers of this form, but none has more than one byte.
    const id = properties.byte();
    if (id === USER_PROPERTY) {
      user ??= [];
      if (user.length === MAX_USER_PROPERTIES)
        throw new MqttFault(REASONS.packetTooLarge, "too many user properties");
      user.push([properties.text().toString(), properties.text().toString()]);
    } else readOne(properties, id, holder, seen);
  }
  return user;
}

function readOne(properties: Cursor, id: number, holder: PropertyHolder, seen: Set<number>): void {
  const found = FORMS.get(id);
  if (found === undefined) throw malformed("an unknown property");
  if (!found.in.has(holder)) throw protocolError("a property where it does not belong");
  const mayRepeat = found.many === true && holder === "publish";
  if (seen.has(id) && !mayRepeat) throw protocolError("a property stands twice");
  seen.add(id);
  found.check(properties);
}

function form(check: PropertyForm["check"], ...holders: PropertyHolder[]): PropertyForm {
  return { check, in: new Set(holders) };
}

function flag(value: Cursor): void {
  if (value.byte() > 1) throw protocolError("a flag is neither 0 nor 1");
}

function uint16(value: Cursor): void {
  value.uint16();
}

function uint32(value: Cursor): void {
  value.uint32();
}

function positive16(value: Cursor): void {
  if (value.uint16() === 0) throw protocolError("a limit of 0");
}

function positive32(value: Cursor): void {
  if (value.uint32() === 0) throw protocolError("a limit of 0");
}

function subscriptionIdentifier(value: Cursor): void {
  if (value.varint() === 0) throw protocolError("a subscription identifier of 0");
}

function text(value: Cursor): void {
  value.text();
}

function binary(value: Cursor): void {
  value.binary();
}

function topicName(value: Cursor): void {
  checkTopicName(value.text());
}
