import { Refusal } from "../../domain/refusal.ts";

/** AWS IoT Core's limits, in bytes (AWS General Reference, AWS IoT Core message broker quotas). */
const MAX_CLIENT_ID = 128;
const MAX_TOPIC = 256;

/**
 * What no name holds: controls, halves of characters and what is none, which MQTT advises against or forbids (MQTT 5
 * section 1.5.4); U+FFFD, which stands where bytes were no UTF-8; and U+FEFF, which some readers drop.
 */
const UNREADABLE = /[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}\u{FEFF}\u{FFFD}]/u;
/** Wildcards of MQTT and of IAM: an IoT policy with `${iot:ClientId}` in a resource would have them there. */
const NOT_IN_CLIENT_ID = /^\$|[+#*?]/;
const MQTT_WILDCARD = /[+#]/;
/** What AWS reserves, in any case: its own documentation has it in two. */
const RESERVED = /^\$(?:aws|share)(?:\/|$)/i;
const RESERVED_AS_IT_IS = /^\$(?:aws|share)(?:\/|$)/;
/** Of a topic for a rule alone AWS does not count what names the rule (IoT developer guide, Basic Ingest). */
const BASIC_INGEST = /^\$aws\/rules\/\w{1,128}\//;
const SHARED = /^\$share(?:\/(?<group>[^/]*)(?:\/(?<filter>.*))?)?$/s;

/**
 * Holds a client id to what has one reading. One that begins with `$` is AWS's own.
 *
 * @throws Refusal target-malformed
 */
export function checkClientId(id: string): void {
  checkText(id, "client id", MAX_CLIENT_ID);
  if (NOT_IN_CLIENT_ID.test(id)) throw malformed("a wildcard, or a $ at its start, in a client id");
}

/**
 * Holds a topic to what is one (MQTT 5 section 4.7).
 *
 * @throws Refusal target-malformed
 */
export function checkTopic(topic: string): void {
  checkName(topic, "topic");
  if (MQTT_WILDCARD.test(topic)) throw malformed("a wildcard in a topic");
}

/**
 * A topic filter as a client writes it (MQTT 5 sections 4.7 and 4.8.2).
 *
 * @returns it without `$share/GROUP/`
 * @throws Refusal target-malformed
 */
export function readTopicFilter(written: string): string {
  const filter = unshared(written);
  checkName(filter, "topic filter");
  if (SHARED.test(filter)) throw malformed("a shared topic filter in another");
  const levels = filter.split("/");
  const isSound = levels.every(
    (level, i) => !MQTT_WILDCARD.test(level) || level === "+" || (level === "#" && i === levels.length - 1),
  );
  if (!isSound) throw malformed("a wildcard that is no level of its own, or # before the last");
  return filter;
}

function unshared(written: string): string {
  const shared = SHARED.exec(written);
  if (shared === null) return written;
  const { group = "", filter = "" } = shared.groups ?? {};
  if (group === "" || filter === "") throw malformed("a shared topic filter without its group or its filter");
  checkText(group, "group of a shared topic filter", MAX_TOPIC);
  if (MQTT_WILDCARD.test(group)) throw malformed("a wildcard in the group of a shared topic filter");
  return filter;
}

function checkName(name: string, what: string): void {
  checkText(name.replace(BASIC_INGEST, ""), what, MAX_TOPIC);
  if (RESERVED.test(name) && !RESERVED_AS_IT_IS.test(name))
    throw malformed(`a ${what} that AWS reserves, in another case`);
}

function checkText(text: string, what: string, maxBytes: number): void {
  if (text === "") throw malformed(`a ${what} of nothing`);
  if (text.length > maxBytes || Buffer.byteLength(text) > maxBytes)
    throw malformed(`a ${what} of more than ${maxBytes} bytes`);
  if (UNREADABLE.test(text)) throw malformed(`a character in a ${what} that cannot be read`);
}

function malformed(detail: string): Refusal {
  return new Refusal("target-malformed", { detail });
}
