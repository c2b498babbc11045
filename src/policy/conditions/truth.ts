/** What is known of a condition; `unknown` where nothing that Postern has tells it. */
export type Truth = boolean | "unknown";

/** What is known of the opposite. */
export function not(truth: Truth): Truth {
  return truth === "unknown" ? truth : !truth;
}

/** Whether a test holds for one at least: what is unknown decides only where nothing else does (Kleene's or). */
export function trueOfAny<T>(items: readonly T[], test: (item: T, i: number) => Truth): Truth {
  let known: Truth = false;
  for (const [i, item] of items.entries()) {
    const truth = test(item, i);
    if (truth === true) return true;
    if (truth === "unknown") known = truth;
  }
  return known;
}

/** Whether a test holds for every one (Kleene's and). */
export function trueOfAll<T>(items: readonly T[], test: (item: T, i: number) => Truth): Truth {
  return not(trueOfAny(items, (item, i) => not(test(item, i))));
}
