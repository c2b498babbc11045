import * as fc from "fast-check";
import { Registry } from "prom-client";
import { describe, expect, it } from "vitest";
import { createCounter, createGauge, createHistogram } from "../../src/telemetry/tally.ts";

async function linesOf(registry: Registry): Promise<readonly string[]> {
  return (await registry.metrics()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
}

describe("a counter", () => {
  it("adds up by label values, whatever order they come in", async () => {
    const registry = new Registry();
    const { add } = createCounter(registry, { name: "c_total", help: "C.", labelNames: ["a", "b"] });
    add(1, "x", "y");
    add(2, "y", "x");
    add(3, "x", "y");
    expect(await registry.metrics()).toBe(
      '# HELP c_total C.\n# TYPE c_total counter\nc_total{a="x",b="y"} 4\nc_total{a="y",b="x"} 2\n',
    );
  });

  it("without labels begins at zero, so that its first event is seen as a rise", async () => {
    const registry = new Registry();
    const { add } = createCounter(registry, { name: "c_total", help: "C.", labelNames: [] });
    expect(await linesOf(registry)).toEqual(["c_total 0"]);
    add(1);
    expect(await linesOf(registry)).toEqual(["c_total 1"]);
  });

  it("tells empty values apart from others, and escapes what the form does not bear", async () => {
    const registry = new Registry();
    const { add } = createCounter(registry, { name: "c_total", help: "C.", labelNames: ["a"] });
    add(1, "");
    add(1, 'q"\\\n');
    expect(await linesOf(registry)).toEqual(['c_total{a=""} 1', String.raw`c_total{a="q\"\\\n"} 1`]);
  });

  it("has a series for what is expected, though nothing was counted, and keeps it", async () => {
    const registry = new Registry();
    const about = { name: "c_total", help: "C.", labelNames: ["upstream", "kind"] } as const;
    let upstreams = ["s3"];
    const { add } = createCounter(registry, about, () => upstreams.map((name) => [name, "broken"] as const));
    add(1, "s3", "timeout");
    const before = ['c_total{upstream="s3",kind="timeout"} 1', 'c_total{upstream="s3",kind="broken"} 0'];
    expect(await linesOf(registry)).toEqual(before);
    upstreams = ["dynamodb"];
    expect(await linesOf(registry)).toEqual([...before, 'c_total{upstream="dynamodb",kind="broken"} 0']);
  });

  it("takes no values for others that would read the same when joined", async () => {
    const registry = new Registry();
    const { add } = createCounter(registry, { name: "c_total", help: "C.", labelNames: ["a", "b"] });
    add(1, "x\u0000y", "z");
    add(1, "x", "y\u0000z");
    expect(await linesOf(registry)).toHaveLength(2);
  });

  it("stays on one registry", async () => {
    const other = new Registry();
    createCounter(new Registry(), { name: "c_total", help: "C.", labelNames: [] }).add(1);
    expect(await linesOf(other)).toEqual([]);
  });
});

describe("a histogram", () => {
  it("counts an observation in every bucket that it fits, bounds included", async () => {
    const registry = new Registry();
    const { observe } = createHistogram(registry, { name: "h_seconds", help: "H.", labelNames: [] });
    for (const seconds of [0.0004, 0.0005, 0.3, 60, 61]) observe(seconds);
    expect(await linesOf(registry)).toEqual([
      'h_seconds_bucket{le="0.0005"} 2',
      ...["0.001", "0.0025", "0.005", "0.01", "0.025", "0.05", "0.1", "0.25"].map(
        (le) => `h_seconds_bucket{le="${le}"} 2`,
      ),
      ...["0.5", "1", "2.5", "5", "10"].map((le) => `h_seconds_bucket{le="${le}"} 3`),
      'h_seconds_bucket{le="60"} 4',
      'h_seconds_bucket{le="+Inf"} 5',
      `h_seconds_sum ${0.0004 + 0.0005 + 0.3 + 60 + 61}`,
      "h_seconds_count 5",
    ]);
  });

  it("for one set of labels is there before anything is observed, and is the same by either way", async () => {
    const registry = new Registry();
    const histogram = createHistogram(registry, { name: "h", help: "H.", labelNames: ["l"] }, [1]);
    const observe = histogram.of("x");
    expect(await linesOf(registry)).toContain('h_count{l="x"} 0');
    observe(1);
    histogram.observe(2, "x");
    expect(await linesOf(registry)).toEqual([
      'h_bucket{l="x",le="1"} 1',
      'h_bucket{l="x",le="+Inf"} 2',
      'h_sum{l="x"} 3',
      'h_count{l="x"} 2',
    ]);
  });

  it("is cumulative, and its last bucket is its count, for any observations", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1 }),
        async (all) => {
          const registry = new Registry();
          const { observe } = createHistogram(registry, { name: "h", help: "H.", labelNames: ["l"] });
          for (const seconds of all) observe(seconds, "x");
          const values = (await linesOf(registry)).map(
            (line) => [line, Number(line.split(" ").at(-1))] as const,
          );
          const buckets = values.filter(([line]) => line.startsWith("h_bucket"));
          for (const [line, count] of buckets) {
            const bound = Number(/le="(?<le>[^"]+)"/.exec(line)?.groups?.["le"]?.replace("+Inf", "Infinity"));
            expect(count).toBe(all.filter((seconds) => seconds <= bound).length);
          }
          expect(values.find(([line]) => line.startsWith("h_count"))?.[1]).toBe(all.length);
        },
      ),
      { numRuns: 50 },
    );
  });
});

it("a gauge is read at each scrape, and forgets what is no longer there", async () => {
  const registry = new Registry();
  const ages = new Map([["staff", 1]]);
  createGauge(registry, { name: "g", help: "G.", labelNames: ["issuer"] }, () =>
    [...ages].map(([issuer, age]) => [age, issuer] as const),
  );
  expect(await linesOf(registry)).toEqual(['g{issuer="staff"} 1']);
  ages.delete("staff");
  ages.set("partners", 2);
  expect(await linesOf(registry)).toEqual(['g{issuer="partners"} 2']);
});
