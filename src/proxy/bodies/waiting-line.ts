import { getOrAdd } from "../../domain/get-or-add.ts";

/** Those who wait, each for an owner, in the order in which they came. */
export interface WaitingLine<T extends { readonly owner: string }> {
  readonly join: (one: T) => void;
  readonly leave: (one: T) => void;
  /** Whose turn it is: the first; but where several owners wait, the first who may not be passed over for the others. */
  readonly first: (mayGoBeforeOthers: (one: T) => boolean) => T | undefined;
}

/** Makes an empty line. */
export function createWaitingLine<T extends { readonly owner: string }>(): WaitingLine<T> {
  const all = new Set<T>();
  const byOwner = new Map<string, Set<T>>();
  return {
    join: (one) => {
      all.add(one);
      getOrAdd(byOwner, one.owner, () => new Set<T>()).add(one);
    },
    leave: (one) => {
      all.delete(one);
      const own = byOwner.get(one.owner);
      own?.delete(one);
      if (own?.size === 0) byOwner.delete(one.owner);
    },
    first: (mayGoBeforeOthers) => {
      for (const one of all) if (byOwner.size === 1 || mayGoBeforeOthers(one)) return one;
      return undefined;
    },
  };
}
