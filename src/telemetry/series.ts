/** What is kept for each set of label values that was met. */
export interface Series<T> {
  /** What is kept for these values, new where they were not met before. */
  readonly of: (values: readonly string[]) => T;
  /** All of it, in the order in which it was met. */
  readonly all: () => readonly (readonly [labels: Labels, kept: T])[];
}

/** Label name → value. */
export type Labels = Readonly<Record<string, string>>;

/** A place in a tree of label values, one level a label: finding it joins no texts. */
interface Place<T> {
  readonly next: Map<string, Place<T>>;
  kept: T | undefined;
}

/** Makes an empty set of series. */
export function createSeries<T extends object>(labelNames: readonly string[], make: () => T): Series<T> {
  const root = emptyPlace<T>();
  const all: (readonly [labels: Labels, kept: T])[] = [];
  const begin = (values: readonly string[]): T => {
    const kept = make();
    all.push([labelsOf(labelNames, values), kept]);
    return kept;
  };
  return {
    of: (values) => {
      let place = root;
      for (const value of values) place = place.next.get(value) ?? branch(place, value);
      return (place.kept ??= begin(values));
    },
    all: () => all,
  };
}

/** Values in the order of the names. */
export function labelsOf(names: readonly string[], values: readonly string[]): Labels {
  return Object.fromEntries(names.map((name, i) => [name, values[i] ?? ""]));
}

function branch<T>({ next }: Place<T>, value: string): Place<T> {
  const place = emptyPlace<T>();
  next.set(value, place);
  return place;
}

function emptyPlace<T>(): Place<T> {
  return { next: new Map(), kept: undefined };
}
