/** The frame that ends a WebSocket connection (RFC 6455 section 5.5.1). */

const FIN_CLOSE = 0x88;
const MASKED = 0x80;

/**
 * Makes a close frame.
 *
 * @param reason at most 123 characters of ASCII
 * @param mask four random bytes, with which all that a client sends is masked (section 5.3); undefined for what a server sends
 */
export function closeFrame(code: number, reason: string, mask?: Buffer): Buffer {
  const payload = Buffer.alloc(2 + reason.length);
  payload.writeUInt16BE(code);
  payload.write(reason, 2, "latin1");
  if (mask === undefined) return Buffer.from([FIN_CLOSE, payload.length, ...payload]);
  return Buffer.from([
    FIN_CLOSE,
    MASKED | payload.length,
    ...mask,
    ...payload.map((byte, i) => byte ^ (mask[i % 4] ?? 0)),
  ]);
}
