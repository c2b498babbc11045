const NONE = Buffer.alloc(0);
const MASK_BYTES = 4;

/**
 * Makes what looks at the frames of a client as they come, in pieces of any size, and tells of each that is too long.
 *
 * Source: RFC 6455, section 5.2.
 */
export function createFrameWatch(maxBytes: number, tooLong: () => void): (bytes: Buffer) => void {
  let header = NONE;
  let payloadLeft = 0;
  return (bytes) => {
    let at = 0;
    while (at < bytes.length) {
      const skipped = Math.min(payloadLeft, bytes.length - at);
      payloadLeft -= skipped;
      at += skipped;
      if (at === bytes.length) return;
      header = Buffer.concat([header, bytes.subarray(at, ++at)]);
      const length = payloadLength(header);
      if (length === undefined) continue;
      header = NONE;
      payloadLeft = length;
      if (length > maxBytes) tooLong();
    }
  };
}

/** Undefined until the header is whole. */
function payloadLength(header: Buffer): number | undefined {
  const [, second = 0] = header;
  const short = second & 0x7f;
  const lengthBytes = short < 126 ? 0 : short === 126 ? 2 : 8;
  const maskBytes = (second & 0x80) === 0 ? 0 : MASK_BYTES;
  if (header.length < 2 + lengthBytes + maskBytes) return undefined;
  if (lengthBytes === 0) return short;
  return lengthBytes === 2 ? header.readUInt16BE(2) : Number(header.readBigUInt64BE(2));
}
