/** A text of a packet: what is no UTF-8 is given as bytes. */
export type Text = string | Buffer;

/** Packets of MQTT 3.1.1 as a client writes them that looks at nothing: see section 3 there. */
export const MQTT_BYTES = {
  connect: (clientId: Text, will?: { readonly topic: Text; readonly retain: boolean }): Buffer => {
    const flags = 0x02 | (will === undefined ? 0 : 0x04 | (will.retain ? 0x20 : 0));
    const last = will === undefined ? [] : [textOf(will.topic), textOf("gone")];
    return packet(0x10, textOf("MQTT"), Buffer.from([4, flags, 0, 0]), textOf(clientId), ...last);
  },
  /** Of QoS 1. */
  publish: (topic: Text, retain: boolean, messageId: number): Buffer =>
    packet(0x32 | (retain ? 1 : 0), textOf(topic), idOf(messageId), Buffer.from("payload")),
  /** Each with QoS 0. */
  subscribe: (filters: readonly Text[], messageId: number): Buffer =>
    packet(0x82, idOf(messageId), ...filters.flatMap((filter) => [textOf(filter), Buffer.from([0])])),
  disconnect: Buffer.from([0xe0, 0]),
} as const;

function packet(first: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const length: number[] = [];
  let left = body.length;
  do {
    const rest = left >> 7;
    length.push((left & 0x7f) | (rest > 0 ? 0x80 : 0));
    left = rest;
  } while (left > 0);
  return Buffer.concat([Buffer.from([first, ...length]), body]);
}

function textOf(text: Text): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([idOf(bytes.length), bytes]);
}

function idOf(id: number): Buffer {
  return Buffer.from([id >> 8, id & 0xff]);
}
