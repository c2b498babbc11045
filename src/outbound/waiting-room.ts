import { createFairQueue, type Standing } from "./fair-queue.ts";

/** On whose behalf somebody waits: `group` is an issuer, `member` one of its callers. */
export interface Turn extends Standing {
  /** Guests show nothing, so they get a fifth of everything among them. */
  readonly guest: boolean;
}

/** Of the rate, and of the room. */
export const GUEST_SHARE = 0.2;

/** Somebody who waits. */
export interface Waiter extends Turn {
  /** When waiting ends in vain. */
  readonly untilMs: number;
}

/** A room of limited size that is left in fair order. All who wait, wait for the same time. */
export interface WaitingRoom<T extends Waiter> {
  readonly enter: (waiter: T) => void;
  /** Takes out the one whose turn it is among those who may go. */
  readonly next: (mayGo: (waiter: T) => boolean) => T | undefined;
  /** Takes out whoever is too many: the newcomer, or one of those who take up most room. */
  readonly surplus: (newcomer: T) => readonly T[];
  /** Takes out who has waited in vain. */
  readonly overdue: (timeMs: number) => readonly T[];
  /** When the first will have waited in vain; undefined where nobody waits. */
  readonly endsAtMs: () => number | undefined;
  readonly onlyGuests: () => boolean;
}

/** Makes an empty room for so many. */
export function createWaitingRoom<T extends Waiter>(size: number): WaitingRoom<T> {
  const queue = createFairQueue<T>();
  const byAge = new Set<T>();
  let guests = 0;

  const leave = (waiter: T): T => {
    byAge.delete(waiter);
    if (waiter.guest) guests--;
    return waiter;
  };
  const takeOut = (waiter: T): T => {
    queue.remove(waiter);
    return leave(waiter);
  };
  return {
    enter: (waiter) => {
      byAge.add(waiter);
      if (waiter.guest) guests++;
      queue.push(waiter);
    },
    next: (mayGo) => {
      const waiter = queue.next(mayGo);
      return waiter === undefined ? undefined : leave(waiter);
    },
    surplus: (newcomer) => {
      if (newcomer.guest && guests > size * GUEST_SHARE) return [takeOut(newcomer)];
      return byAge.size > size ? [takeOut(queue.surplus(newcomer))] : [];
    },
    overdue: (timeMs) => {
      const late: T[] = [];
      for (const waiter of byAge) {
        if (timeMs < waiter.untilMs) break;
        late.push(takeOut(waiter));
      }
      return late;
    },
    endsAtMs: () => {
      const [oldest] = byAge;
      return oldest?.untilMs;
    },
    onlyGuests: () => guests === byAge.size,
  };
}
