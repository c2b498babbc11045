/** An MQTT packet as somebody says it on the command line. */
export interface MqttWords {
  /** A user of the stand-in AWS, or `guest`; undefined where nobody is named. */
  readonly user: string | undefined;
  readonly packet: (typeof PACKETS)[number];
  /** A client id, a topic or a topic filter: as it stands, blanks and all. */
  readonly name: string;
}

const PACKETS = ["connect", "publish", "subscribe", "receive"] as const;

/** Reads `[USER] mqtt PACKET NAME`; undefined where the words are about something else. */
export function readMqttWords(words: readonly string[]): MqttWords | undefined {
  const [name, said, mqtt, user, ...more] = words.toReversed();
  const packet = PACKETS.find((one) => one === said?.toLowerCase());
  if (name === undefined || packet === undefined || mqtt !== "mqtt" || more.length > 0) return undefined;
  return { user, packet, name };
}
