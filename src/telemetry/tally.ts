import type { Registry } from "prom-client";

/** What a metric is called and labelled with. */
export interface Description<L extends readonly string[]> {
  readonly name: string;
  readonly help: string;
  /** In the order in which their values are given. */
  readonly labelNames: L;
}

/** A value for each label name; all of them from closed sets. */
export type LabelsOf<L extends readonly string[]> = { readonly [K in keyof L]: string };

/**
 * Counters and histograms are plain numbers, handed to prom-client when somebody scrapes: counting costs a map look-up,
 * where prom-client checks and hashes the labels of each observation.
 */
export interface Counter<L extends readonly string[]> {
  readonly add: (amount: number, ...labels: LabelsOf<L>) => void;
}

/** As {@link Counter}, for durations in seconds. */
export interface Histogram<L extends readonly string[]> {
  readonly observe: (seconds: number, ...labels: LabelsOf<L>) => void;
}

/** Puts a counter on a registry. */
export function createCounter<L extends readonly string[]>(
  registry: Registry,
  about: Description<L>,
): Counter<L> {
  const totals = new Map<string, number>();
  // A series that appears with its first event hides that event from rate(): without labels there is one from the start.
  if (about.labelNames.length === 0) totals.set("", 0);
  register(registry, about, "counter", () =>
    [...totals].map(([key, value]) => ({ value, labels: labelsOf(about, key) })),
  );
  return {
    add: (amount, ...labels) => {
      const key = keyOf(labels);
      totals.set(key, (totals.get(key) ?? 0) + amount);
    },
  };
}

/** From a warm cache on loopback to a slow upload. */
const BUCKETS: readonly number[] = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60,
];

interface Distribution {
  /** One a bucket, and one for what is above them all; not cumulative yet. */
  readonly counts: number[];
  sum: number;
}

/**
 * Puts a histogram of seconds on a registry.
 *
 * @param bounds of its buckets, in seconds, from the least up; bounds belong to their bucket
 */
export function createHistogram<L extends readonly string[]>(
  registry: Registry,
  about: Description<L>,
  bounds: readonly number[] = BUCKETS,
): Histogram<L> {
  const distributions = new Map<string, Distribution>();
  register(registry, about, "histogram", () =>
    [...distributions].flatMap(([key, distribution]) =>
      seriesOf(about.name, labelsOf(about, key), distribution, bounds),
    ),
  );
  return {
    observe: (seconds, ...labels) => {
      const key = keyOf(labels);
      let distribution = distributions.get(key);
      if (distribution === undefined) distributions.set(key, (distribution = emptyDistribution(bounds)));
      const bucket = bounds.findIndex((bound) => seconds <= bound);
      const at = bucket === -1 ? bounds.length : bucket;
      distribution.counts[at] = (distribution.counts[at] ?? 0) + 1;
      distribution.sum += seconds;
    },
  };
}

/** Puts a gauge on a registry that is read at each scrape: a value for each set of labels that there is at that time. */
export function createGauge<L extends readonly string[]>(
  registry: Registry,
  about: Description<L>,
  read: () => Iterable<readonly [value: number, ...labels: LabelsOf<L>]>,
): void {
  register(registry, about, "gauge", () =>
    Array.from(read(), ([value, ...labels]) => ({ value, labels: labelsOf(about, keyOf(labels)) })),
  );
}

/** A line of the exposition. */
interface Series {
  /** Where it is not the metric's own. */
  readonly metricName?: string;
  readonly value: number;
  readonly labels: Readonly<Record<string, string>>;
}

function emptyDistribution(bounds: readonly number[]): Distribution {
  return { counts: Array.from({ length: bounds.length + 1 }, () => 0), sum: 0 };
}

function seriesOf(
  name: string,
  labels: Series["labels"],
  { counts, sum }: Distribution,
  bounds: readonly number[],
): Series[] {
  let total = 0;
  const buckets = counts.map((count, i) => {
    total += count;
    const le = String(bounds[i] ?? "+Inf");
    return { metricName: `${name}_bucket`, value: total, labels: { ...labels, le } };
  });
  return [
    ...buckets,
    { metricName: `${name}_sum`, value: sum, labels },
    { metricName: `${name}_count`, value: total, labels },
  ];
}

/** Joins labels to a key of a map. No configured name holds a control character. */
const SEPARATOR = "\u0000";

function keyOf(labels: readonly string[]): string {
  const [only] = labels;
  return labels.length === 1 && only !== undefined ? only : labels.join(SEPARATOR);
}

function labelsOf({ labelNames }: Description<readonly string[]>, key: string): Series["labels"] {
  const values = key.split(SEPARATOR);
  return Object.fromEntries(labelNames.map((name, i) => [name, values[i] ?? ""]));
}

/** What prom-client asks of a metric at scrape; its own classes would hold the numbers again. */
function register(
  registry: Registry,
  { name, help }: Description<readonly string[]>,
  type: "counter" | "gauge" | "histogram",
  values: () => readonly Series[],
): void {
  const metric = {
    name,
    get: () => ({ name, help, type, aggregator: "sum", values: values() }),
    reset: () => {},
  };
  registry.registerMetric(metric as unknown as Parameters<Registry["registerMetric"]>[0]);
}
