import { LRUCache } from "lru-cache";
import type { Clock } from "../domain/clock.ts";
import { Refusal } from "../domain/refusal.ts";
import type { KeySet } from "./jwks.ts";
import { createPaced } from "./paced.ts";

/** Keeps the keys of an issuer. Those that were good last stay while there is trouble. */
export interface KeySource {
  readonly current: () => KeySet | undefined;
  /**
   * Looks for a key that is not known.
   *
   * @throws Refusal token-signature where the issuer does not publish it, keys-unavailable where that cannot be told
   */
  readonly seek: (kid: string) => Promise<void>;
  /** Brings the keys; the first call starts whatever keeps them new. Never rejects. */
  readonly refresh: () => Promise<void>;
  /** How many requests may wait for these keys from now on. Default 500. */
  readonly limitWaiting: (max: number) => void;
  /** Milliseconds since the keys were had; undefined before. */
  readonly ageMs: () => number | undefined;
  readonly stop: () => void;
}

/** What {@link createKeySource} needs. */
export interface KeySourceOptions {
  readonly fetch: () => Promise<KeySet>;
  /** Takes the new keys over before {@link KeySource.current} tells of them; keys that it throws at are not used. */
  readonly onChange: (keys: KeySet) => void;
  /** Told of each failed attempt, for the log. */
  readonly onFailure: (error: unknown) => void;
  readonly now: Clock;
  /** Between two fetches while all goes well. Default one hour. */
  readonly intervalMs?: number | undefined;
}

/** Requests that may wait for the keys of one source at once, if nobody says otherwise; each holds a connection. */
const MAX_WAITING = 500;

/** Between two attempts while there are no keys, or only old ones. */
const RETRY_MS = 5000;

/** Tokens whose key is not known make no more calls than one in this time. */
const SEEK_GAP_MS = 1000;

/** Keys that are looked for at once: a rotation brings two, and a flood of bogus key ids any number. */
const MAX_SOUGHT = 64;

/** How long a key that was looked for in vain is not looked for again, and how many of them are remembered. */
const ABSENT_MS = 10_000;
const MAX_ABSENT = 1000;

/**
 * Fetches keys on a schedule, and sooner where a token names one that is not known, as after a rotation. A bogus key id
 * can neither make many calls nor keep the key of another token from being found.
 */
export function createKeySource(options: KeySourceOptions): KeySource {
  const { fetch, onChange, onFailure, now, intervalMs = 3_600_000 } = options;
  let keys: KeySet | undefined;
  let fetchedAtMs = 0;
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  let maxWaiting = MAX_WAITING;

  const attempt = async (): Promise<boolean> => {
    try {
      const fetched = await fetch();
      onChange(fetched);
      keys = fetched;
      fetchedAtMs = now();
      return true;
    } catch (error) {
      onFailure(error);
      return false;
    }
  };
  const paced = createPaced(attempt, SEEK_GAP_MS, now);
  const tick = (): void => {
    const ageMs = now() - fetchedAtMs;
    if (keys === undefined || ageMs < 0 || ageMs >= intervalMs) void paced.join();
  };
  /** A fetch that had begun before the key was asked for may bring it, but cannot prove it absent. */
  const find = async (kid: string): Promise<boolean> => {
    const isKnown = () => keys?.find(kid) !== undefined;
    if ((await paced.underWay()) && isKnown()) return true;
    if (await paced.fresh()) return isKnown();
    throw new Refusal("keys-unavailable", { detail: "the issuer's keys cannot be fetched" });
  };
  return {
    current: () => keys,
    seek: createSeek(find, () => maxWaiting, now),
    limitWaiting: (max) => {
      maxWaiting = max;
    },
    refresh: async () => {
      if (!isStopped) timer ??= setInterval(tick, Math.min(intervalMs, RETRY_MS)).unref();
      await paced.join();
    },
    ageMs: () => (keys === undefined ? undefined : Math.max(0, now() - fetchedAtMs)),
    stop: () => {
      isStopped = true;
      clearInterval(timer);
      paced.stop();
    },
  };
}

/** Bounds how much is looked for at once, and remembers keys that are not there. */
function createSeek(
  find: (kid: string) => Promise<boolean>,
  maxWaiting: () => number,
  now: Clock,
): KeySource["seek"] {
  const absentSinceMs = new LRUCache<string, number>({ max: MAX_ABSENT });
  const enter = createWaiting(maxWaiting);
  const isAbsent = (kid: string): boolean => {
    const passedMs = now() - (absentSinceMs.get(kid) ?? Number.NEGATIVE_INFINITY);
    return passedMs >= 0 && passedMs < ABSENT_MS;
  };
  return async (kid) => {
    if (isAbsent(kid)) throw absent();
    const leave = enter(kid);
    try {
      if (await find(kid)) return;
    } finally {
      leave();
    }
    absentSinceMs.set(kid, now());
    throw absent();
  };
}

/**
 * Counts who waits for which key; the answer takes one of them away. After a rotation all the world may wait for one key.
 *
 * @throws Refusal keys-unavailable where there are too many
 */
function createWaiting(maxWaiting: () => number): (kid: string) => () => void {
  const waiting = new Map<string, number>();
  let all = 0;
  return (kid) => {
    const others = waiting.get(kid) ?? 0;
    if (all >= maxWaiting() || (others === 0 && waiting.size >= MAX_SOUGHT))
      throw new Refusal("keys-unavailable", { detail: "too many wait for keys" });
    waiting.set(kid, others + 1);
    all++;
    return () => {
      all--;
      const left = (waiting.get(kid) ?? 0) - 1;
      if (left > 0) waiting.set(kid, left);
      else waiting.delete(kid);
    };
  };
}

function absent(): Refusal {
  return new Refusal("token-signature", { detail: "signed by a key that is not published" });
}
