import type { Emit } from "./chunk-framer.ts";

/** Puts small pieces together, so that each does not cost what a large one costs. */
export interface Joiner {
  readonly add: Emit;
  /** Passes on what is left. */
  readonly flush: () => void;
}

/** Copying so little costs less than passing it on by itself. */
const SMALL_BYTES = 4096;

/** Makes a joiner. Pieces come out of it in their order, large ones and lonely ones uncopied. */
export function createJoiner(emit: Emit): Joiner {
  let small: Buffer[] = [];
  const flush = (): void => {
    const [first, second] = small;
    if (first !== undefined) emit(second === undefined ? first : Buffer.concat(small));
    small = [];
  };
  return {
    flush,
    add: (piece) => {
      if (piece.length < SMALL_BYTES) {
        small.push(piece);
        return;
      }
      flush();
      emit(piece);
    },
  };
}
