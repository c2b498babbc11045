/** A map whose entries go when their time is past, so that a stand-in that runs for days does not grow. */
export interface ExpiringMap<V> {
  /** The value of a key; for a while also past its time, which is for the asker to look at. */
  readonly get: (key: string) => V | undefined;
  readonly set: (key: string, value: V, expiresAtMs: number) => void;
  /** Puts another value in the place of one; false where there is none. The time stays. */
  readonly replace: (key: string, change: (value: V) => V) => boolean;
  readonly delete: (key: string) => void;
  /** In order of arrival. */
  readonly values: () => readonly V[];
}

/** How often entries are looked through, at most: so that each costs next to nothing. */
const SWEEP_MS = 60_000;

/**
 * Makes an empty map; entries go when something is set, so that there is no timer to stop.
 *
 * @param keptMs How long an entry stays past its time, at least.
 */
export function createExpiringMap<V>(now: () => number, keptMs: number): ExpiringMap<V> {
  const entries = new Map<string, { readonly value: V; readonly expiresAtMs: number }>();
  let sweptAtMs = now();
  const sweep = (): void => {
    const nowMs = now();
    if (nowMs - sweptAtMs < SWEEP_MS) return;
    sweptAtMs = nowMs;
    for (const [key, { expiresAtMs }] of entries) if (expiresAtMs + keptMs <= nowMs) entries.delete(key);
  };
  return {
    get: (key) => entries.get(key)?.value,
    set: (key, value, expiresAtMs) => {
      sweep();
      entries.set(key, { value, expiresAtMs });
    },
    replace: (key, change) => {
      const entry = entries.get(key);
      if (entry !== undefined) entries.set(key, { ...entry, value: change(entry.value) });
      return entry !== undefined;
    },
    delete: (key) => void entries.delete(key),
    values: () => Array.from(entries.values(), ({ value }) => value),
  };
}
