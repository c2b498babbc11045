import type { Clock } from "../domain/clock.ts";

/** A store that processes share. Each call rejects where the store cannot be asked or does not answer in time. */
export interface Store {
  /** Asks for the first time, and has longer for it: the connection is made, and all that it takes is loaded. */
  readonly connect: () => Promise<void>;
  readonly get: (name: string) => Promise<string | undefined>;
  readonly set: (name: string, value: string, ttlMs: number) => Promise<void>;
  readonly remove: (name: string) => Promise<void>;
  /** Takes a lock, unless somebody has it; it ends by itself. Tells whether it was taken. */
  readonly lock: (name: string, owner: string, ttlMs: number) => Promise<boolean>;
  /** Gives a lock back, where it is still this owner's. */
  readonly unlock: (name: string, owner: string) => Promise<void>;
  readonly close: () => void;
}

/** A store that may be away: nobody waits for it, and nothing it does can fail. What it cannot tell, it does not know. */
export interface SharedStore extends Omit<Store, "lock"> {
  readonly lock: (name: string, owner: string, ttlMs: number) => Promise<"mine" | "another's" | "away">;
  /** Whether the store answered when it was last asked; not before it was. */
  readonly isUp: () => boolean;
}

/** What {@link createSharedStore} needs. */
export interface SharedStoreOptions {
  readonly now: Clock;
  /** Told when the store goes away, and not again before it was back: for the log. */
  readonly onTrouble: (error: unknown) => void;
}

/** Between two questions to a store that is away: the first of them waits for its answer, or for none. */
const BACK_OFF_MS = 1000;

/** Makes a store that is left alone for a second when it does not answer, and asked once before all come back. */
export function createSharedStore(store: Store, { now, onTrouble }: SharedStoreOptions): SharedStore {
  let state: "new" | "up" | "away" = "new";
  let awaySinceMs = 0;

  const ask = async <T, A>(question: () => Promise<T>, otherwise: A): Promise<T | A> => {
    if (state === "away") {
      const passedMs = now() - awaySinceMs;
      // A clock that was set back tells nothing: then it counts as long.
      if (passedMs >= 0 && passedMs < BACK_OFF_MS) return otherwise;
      awaySinceMs = now();
    }
    try {
      const answer = await question();
      state = "up";
      return answer;
    } catch (error) {
      if (state !== "away") onTrouble(error);
      state = "away";
      awaySinceMs = now();
      return otherwise;
    }
  };

  return {
    connect: () => ask(store.connect, undefined),
    get: (name) => ask(() => store.get(name), undefined),
    set: (...args) => ask(() => store.set(...args), undefined),
    remove: (name) => ask(() => store.remove(name), undefined),
    lock: async (...args) => {
      const isTaken = await ask(() => store.lock(...args), "away");
      if (isTaken === "away") return isTaken;
      return isTaken ? "mine" : "another's";
    },
    unlock: (...args) => ask(() => store.unlock(...args), undefined),
    isUp: () => state === "up",
    close: store.close,
  };
}
