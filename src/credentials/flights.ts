import type { Caller } from "../domain/caller.ts";
import type { Credentials } from "../domain/credentials.ts";
import { type Holder, holderOf, type Wish } from "./memory.ts";

/** An exchange under way, for all who wait for it. */
export interface Flight {
  readonly credentials: Promise<Credentials>;
  /** With whose tokens the exchange is made. */
  readonly caller: Caller;
  readonly holder: Holder;
}

/** The exchanges under way, no two of them for the same. */
export interface Flights {
  /** Joins the flight under way to what is wished for, or starts it. */
  readonly join: (wish: Wish) => Flight;
  /** Turns flights away: those who wait get what comes of them, but newcomers start another. */
  readonly turnAway: (isGone: (holder: Holder) => boolean) => void;
}

/**
 * Makes the place where flights are known.
 *
 * @param exchange gets what is wished for; told at any time whether the flight was not turned away
 */
export function createFlights(
  exchange: (wish: Wish, isWelcome: () => boolean) => Promise<Credentials>,
): Flights {
  const flights = new Map<string, Flight>();
  return {
    join: (wish) => {
      const { key, caller } = wish;
      const underWay = flights.get(key);
      if (underWay !== undefined) return underWay;
      const isWelcome = (): boolean => flights.get(key) === flight;
      const credentials = exchange(wish, isWelcome).finally(() => {
        if (isWelcome()) flights.delete(key);
      });
      const flight = { credentials, caller, holder: holderOf(wish) };
      flights.set(key, flight);
      return flight;
    },
    turnAway: (isGone) => {
      for (const [key, { holder }] of flights) if (isGone(holder)) flights.delete(key);
    },
  };
}
