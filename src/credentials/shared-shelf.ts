import type { Clock } from "../domain/clock.ts";
import type { Credentials } from "../domain/credentials.ts";
import { type Got, isSame } from "./life.ts";
import type { Wish } from "./memory.ts";
import type { Place, Seal } from "./seal.ts";
import { type Kept, readRecord, writeRecord } from "./shared-record.ts";
import type { SharedStore } from "./shared-store.ts";

/** Where the credentials for one wish stand in a store. None of its functions rejects. */
export interface Shelf {
  /** What stands there and can be used; of several what ends last. */
  readonly look: () => Promise<Kept | undefined>;
  readonly put: (got: Got) => Promise<void>;
  readonly clear: () => Promise<unknown>;
  readonly lock: () => ReturnType<SharedStore["lock"]>;
  readonly unlock: () => Promise<void>;
}

/** What {@link createShelf} needs. */
export interface ShelfOptions {
  readonly store: SharedStore;
  readonly seal: Seal;
  readonly settingsDigest: string;
  readonly now: Clock;
  readonly onTamper: () => void;
}

/** What is put on a shelf, and by whom. */
export interface ShelfUse {
  readonly wish: Wish;
  /** Not to be found: AWS did not take them. */
  readonly refused: Credentials | undefined;
  /** Whose lock it is: nobody else has this name. */
  readonly owner: string;
}

/** No exchange takes longer, unless AWS is hardly there: then another process may try. */
const LOCK_MS = 10_000;

/** Finds the shelf of a wish. */
export function createShelf(options: ShelfOptions, { wish, refused, owner }: ShelfUse): Shelf {
  const { store, seal, settingsDigest, now, onTamper } = options;
  const places = seal(`${settingsDigest}\n${wish.key}`);
  const [first] = places;
  const lockName = `${first.name}:lock`;

  const read = async ({ name, open }: Place): Promise<Kept | undefined> => {
    const sealed = await store.get(name);
    if (sealed === undefined) return undefined;
    const text = open(sealed);
    const record = text === undefined ? "another's" : readRecord(text, wish, now());
    if (record === "another's") onTamper();
    if (typeof record === "string") return undefined;
    return refused !== undefined && isSame(record, refused) ? undefined : record;
  };

  return {
    look: async () => {
      const found = (await Promise.all(places.map(read))).filter((kept) => kept !== undefined);
      return found.sort((a, b) => b.expiresAtMs - a.expiresAtMs)[0];
    },
    put: async (got) => {
      const gotAtMs = now();
      const endsAtMs = Math.min(got.expiresAtMs, wish.caller.expiresAtMs);
      const ttlMs = Math.floor(endsAtMs - gotAtMs);
      if (ttlMs <= 0) return;
      await store.set(first.name, first.seal(writeRecord(wish, got, { gotAtMs, endsAtMs })), ttlMs);
    },
    clear: () => Promise.all(places.map(({ name }) => store.remove(name))),
    lock: () => store.lock(lockName, owner, LOCK_MS),
    unlock: () => store.unlock(lockName, owner),
  };
}
