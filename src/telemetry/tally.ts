import type { Registry } from "prom-client";
import { createSeries, type Labels, labelsOf } from "./series.ts";

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
 * Counters and histograms are plain numbers, handed to prom-client when somebody scrapes: counting costs a map look-up a
 * label, where prom-client checks and hashes the labels of each observation.
 */
export interface Counter<L extends readonly string[]> {
  readonly add: (amount: number, ...labels: LabelsOf<L>) => void;
}

/** As {@link Counter}, for durations in seconds. */
export interface Histogram<L extends readonly string[]> {
  readonly observe: (seconds: number, ...labels: LabelsOf<L>) => void;
  /** The same for one set of labels, which is there from now on and is not looked up again. */
  readonly of: (...labels: LabelsOf<L>) => (seconds: number) => void;
}

/**
 * Puts a counter on a registry.
 *
 * @param expected label values that there is a series for before anything is counted: one that appears with its first
 *   event hides that event from `rate()`. Asked at each scrape; without labels there is one series from the start.
 */
export function createCounter<L extends readonly string[]>(
  registry: Registry,
  about: Description<L>,
  expected: () => Iterable<LabelsOf<L>> = () => [],
): Counter<L> {
  const series = createSeries(about.labelNames, () => ({ total: 0 }));
  if (about.labelNames.length === 0) series.of([]);
  register(registry, about, "counter", () => {
    for (const values of expected()) series.of(values);
    return series.all().map(([labels, { total }]) => ({ labels, value: total }));
  });
  return {
    add: (amount, ...values) => {
      series.of(values).total += amount;
    },
  };
}

/** From a warm cache on loopback to a slow upload. */
const BUCKETS: readonly number[] = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60,
];

interface Distribution {
  /** One a bucket, and one for what is above them all; not cumulative yet. */
  readonly counts: Float64Array;
  sum: number;
}

/**
 * Puts a histogram of seconds on a registry.
 *
 * @param bounds of its buckets, in seconds, from the least up; bounds belong to their bucket
 * @param expected as of {@link createCounter}
 */
export function createHistogram<L extends readonly string[]>(
  registry: Registry,
  about: Description<L>,
  bounds: readonly number[] = BUCKETS,
  expected: () => Iterable<LabelsOf<L>> = () => [],
): Histogram<L> {
  const series = createSeries(about.labelNames, () => emptyDistribution(bounds));
  register(registry, about, "histogram", () => {
    for (const values of expected()) series.of(values);
    return series.all().flatMap(([labels, kept]) => samplesOf(about.name, labels, kept, bounds));
  });
  return {
    observe: (seconds, ...values) => note(series.of(values), bounds, seconds),
    of: (...values) => {
      const distribution = series.of(values);
      return (seconds) => note(distribution, bounds, seconds);
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
    Array.from(read(), ([value, ...values]) => ({ value, labels: labelsOf(about.labelNames, values) })),
  );
}

/** A line of the exposition. */
interface Sample {
  /** Where it is not the metric's own. */
  readonly metricName?: string;
  readonly value: number;
  readonly labels: Labels;
}

function emptyDistribution(bounds: readonly number[]): Distribution {
  return { counts: new Float64Array(bounds.length + 1), sum: 0 };
}

/** Most of what is measured is quick, so looking from the least bound up is quicker than halving. */
function note(distribution: Distribution, bounds: readonly number[], seconds: number): void {
  let at = 0;
  while (seconds > (bounds[at] ?? Number.POSITIVE_INFINITY)) at++;
  distribution.counts[at] = (distribution.counts[at] ?? 0) + 1;
  distribution.sum += seconds;
}

function samplesOf(
  name: string,
  labels: Labels,
  { counts, sum }: Distribution,
  bounds: readonly number[],
): Sample[] {
  let total = 0;
  const buckets = Array.from(counts, (count, i) => {
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

/** What prom-client asks of a metric at scrape; its own classes would hold the numbers again. */
function register(
  registry: Registry,
  { name, help }: Description<readonly string[]>,
  type: "counter" | "gauge" | "histogram",
  values: () => readonly Sample[],
): void {
  const metric = {
    name,
    get: () => ({ name, help, type, aggregator: "sum", values: values() }),
    reset: () => {},
  };
  registry.registerMetric(metric as unknown as Parameters<Registry["registerMetric"]>[0]);
}
