import { randomBytes } from "node:crypto";
import type { Socket } from "node:net";
import { CLOSE_CODES, type TunnelEnd } from "../domain/tunnel-end.ts";
import { closeFrame } from "./close-frame.ts";
import { startIdleWatch } from "./idle-watch.ts";
import { Lane, type LaneEvents } from "./lane.ts";
import type { OnTunnelEnd, Tunnel } from "./tunnel.ts";

/** The two connections that a tunnel joins, right behind their handshakes. */
export interface Joined {
  readonly client: Socket;
  readonly upstream: Socket;
}

/** What a raw tunnel goes by. */
export interface RawTunnelOptions {
  /** Without a byte either way it is ended. */
  readonly idleMs: number;
  readonly onEnd: OnTunnelEnd;
}

/** How long the rest of a frame is waited for, so that a close frame can follow it. */
const FRAME_MS = 1000;
/** How long the sides may take to close once Postern has ended it. */
const END_MS = 2000;
/** The same where a side has ended it by itself: what the other sent before may still be on its way over a slow line. */
const CLOSE_MS = 10_000;

/** A tunnel in which bytes pass as they come. Of WebSocket it knows where frames end, and when a side has closed. */
export class RawTunnel implements Tunnel {
  readonly #up: Lane;
  readonly #down: Lane;
  readonly #onEnd: OnTunnelEnd;
  readonly #stopIdle: () => void;
  #why: TunnelEnd | undefined;
  #detail: string | undefined;
  /** Whether both sides are told that it is over. */
  #isOver = false;
  #frameTimer: NodeJS.Timeout | undefined;
  #cutTimer: NodeJS.Timeout | undefined;
  #closed = 0;

  constructor({ client, upstream }: Joined, { idleMs, onEnd }: RawTunnelOptions) {
    this.#onEnd = onEnd;
    this.#up = new Lane(client, upstream, true, this.#events("client"));
    this.#down = new Lane(upstream, client, false, this.#events("upstream"));
    for (const socket of [client, upstream])
      socket.setNoDelay(true).setTimeout(0).once("close", this.#onClose);
    const lastMs = (): number => Math.max(this.#up.lastMs, this.#down.lastMs);
    this.#stopIdle = startIdleWatch(lastMs, idleMs, () => this.end("idle"));
  }

  end(why: TunnelEnd, detail?: string): void {
    if (this.#isOver || this.#closed === 2) return;
    this.#isOver = true;
    this.#note(why, detail);
    const code = CLOSE_CODES[why];
    this.#up.leave({ code, frame: closeFrame(code, why, randomBytes(4)) });
    this.#down.leave({ code, frame: closeFrame(code, why) });
    this.#frameTimer = setTimeout(this.#giveUp, FRAME_MS).unref();
    this.#cutAfter(END_MS);
    this.#settle();
  }

  #events(side: "client" | "upstream"): LaneEvents {
    return {
      onClosed: () => {
        this.#note(side, undefined);
        if (this.#cutTimer === undefined) this.#cutAfter(CLOSE_MS);
        this.#settle();
      },
      onFault: (_, what) => {
        this.end("protocol", what);
        this.#settle();
      },
      onGone: (lane, how) => {
        if (lane.said !== undefined) lane.to.end();
        else if (!this.#isOver) {
          // Who has gone is told nothing.
          lane.from.end();
          this.end(side, how ?? "no close frame");
        }
        this.#settle();
      },
    };
  }

  #other(lane: Lane): Lane {
    return lane === this.#up ? this.#down : this.#up;
  }

  #note(why: TunnelEnd, detail: string | undefined): void {
    if (this.#why !== undefined) return;
    this.#why = why;
    this.#detail = detail;
  }

  /** Closes the connection to each side that was told, and of which nothing more is to come. */
  #settle(): void {
    for (const lane of [this.#up, this.#down])
      if (lane.isSilent && this.#other(lane).told !== undefined) lane.from.end();
  }

  #cutAfter(ms: number): void {
    clearTimeout(this.#cutTimer);
    this.#cutTimer = setTimeout(this.#cut, ms).unref();
  }

  readonly #giveUp = (): void => {
    this.#up.giveUp();
    this.#down.giveUp();
  };

  readonly #cut = (): void => {
    this.#up.cut();
    this.#down.cut();
  };

  readonly #onClose = (): void => {
    this.#closed += 1;
    if (this.#closed < 2) return;
    this.#stopIdle();
    clearTimeout(this.#frameTimer);
    clearTimeout(this.#cutTimer);
    this.#up.letGo();
    this.#down.letGo();
    const why = this.#why ?? "upstream";
    this.#onEnd({
      why,
      code: why === "client" ? (this.#up.said ?? this.#down.told) : (this.#down.told ?? this.#up.said),
      detail: this.#detail,
      bytesUp: this.#up.bytes,
      bytesDown: this.#down.bytes,
    });
  };
}
