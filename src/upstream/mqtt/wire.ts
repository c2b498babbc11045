import { WebSocket } from "ws";
import { Framer } from "./framer.ts";
import { internal, malformed, MqttFault, protocolError } from "./mqtt-fault.ts";

/** What is told of a wire. */
export interface WireEvents {
  /** Whether what the next packet leads to could be sent. */
  readonly mayRead: () => boolean;
  /** May throw an {@link MqttFault}, which comes back as one of the wire. */
  readonly onPacket: (bytes: Buffer) => void;
  /** What came can be no MQTT. `code` is that of the WebSocket close that says so; undefined for that of a protocol error. */
  readonly onFault: (fault: MqttFault, code?: number) => void;
  /** Some of what waited to be sent has gone. */
  readonly onDrain: () => void;
  /** Told once: it is closed, and what came of it was read. `code` is what the other side gave, if it gave one. */
  readonly onClose: (code: number | undefined) => void;
}

/** Of a WebSocket message, in which packets may be many. */
const MAX_MESSAGE_BYTES = 256 * 1024;

/**
 * How both sides are spoken to. What is told to close and does not is cut after 2 s.
 *
 * Each fragment of a message keeps the whole piece alive that it came in, and pieces of a frame are joined at a cost that grows
 * with their square: clients of MQTT need few of either.
 */
export const WEB_SOCKET_OPTIONS = {
  perMessageDeflate: false,
  maxPayload: MAX_MESSAGE_BYTES,
  maxFragments: 64,
  maxBufferedChunks: 2048,
  closeTimeout: 2000,
} as const;

/** With more unsent than this, a side is behind. */
const BEHIND_BYTES = 256 * 1024;

/** Packets that are read in one go: others wait for their turn too. */
const TURN = 32;

/** Close codes of RFC 6455 section 7.4.1: for text where bytes are expected, and for what was too much or no code at all. */
const UNSUPPORTED_DATA = 1003;
const TOO_BIG = 1009;
const NO_CODES: ReadonlySet<number> = new Set([1005, 1006]);

/** One side of an MQTT connection: packets come out of WebSocket messages, and go into them. Nothing is read until it is started. */
export class Wire {
  readonly #socket: WebSocket;
  readonly #events: WireEvents;
  readonly #framer = new Framer();
  #isHeld = true;
  /** The next turn is due. */
  #isDue = false;
  /** Closed by Postern: whatever still comes is not looked at. */
  #isOver = false;
  #isGone = false;
  #isFinished = false;
  #closeCode: number | undefined;

  constructor(socket: WebSocket, events: WireEvents) {
    this.#socket = socket;
    this.#events = events;
    socket.on("message", (data, isBinary) => this.#take(data as Buffer, isBinary));
    socket.on("error", (error: NodeJS.ErrnoException) => this.#onError(error));
    socket.on("close", (code) => this.#onGone(code));
  }

  /** Reads packets from now on. */
  start(): void {
    this.#isHeld = false;
    this.read();
  }

  /** Reads none until it is started again. */
  hold(): void {
    this.#isHeld = true;
  }

  /** Whether what was sent waits to go, `times` as much as is usual. */
  isBehind(times = 1): boolean {
    return this.#isOpen() && this.#socket.bufferedAmount > BEHIND_BYTES * times;
  }

  /** Sends a packet; where it cannot go any more it goes nowhere. */
  send(bytes: Buffer): void {
    if (!this.#isOpen()) return;
    // Well before it is behind, since what WebSocket itself says counts too, and is not told of.
    const mayBeBehind = this.#socket.bufferedAmount + bytes.length > BEHIND_BYTES / 2;
    if (mayBeBehind) this.#socket.send(bytes, () => this.#events.onDrain());
    else this.#socket.send(bytes);
  }

  /** Reads on, if that is possible now. */
  read(): void {
    if (this.#isDue || this.#isOver) return;
    for (let left = TURN; left > 0; left--) {
      if (this.#isHeld || !this.#events.mayRead()) return this.#socket.pause();
      const hasRead = this.#readOne();
      if (this.#isOver) return;
      if (!hasRead) return this.#isGone ? this.#finish() : this.#socket.resume();
    }
    this.#socket.pause();
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      this.read();
    });
  }

  /** Closes it with a code and a word. */
  close(code: number, reason: string): void {
    this.#isOver = true;
    // Nobody is seen to close who is not read.
    this.#socket.resume();
    this.#socket.close(code, reason);
    if (this.#isGone) this.#finish();
  }

  #take(data: Buffer, isBinary: boolean): void {
    if (this.#isOver) return;
    if (!isBinary) return this.#events.onFault(protocolError("a text message"), UNSUPPORTED_DATA);
    this.#framer.push(data);
    this.read();
  }

  /** Whether there was a packet. */
  #readOne(): boolean {
    try {
      const packet = this.#framer.next();
      if (packet === undefined) return false;
      this.#events.onPacket(packet);
    } catch (error) {
      // A fault of Postern's own ends this connection, and not all others with it.
      this.#events.onFault(error instanceof MqttFault ? error : internal(error));
    }
    return true;
  }

  /** The close code has been sent by then. */
  #onError({ code }: NodeJS.ErrnoException): void {
    const isTooBig = code === "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH";
    if (code?.startsWith("WS_ERR_") === true)
      this.#events.onFault(malformed(code), isTooBig ? TOO_BIG : undefined);
  }

  #onGone(code: number): void {
    this.#isGone = true;
    this.#closeCode = NO_CODES.has(code) ? undefined : code;
    if (this.#isOver || this.#isHeld) this.#finish();
    else this.read();
  }

  #finish(): void {
    if (this.#isFinished) return;
    this.#isFinished = true;
    this.#events.onClose(this.#closeCode);
  }

  #isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }
}
