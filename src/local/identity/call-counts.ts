/** How often each operation was called, so that a test can say "one GetId". */
export interface CallCounts {
  /** Calls of an operation since the start or the last reset, refused ones too. */
  readonly of: (operation: string) => number;
  /** Every operation that was called. */
  readonly all: () => ReadonlyMap<string, number>;
  readonly reset: () => void;
}

/** The counting end of the same. */
export interface CallCounter extends CallCounts {
  readonly add: (operation: string) => void;
}

/** Starts at zero everywhere. */
export function createCallCounter(): CallCounter {
  const counts = new Map<string, number>();
  return {
    of: (operation) => counts.get(operation) ?? 0,
    all: () => counts,
    reset: () => counts.clear(),
    add: (operation) => {
      counts.set(operation, (counts.get(operation) ?? 0) + 1);
    },
  };
}
