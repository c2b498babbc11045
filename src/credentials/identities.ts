import { LRUCache } from "lru-cache";
import type { Caller } from "../domain/caller.ts";
import { isDecision } from "./aws-error.ts";
import { isUnknownIdentity } from "./identity-pool-errors.ts";
import { loginOf } from "./login.ts";

/** Knows the identity id that an identity pool has for a caller. */
export interface Identities {
  /**
   * Asks the identity pool for something in the name of the caller's identity: of one known before, or of one asked
   * for now. Where the one known before is gone, it is asked for anew, once.
   */
  readonly use: <T extends { readonly identityId: string }>(
    caller: Caller,
    ask: (id: string) => Promise<T>,
  ) => Promise<T>;
}

/**
 * Keeps identity ids by login provider and subject: GetId has the narrowest quota of all, and what it gives for a login
 * hardly ever changes. One question at a time is asked with one token. Guests share one identity under a key that no
 * login has: shown with a login, it would be linked to it for good.
 *
 * @param getId asks the identity pool
 * @param max ids kept
 */
export function createIdentities(getId: (caller: Caller) => Promise<string>, max: number): Identities {
  const ids = new LRUCache<string, string>({ max });
  const asking = new Map<string, Promise<string>>();

  const learn = async (caller: Caller, key: string): Promise<string> => {
    const id = await getId(caller);
    ids.set(key, id);
    return id;
  };
  const find = (caller: Caller, key: string): Promise<string> => {
    const question = `${key} ${caller.tokenDigest}`;
    let answer = asking.get(question);
    if (answer === undefined) {
      answer = learn(caller, key).finally(() => asking.delete(question));
      asking.set(question, answer);
    }
    return answer;
  };

  return {
    use: async (caller, ask) => {
      const key = keyOf(caller);
      const known = ids.get(key);
      const id = known ?? (await find(caller, key));
      try {
        const answer = await ask(id);
        if (answer.identityId !== id) ids.delete(key); // merged into another
        return answer;
      } catch (error) {
        // Only a decision can be about the identity, and after a fault GetId would be one call more for nothing.
        if (isDecision(error)) ids.delete(key);
        if (known === undefined || !isUnknownIdentity(error)) throw error;
      }
      return ask(await find(caller, key));
    },
  };
}

const GUESTS = "guests";

/** JSON, so that no subject can look like another one's provider and subject; it begins with a bracket. */
function keyOf(caller: Caller): string {
  return caller.kind === "guest" ? GUESTS : JSON.stringify([loginOf(caller).provider, caller.subject]);
}
