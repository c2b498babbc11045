import { Refusal } from "../../domain/refusal.ts";
import { createWaitingLine } from "./waiting-line.ts";

/** Memory that all who need it share. */
export interface MemoryBudget {
  /**
   * Asks for so many bytes, not more than there are in all.
   *
   * @param owner for whom: one owner holds at most half of the budget, or one body that is larger
   */
  readonly reserve: (owner: string, bytes: number) => Room;
  /** Bytes that are reserved now. */
  readonly held: () => number;
  /** Whether somebody waits for what others hold; who waits only for what is its own does not count. */
  readonly isAwaited: () => boolean;
  /** Goes by other limits from now on; what is held stays. */
  readonly adopt: (limits: MemoryLimits) => void;
}

/** How much there is. */
export interface MemoryLimits {
  readonly maxBytes: number;
  /** How long one waits at most. */
  readonly waitMs: number;
}

/** A part of the budget, asked for and perhaps not there yet. */
export interface Room {
  /**
   * Resolves when the bytes are reserved.
   *
   * @throws Refusal overloaded where they were not in time, or where nobody waits for them any more
   */
  readonly granted: Promise<void>;
  /** Gives back what is over, once it is known how much is needed. */
  readonly shrinkTo: (bytes: number) => void;
  /** Gives back all that is reserved, or leaves the line. Only the first call counts. */
  readonly giveBack: () => void;
}

/** One who has room, or waits for it. */
class Place {
  readonly owner: string;
  readonly granted: Promise<void>;
  bytes: number;
  state: "waits" | "holds" | "over" = "waits";
  #granted: () => void = () => {};
  refuse: (refusal: Refusal) => void = () => {};

  constructor(owner: string, bytes: number) {
    this.owner = owner;
    this.bytes = bytes;
    this.granted = new Promise((resolve, reject) => {
      this.#granted = resolve;
      this.refuse = reject;
    });
  }

  grant(): void {
    this.state = "holds";
    this.#granted();
  }
}

/**
 * Makes a budget. Owners take turns, and whose turn it is is served, whether little is asked for or much: who needs much
 * is not passed over for ever, and a long line is no longer than its owner. Only those are passed over whose owner has
 * its share: it could keep all others out, and it would cost nothing to ask.
 */
export function createMemoryBudget(from: MemoryLimits): MemoryBudget {
  let { maxBytes, waitMs } = from;
  const line = createWaitingLine<Place>();
  const { hold, held, of } = createShares();
  /** One body alone is never too much for its owner, or a large one would wait in vain. */
  const isWithinShare = ({ owner, bytes }: Place): boolean =>
    of(owner) === 0 || of(owner) + bytes <= maxBytes / 2;
  const serve = (): void => {
    for (;;) {
      const place = line.first(isWithinShare);
      if (place === undefined || held() + place.bytes > maxBytes) return;
      line.leave(place);
      line.sendBack(place.owner);
      hold(place.owner, place.bytes);
      place.grant();
    }
  };
  const giveBack = (place: Place): void => {
    if (place.state === "over") return;
    if (place.state === "waits") line.leave(place);
    else hold(place.owner, -place.bytes);
    place.state = "over";
    place.refuse(new Refusal("overloaded", { detail: "no room for the body in time" }));
    serve();
  };
  return {
    held,
    // Whoever fits is served at once.
    isAwaited: () => line.first(isWithinShare) !== undefined,
    adopt: (limits) => {
      ({ maxBytes, waitMs } = limits);
      serve();
    },
    reserve: (owner, bytes) => {
      const place = new Place(owner, bytes);
      line.join(place);
      serve();
      if (place.state === "waits") limitWait(place, waitMs, () => giveBack(place));
      return {
        granted: place.granted,
        shrinkTo: (kept) => {
          if (place.state !== "holds") return;
          hold(owner, kept - place.bytes);
          place.bytes = kept;
          serve();
        },
        giveBack: () => giveBack(place),
      };
    },
  };
}

/** Who holds how much. */
function createShares() {
  const byOwner = new Map<string, number>();
  let held = 0;
  const of = (owner: string): number => byOwner.get(owner) ?? 0;
  return {
    of,
    held: () => held,
    hold: (owner: string, bytes: number): void => {
      held += bytes;
      const own = of(owner) + bytes;
      if (own === 0) byOwner.delete(owner);
      else byOwner.set(owner, own);
    },
  };
}

/** Whoever has room at once costs no timer. */
function limitWait({ granted }: Place, waitMs: number, end: () => void): void {
  const timer = setTimeout(end, waitMs);
  const stop = (): void => clearTimeout(timer);
  granted.then(stop, stop);
}
