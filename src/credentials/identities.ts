import { LRUCache } from "lru-cache";
import type { Caller } from "../domain/caller.ts";

/** Knows the identity id that an identity pool has for a login. */
export interface Identities {
  /** The id, and whether it was known before. */
  readonly find: (caller: Caller) => Promise<{ readonly id: string; readonly known: boolean }>;
  /** An identity can be deleted, or merged into another. */
  readonly forget: (caller: Caller) => void;
}

/**
 * Keeps identity ids by login provider and subject: GetId has the narrowest quota of all, and what it gives for a login
 * hardly ever changes. One question at a time is asked with one token.
 *
 * @param getId asks the identity pool
 * @param max ids kept
 */
export function createIdentities(getId: (caller: Caller) => Promise<string>, max: number): Identities {
  const ids = new LRUCache<string, string>({ max });
  const asking = new Map<string, Promise<string>>();

  const ask = async (caller: Caller): Promise<string> => {
    const id = await getId(caller);
    ids.set(keyOf(caller), id);
    return id;
  };
  return {
    find: async (caller) => {
      const id = ids.get(keyOf(caller));
      if (id !== undefined) return { id, known: true };
      const { tokenDigest } = caller;
      let answer = asking.get(tokenDigest);
      if (answer === undefined) {
        answer = ask(caller).finally(() => asking.delete(tokenDigest));
        asking.set(tokenDigest, answer);
      }
      return { id: await answer, known: false };
    },
    forget: (caller) => ids.delete(keyOf(caller)),
  };
}

function keyOf({ login, subject }: Caller): string {
  return login === undefined ? "" : `${login.provider} ${subject}`;
}
