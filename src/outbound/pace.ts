import type { Clock } from "../domain/clock.ts";
import { createElapsed } from "./elapsed.ts";
import { HeldBackError } from "./held-back.ts";
import { createMeter } from "./meter.ts";
import { createWaitingRoom, GUEST_SHARE, type Turn, type Waiter } from "./waiting-room.ts";

/** Keeps the calls of one API operation within a rate. */
export interface Pace {
  /**
   * Waits for its turn, which may be now.
   *
   * @throws HeldBackError where too many wait, or where its turn does not come in time
   */
  readonly take: (turn: Turn) => Promise<void>;
}

/** What {@link createPace} needs. */
export interface PaceOptions {
  /** In the long run; `Infinity` is no limit. */
  readonly perSecond: number;
  readonly now: Clock;
  /** Default 2 s. */
  readonly maxWaitMs?: number;
  /** Default 1,000, and never more than can go within the longest wait. */
  readonly maxQueued?: number;
}

/** After a pause so much of a second's calls may go at once: an account's quota is for all its processes together. */
const BURST_MS = 200;

interface Waiting extends Waiter {
  readonly go: () => void;
  readonly giveUp: () => void;
}

/**
 * Makes a pace: a token bucket with a bounded queue in which issuers take turns, and within an issuer its callers, so
 * that nobody who asks for much keeps the others waiting. When the queue is full, who takes up most of it gives way.
 *
 * @throws RangeError where the rate is not above zero
 */
export function createPace({ perSecond, now, maxWaitMs = 2000, maxQueued = 1000 }: PaceOptions): Pace {
  const all = createMeter(perSecond, BURST_MS);
  const guests = createMeter(perSecond * GUEST_SHARE, BURST_MS);
  const room = createWaitingRoom<Waiting>(Math.min(maxQueued, Math.floor((perSecond * maxWaitMs) / 1000)));
  const elapsed = createElapsed(now);
  let timer: NodeJS.Timeout | undefined;

  const letGo = (timeMs: number): void => {
    for (const waiter of room.overdue(timeMs)) waiter.giveUp();
    const mayGo = ({ guest }: Turn): boolean => !guest || guests.waitMs(timeMs) <= 0;
    while (all.waitMs(timeMs) <= 0) {
      const waiter = room.next(mayGo);
      if (waiter === undefined) break;
      all.count(timeMs);
      if (waiter.guest) guests.count(timeMs);
      waiter.go();
    }
  };
  /** Sleeps until somebody may go or has waited in vain; where nobody waits, for ever. */
  const sleep = (timeMs: number): void => {
    clearTimeout(timer);
    const endsAtMs = room.endsAtMs();
    if (endsAtMs === undefined) return;
    const turnMs = Math.max(all.waitMs(timeMs), room.onlyGuests() ? guests.waitMs(timeMs) : 0);
    const sleepMs = Math.max(1, Math.ceil(Math.min(turnMs, endsAtMs - timeMs)));
    timer = setTimeout(() => wake(elapsed.readAfter(timeMs + sleepMs)), sleepMs).unref();
  };
  const wake = (timeMs: number): void => {
    letGo(timeMs);
    sleep(timeMs);
  };
  return {
    take: ({ group, member, guest }) =>
      new Promise((go, reject) => {
        const timeMs = elapsed.read();
        const giveUp = (): void => reject(new HeldBackError("pace"));
        const waiter = { group, member, guest, go, giveUp, untilMs: timeMs + maxWaitMs };
        room.enter(waiter);
        letGo(timeMs);
        for (const one of room.surplus(waiter)) one.giveUp();
        sleep(timeMs);
      }),
  };
}
