import type { Clock } from "../domain/clock.ts";
import { getOrAdd } from "../domain/get-or-add.ts";

/**
 * What one origin's clock says, as far as its answers have told. It is the time to sign with toward that origin, and
 * nothing else goes by it: no token and no credential ends earlier or later because of what an origin says.
 */
export interface ClockOffset {
  /** The origin's time, in epoch milliseconds. */
  readonly now: Clock;
  /**
   * Learns from the `Date` of an answer. Tells whether the time to sign with is another now, so that signing again may
   * help.
   */
  readonly learn: (date: string | undefined) => boolean;
  /** How far the origin's clock is ahead of this one, in milliseconds. */
  readonly offsetMs: () => number;
}

/** A clock that is wrong by more than this is not believed, whichever of the two it is. */
const FARTHEST_MS = 15 * 60 * 1000;

/** A `Date` knows no fractions of a second and has been on the way: what differs by less is no news. */
const NEWS_MS = 10_000;

/** Makes an offset of nothing, for one origin. AWS refuses what was signed five minutes off its own time, or fifteen for S3. */
export function createClockOffset(now: Clock): ClockOffset {
  let offsetMs = 0;
  return {
    now: () => now() + offsetMs,
    learn: (date) => {
      const dateMs = date === undefined ? undefined : readDate(date);
      if (dateMs === undefined) return false;
      const foundMs = dateMs - now();
      if (Math.abs(foundMs) > FARTHEST_MS || Math.abs(foundMs - offsetMs) < NEWS_MS) return false;
      offsetMs = foundMs;
      return true;
    },
    offsetMs: () => offsetMs,
  };
}

/** The clock of an origin: who asks for the same origin gets the same clock. */
export type ClockOf = (origin: string) => ClockOffset;

/** Makes the clocks of all origins that are asked for: configured ones, so that they are few. */
export function createClocks(now: Clock): ClockOf {
  const clocks = new Map<string, ClockOffset>();
  return (origin) => getOrAdd(clocks, origin, () => createClockOffset(now));
}

/** Reads an IMF-fixdate (RFC 9110 section 5.6.7), the one form that servers send today; undefined where it is none. */
function readDate(text: string): number | undefined {
  const timeMs = Date.parse(text);
  return !Number.isNaN(timeMs) && new Date(timeMs).toUTCString() === text ? timeMs : undefined;
}
