/** What a sidecar measures at the moment: by name with its labels, as Prometheus writes them. Not there is zero. */
export type Measured = (metric: string) => number;

/** Reads `/metrics` of a probes' face. */
export async function scrape(port: number): Promise<Measured> {
  const samples = new Map(samplesIn(await exposition(port)).map(({ series, value }) => [series, value]));
  return (metric) => samples.get(metric) ?? 0;
}

/** The text of `/metrics` of a probes' face. */
export async function exposition(port: number): Promise<string> {
  return (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
}

/** A line of the Prometheus text form. */
export interface Sample {
  /** Name and labels, as they are written. */
  readonly series: string;
  /** Of the metric; those of a histogram end in `_bucket`, `_sum` and `_count`. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The samples of an exposition, in its order. Values of labels stay escaped. */
export function samplesIn(text: string): readonly Sample[] {
  return text.split("\n").flatMap((line) => {
    const at = line.lastIndexOf(" ");
    if (line.startsWith("#") || at < 0) return [];
    const series = line.slice(0, at);
    const [name = "", written = ""] = series.split(/\{(.*)\}$/s);
    const labels = Object.fromEntries(
      [...written.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, label = "", value = ""]) => [label, value]),
    );
    return [{ series, name, labels, value: Number(line.slice(at + 1)) }];
  });
}
