import { Refusal } from "../../domain/refusal.ts";
import { createWaitingLine } from "./waiting-line.ts";

/** Memory that all who need it share. */
export interface MemoryBudget {
  /**
   * Asks for so many bytes, not more than there are in all.
   *
   * @param owner for whom: one owner holds at most half of the budget while others wait
   */
  readonly reserve: (owner: string, bytes: number) => Room;
  /** Bytes that are reserved now. */
  readonly held: () => number;
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
  grant: () => void = () => {};
  refuse: (refusal: Refusal) => void = () => {};

  constructor(owner: string, bytes: number) {
    this.owner = owner;
    this.bytes = bytes;
    this.granted = new Promise((resolve, reject) => {
      this.grant = resolve;
      this.refuse = reject;
    });
  }
}

/**
 * Makes a budget. First come, first served, whether little is asked for or much: who needs much is not passed over for
 * ever. Only those are passed over whose owner has had its share.
 *
 * @param waitMs how long one waits at most
 */
export function createMemoryBudget(maxBytes: number, waitMs: number): MemoryBudget {
  const line = createWaitingLine<Place>();
  const { hold, held, isWithinShare } = createShares(maxBytes / 2);
  const serve = (): void => {
    for (;;) {
      const place = line.first(isWithinShare);
      if (place === undefined || held() + place.bytes > maxBytes) return;
      line.leave(place);
      place.state = "holds";
      hold(place.owner, place.bytes);
      place.grant();
    }
  };
  const giveBack = (place: Place): void => {
    if (place.state === "waits") line.leave(place);
    if (place.state === "holds") hold(place.owner, -place.bytes);
    place.state = "over";
    place.refuse(new Refusal("overloaded", { detail: "no room for the body in time" }));
    serve();
  };
  return {
    held,
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
        giveBack: () => {
          if (place.state !== "over") giveBack(place);
        },
      };
    },
  };
}

/** Who holds how much. */
function createShares(shareBytes: number) {
  const byOwner = new Map<string, number>();
  let held = 0;
  return {
    held: () => held,
    hold: (owner: string, bytes: number): void => {
      held += bytes;
      const own = (byOwner.get(owner) ?? 0) + bytes;
      if (own === 0) byOwner.delete(owner);
      else byOwner.set(owner, own);
    },
    /** One body alone is never too much for its owner, or a large one would wait in vain. */
    isWithinShare: ({ owner, bytes }: Place): boolean => {
      const own = byOwner.get(owner) ?? 0;
      return own === 0 || own + bytes <= shareBytes;
    },
  };
}

/** Whoever has room at once costs no timer. */
function limitWait({ granted }: Place, waitMs: number, end: () => void): void {
  const timer = setTimeout(end, waitMs);
  const stop = (): void => clearTimeout(timer);
  granted.then(stop, stop);
}
