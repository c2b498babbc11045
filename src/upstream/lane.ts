import type { Socket } from "node:net";
import { FrameTracker } from "./frame-tracker.ts";

/** Who is told what happens in a lane. */
export interface LaneEvents {
  /** The sender's close frame came whole. */
  readonly onClosed: (lane: Lane) => void;
  /** The sender sent what cannot be read: nothing that follows it is. */
  readonly onFault: (lane: Lane, what: string) => void;
  /** The sender's end came, or the connection to the sender has closed. Told once. */
  readonly onGone: (lane: Lane, how: string | undefined) => void;
}

/** A close frame of Postern's own. */
export interface Farewell {
  readonly code: number;
  readonly frame: Buffer;
}

/** One direction of a tunnel: bytes pass as they come, until a close frame has passed or takes their place. */
export class Lane {
  readonly from: Socket;
  readonly to: Socket;
  /** That passed from the sender. */
  bytes = 0;
  /** When the last of them came: milliseconds of `performance.now()`. */
  lastMs = performance.now();
  readonly #frames: FrameTracker;
  readonly #on: LaneEvents;
  #isOpen = true;
  #isGone = false;
  #told: number | undefined;
  /** Waits for the end of a frame that has passed in part. */
  #farewell: Farewell | undefined;
  #error: string | undefined;

  /** @param isMasked whether the sender is the WebSocket's client */
  constructor(from: Socket, to: Socket, isMasked: boolean, on: LaneEvents) {
    this.from = from;
    this.to = to;
    this.#frames = new FrameTracker(isMasked);
    this.#on = on;
    from.on("data", this.#onData).on("end", this.#onGone);
    from.on("error", this.#onError).on("close", this.#onGone);
    to.on("drain", this.#flow).on("close", this.#flow);
    // What paused it before was an HTTP parser.
    this.#flow();
  }

  /** Code of the sender's close frame; undefined until it came. */
  get said(): number | undefined {
    return this.#frames.closeCode;
  }

  /** Code of the close frame that the receiver got, be it the sender's or Postern's; undefined until then. */
  get told(): number | undefined {
    return this.#told;
  }

  /** Whether nothing more that means anything can come of the sender. */
  get isSilent(): boolean {
    return this.#isGone || this.said !== undefined || this.#frames.fault !== undefined;
  }

  /** Has the receiver told that it is over, as soon as that can be said, and lets nothing pass behind that. */
  leave(farewell: Farewell): void {
    if (!this.#isOpen) return;
    if (this.#frames.isBetween) this.#tell(farewell);
    else if (this.isSilent) this.cut();
    else this.#farewell = farewell;
  }

  /** Gives up what {@link leave} still waits for. */
  giveUp(): void {
    if (this.#farewell !== undefined) this.cut();
  }

  /** Breaks off within a frame. */
  cut(): void {
    this.#shut();
    this.to.destroy();
  }

  /** To be called once both connections have closed. */
  letGo(): void {
    const { from, to } = this;
    from.off("data", this.#onData).off("end", this.#onGone);
    from.off("error", this.#onError).off("close", this.#onGone);
    to.off("drain", this.#flow).off("close", this.#flow);
  }

  readonly #flow = (): void => {
    this.from.resume();
  };

  readonly #onData = (chunk: Buffer): void => {
    this.lastMs = performance.now();
    if (!this.isSilent) this.#read(chunk);
  };

  #read(chunk: Buffer): void {
    const end = this.#frames.scan(chunk, this.#farewell !== undefined);
    if (end > 0) this.#pass(end === chunk.length ? chunk : chunk.subarray(0, end));
    if (this.#frames.fault !== undefined) this.#on.onFault(this, this.#frames.fault);
    else if (this.said !== undefined) this.#close(this.said);
    else {
      if (this.#farewell !== undefined && this.#frames.isBetween) this.#tell(this.#farewell);
      if (end < chunk.length) this.#read(chunk.subarray(end));
    }
  }

  #pass(bytes: Buffer): void {
    if (!this.#isOpen || !this.to.writable) return;
    this.bytes += bytes.length;
    if (!this.to.write(bytes)) this.from.pause();
  }

  #close(code: number): void {
    if (this.#isOpen) this.#told = code;
    this.#shut();
    this.#on.onClosed(this);
  }

  #shut(): void {
    this.#isOpen = false;
    this.#farewell = undefined;
    this.#flow();
  }

  #tell({ code, frame }: Farewell): void {
    this.#shut();
    if (!this.to.writable) return;
    this.#told = code;
    this.to.write(frame);
  }

  readonly #onError = (error: NodeJS.ErrnoException): void => {
    this.#error = error.code;
  };

  readonly #onGone = (): void => {
    if (this.#isGone) return;
    this.#isGone = true;
    this.giveUp();
    this.#on.onGone(this, this.#error);
  };
}
