/** The steps that a comparison may take: two policies can differ in more ways than anybody has time for. */
export interface Steps {
  /** Counts something that was looked at. */
  readonly spend: (steps: number) => void;
  /** Spends all that is left. */
  readonly end: () => void;
  /** The entries of a list, as long as there are steps left. */
  readonly through: <T>(list: Iterable<T>) => Generator<T>;
  /** Whether something was left out because there were no steps left. */
  readonly isCutShort: () => boolean;
}

/** Counts down from a number of steps. They are counted and not timed, so that one comparison always ends alike. */
export function countSteps(allowed: number): Steps {
  let left = allowed;
  let cut = false;
  return {
    spend: (steps) => {
      left -= steps;
    },
    end: () => {
      left = 0;
    },
    *through(list) {
      for (const entry of list) {
        if (left <= 0) {
          cut = true;
          return;
        }
        yield entry;
      }
    },
    isCutShort: () => cut,
  };
}
