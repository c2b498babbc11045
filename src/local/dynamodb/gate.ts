/** Lets work in side by side, or alone; first come, first served. */
export interface Gate {
  readonly together: <T>(work: () => Promise<T>) => Promise<T>;
  readonly alone: <T>(work: () => Promise<T>) => Promise<T>;
}

/** Makes a gate with nobody inside. */
export function createGate(): Gate {
  const waiting: { readonly isAlone: boolean; readonly start: () => void }[] = [];
  let inside = 0;
  let isAlone = false;

  const admit = (): void => {
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      if (isAlone || (next.isAlone && inside > 0)) return;
      waiting.shift();
      inside++;
      isAlone = next.isAlone;
      next.start();
    }
  };
  const enter = async <T>(isAloneWanted: boolean, work: () => Promise<T>): Promise<T> => {
    await new Promise<void>((start) => {
      waiting.push({ isAlone: isAloneWanted, start });
      admit();
    });
    try {
      return await work();
    } finally {
      inside--;
      isAlone = false;
      admit();
    }
  };
  return { together: (work) => enter(false, work), alone: (work) => enter(true, work) };
}
