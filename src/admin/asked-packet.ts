import type { MqttAsk } from "../aws/iot/mqtt-ask.ts";
import { isObject, type JsonObject } from "../aws/strict-json.ts";
import type { HeaderLine } from "../domain/operation.ts";
import { checkMembers, odd, readHeaderLines, textIn } from "./asked-request.ts";

/** An MQTT packet that is asked about. */
export interface AskedPacket {
  readonly mqtt: MqttAsk;
  /** By its configured name; undefined where there is one alone. */
  readonly upstream: string | undefined;
  /** By which the packet's connection was opened. */
  readonly clientId: string | undefined;
  /** Of the connection's handshake. */
  readonly headers: readonly HeaderLine[];
}

const KINDS = ["connect", "publish", "subscribe", "receive"] as const;
const MEMBERS = [...KINDS, "will", "retain", "clientId", "upstream", "headers"];

/**
 * Reads a packet: exactly one of `{connect: CLIENT-ID}`, `{publish: TOPIC}`, `{subscribe: FILTER}` and `{receive: TOPIC}`.
 * Beside connect may stand `will`, a topic; beside it or publish `retain: true`; beside the others `clientId`; beside all
 * `upstream` and `headers`.
 *
 * @throws Refusal body-malformed, with words for people
 */
export function readAskedPacket(value: unknown): AskedPacket {
  if (!isObject(value)) throw odd('mqtt is an object, as {"publish": "things/1/state"}');
  checkMembers(value, MEMBERS, "mqtt");
  const [kind, ...more] = KINDS.filter((one) => value[one] !== undefined);
  if (kind === undefined || more.length > 0) throw odd(`mqtt has exactly one of ${KINDS.join(", ")}`);
  const clientId = textAt(value, "clientId");
  if (kind === "connect" && clientId !== undefined) throw odd("mqtt: clientId is of what follows a connect");
  return {
    mqtt: readAsk(kind, value),
    upstream: textAt(value, "upstream"),
    clientId,
    headers: readHeaderLines(value["headers"] ?? [], "mqtt"),
  };
}

function readAsk(kind: (typeof KINDS)[number], value: JsonObject): MqttAsk {
  const name = textIn(value, kind, "mqtt");
  const topic = textAt(value, "will");
  if (topic !== undefined && kind !== "connect") throw odd("mqtt: will is a connect's");
  const retain = readRetain(value, kind === "publish" || topic !== undefined);
  if (kind === "connect")
    return { kind, clientId: name, will: topic === undefined ? topic : { topic, retain } };
  if (kind === "subscribe") return { kind, filter: name };
  return kind === "publish" ? { kind, topic: name, retain } : { kind, topic: name };
}

function readRetain({ retain }: JsonObject, isPublished: boolean): boolean {
  if (retain !== undefined && typeof retain !== "boolean") throw odd("mqtt: retain is true or false");
  if (retain === true && !isPublished) throw odd("mqtt: retain is of a publish, or of a connect's will");
  return retain === true;
}

function textAt(value: JsonObject, name: string): string | undefined {
  return value[name] === undefined ? undefined : textIn(value, name, "mqtt");
}
