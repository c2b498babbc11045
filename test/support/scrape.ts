/** What a sidecar measures at the moment: by name with its labels, as Prometheus writes them. Not there is zero. */
export type Measured = (metric: string) => number;

/** Reads `/metrics` of a probes' face. */
export async function scrape(port: number): Promise<Measured> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const samples = new Map(
    text.split("\n").flatMap((line) => {
      const at = line.lastIndexOf(" ");
      return line.startsWith("#") || at < 0 ? [] : [[line.slice(0, at), Number(line.slice(at + 1))]];
    }),
  );
  return (metric) => samples.get(metric) ?? 0;
}
