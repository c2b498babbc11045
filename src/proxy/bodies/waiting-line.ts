/** Those who wait, each for an owner, in the order of their turns. */
export interface WaitingLine<T extends { readonly owner: string }> {
  readonly join: (one: T) => void;
  readonly leave: (one: T) => void;
  /** Sends all of an owner behind all others, in their own order. */
  readonly sendBack: (owner: string) => void;
  /** Whose turn it is: the first who may go. */
  readonly first: (mayGo: (one: T) => boolean) => T | undefined;
}

/** Makes an empty line. */
export function createWaitingLine<T extends { readonly owner: string }>(): WaitingLine<T> {
  const all = new Set<T>();
  return {
    join: (one) => void all.add(one),
    leave: (one) => void all.delete(one),
    sendBack: (owner) => {
      const own = [...all].filter((one) => one.owner === owner);
      for (const one of own) {
        all.delete(one);
        all.add(one);
      }
    },
    first: (mayGo) => {
      for (const one of all) if (mayGo(one)) return one;
      return undefined;
    },
  };
}
