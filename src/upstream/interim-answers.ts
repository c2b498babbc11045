import { subscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";

/** Connections on which the answer to the request that was sent last has not begun yet. */
const waiting = new WeakSet<Socket>();

// Undici tells of each request just before its first byte is written (its documentation, Diagnostics Channel).
subscribe("undici:client:sendHeaders", (message) => {
  waiting.add((message as { readonly socket: Socket }).socket);
});

/**
 * Keeps each `100 Continue` from undici, which closes the connection on those that nobody asked for. A client has to be
 * able to read interim answers that it does not expect (RFC 9110 section 15.2). The other ones pass: they show that the
 * upstream is at work.
 */
export function dropContinues(socket: Socket): void {
  const read = socket.read.bind(socket) as (size?: number) => Buffer | null;
  let begun: Buffer = NOTHING;
  socket.read = (size?: number) => {
    // Node itself reads a size of 0, which takes nothing out.
    if (size !== undefined || !waiting.has(socket)) return read(size);
    for (;;) {
      const piece = read();
      if (piece === null) return null;
      const { passing, rest, isFinal } = sift(begun.length === 0 ? piece : Buffer.concat([begun, piece]));
      begun = rest;
      if (isFinal) waiting.delete(socket);
      if (passing.length > 0) return passing;
    }
  };
}

/** What came of an answer before its body. */
interface Sifted {
  readonly passing: Buffer;
  /** The beginning of a head that is not there whole. */
  readonly rest: Buffer;
  readonly isFinal: boolean;
}

const NOTHING = Buffer.alloc(0);
const HEAD_END = "\r\n\r\n";
const CONTINUE = "HTTP/1.1 100";
/** A longer head is undici's to refuse. */
const MAX_HEAD_BYTES = 64 * 1024;

function sift(bytes: Buffer): Sifted {
  const passing: Buffer[] = [];
  for (let at = 0; ;) {
    const status = bytes.toString("latin1", at, at + CONTINUE.length);
    const end = mayBeInterim(status) ? bytes.indexOf(HEAD_END, at) : at;
    const isTooLong = end < 0 && bytes.length - at > MAX_HEAD_BYTES;
    if (end === at || isTooLong)
      return { passing: joined([...passing, bytes.subarray(at)]), rest: NOTHING, isFinal: true };
    if (end < 0) return { passing: joined(passing), rest: bytes.subarray(at), isFinal: false };
    const next = end + HEAD_END.length;
    if (status !== CONTINUE) passing.push(bytes.subarray(at, next));
    at = next;
  }
}

/** Whether a head that begins so may be an interim one. `101` is not: another protocol begins behind it. */
function mayBeInterim(status: string): boolean {
  return (CONTINUE.startsWith(status) || /^HTTP\/1\.1 1\d{0,2}$/.test(status)) && !status.endsWith(" 101");
}

function joined(pieces: readonly Buffer[]): Buffer {
  return pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
}
