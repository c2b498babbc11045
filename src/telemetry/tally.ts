import type { MetricObjectWithValues, MetricValue, Registry } from "prom-client";

/**
 * Counters and histograms as plain numbers, handed to prom-client when somebody scrapes: counting costs a map look-up,
 * where prom-client checks and hashes the labels of each observation.
 */
export interface Counter<L extends string> {
  /** @param labels values in the order of the label names; all from closed sets */
  readonly add: (amount: number, ...labels: readonly string[]) => void;
  readonly labelNames: readonly L[];
}

/** As {@link Counter}, for durations in seconds. */
export interface Histogram {
  readonly observe: (seconds: number, ...labels: readonly string[]) => void;
}

interface Description {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
}

const SEPARATOR = "\u0000";

/** Puts a counter on a registry. */
export function createCounter<L extends string>(
  registry: Registry,
  about: Description & { readonly labelNames: readonly L[] },
): Counter<L> {
  const totals = new Map<string, number>();
  register(registry, about, "counter", () =>
    [...totals].map(([key, value]) => ({ value, labels: labelsOf(about, key) })),
  );
  // A series that appears with its first event hides that event from rate(): without labels there is one from the start.
  if (about.labelNames.length === 0) totals.set("", 0);
  return {
    labelNames: about.labelNames,
    add: (amount, ...labels) => {
      const key = labels.length === 1 ? (labels[0] as string) : labels.join(SEPARATOR);
      totals.set(key, (totals.get(key) ?? 0) + amount);
    },
  };
}

interface Distribution {
  readonly counts: number[];
  sum: number;
}

/** Upper bounds in seconds: from a warm cache on loopback to a slow upload. */
const BUCKETS: readonly number[] = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60,
];

/** Puts a histogram of seconds on a registry. */
export function createHistogram(registry: Registry, about: Description): Histogram {
  const distributions = new Map<string, Distribution>();
  register(registry, about, "histogram", () =>
    [...distributions].flatMap(([key, distribution]) => seriesOf(about, labelsOf(about, key), distribution)),
  );
  return {
    observe: (seconds, ...labels) => {
      const key = labels.length === 1 ? (labels[0] as string) : labels.join(SEPARATOR);
      let distribution = distributions.get(key);
      if (distribution === undefined) {
        distribution = { counts: Array.from({ length: BUCKETS.length + 1 }, () => 0), sum: 0 };
        distributions.set(key, distribution);
      }
      let bucket = 0;
      while (bucket < BUCKETS.length && seconds > (BUCKETS[bucket] as number)) bucket++;
      distribution.counts[bucket] = (distribution.counts[bucket] ?? 0) + 1;
      distribution.sum += seconds;
    },
  };
}

function seriesOf(
  { name }: Description,
  labels: Record<string, string>,
  { counts, sum }: Distribution,
): MetricValue<string>[] {
  let total = 0;
  const buckets = counts.map((count, i) => {
    total += count;
    return {
      metricName: `${name}_bucket`,
      value: total,
      labels: { ...labels, le: String(BUCKETS[i] ?? "+Inf") },
    };
  });
  return [
    ...buckets,
    { metricName: `${name}_sum`, value: sum, labels },
    { metricName: `${name}_count`, value: total, labels },
  ] as MetricValue<string>[];
}

function labelsOf({ labelNames }: Description, key: string): Record<string, string> {
  const values = labelNames.length === 0 ? [] : key.split(SEPARATOR);
  return Object.fromEntries(labelNames.map((name, i) => [name, values[i] ?? ""]));
}

/** What prom-client asks of a metric at scrape; its own classes would hold the numbers again. */
function register(
  registry: Registry,
  { name, help }: Description,
  type: string,
  values: () => unknown[],
): void {
  const metric = {
    name,
    help,
    type,
    aggregator: "sum",
    get: (): unknown =>
      ({ name, help, type, aggregator: "sum", values: values() }) as unknown as MetricObjectWithValues<
        MetricValue<string>
      >,
    reset: () => {},
  };
  registry.registerMetric(metric as unknown as Parameters<Registry["registerMetric"]>[0]);
}
