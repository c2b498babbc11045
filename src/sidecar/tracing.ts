import type { Config } from "../config/schema.ts";
import { createTracer, type Sampler, type Tracer } from "../proxy/trace.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { Outcome } from "../telemetry/outcome.ts";
import type { SpanExport, SpanExportParts } from "../telemetry/otlp/span-export.ts";
import { createThrottle } from "../telemetry/throttle.ts";
import type { Surroundings } from "./surroundings.ts";
import { told } from "./told.ts";

/** Traces of requests, and their spans on the way to a collector. */
export interface Tracing {
  readonly traceOf: Tracer;
  readonly record: (outcome: Outcome) => void;
  /** Goes by other settings from now on, by none where they are undefined. Rejects where they cannot be gone by. */
  readonly adopt: (settings: Config["tracing"]) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** What {@link createTracing} needs. */
export interface TracingParts extends Pick<Surroundings, "version" | "log" | "now"> {
  readonly metrics: Pick<Metrics, "spansDropped">;
  /** From 0 to below 1: chooses which new traces are kept. */
  readonly random: () => number;
}

/** Lines in a second that tell of spans that were lost. */
const LINES_PER_SECOND = 1;

/** Makes the tracing of a process, which is off until settings are adopted. */
export function createTracing({ version, log, now, random, metrics }: TracingParts): Tracing {
  let settings: Config["tracing"];
  let sending: SpanExport | undefined;
  const mayTell = createThrottle(LINES_PER_SECOND, now);
  let sampler: Sampler;
  const onFailure = (error: unknown, spans: number): void => {
    metrics.spansDropped(spans);
    const suppressed = mayTell();
    if (suppressed !== undefined) log.warn("spans were not taken", { error: told(error), spans, suppressed });
  };
  const change = async (next: Config["tracing"]): Promise<void> => {
    if (JSON.stringify(next) === JSON.stringify(settings)) return;
    const made = next && (await load(next, { version, now, onFailure }));
    const before = sending;
    settings = next;
    sending = made;
    sampler = next && (() => random() < next.sample);
    await before?.close();
  };
  let changing = Promise.resolve();
  return {
    traceOf: createTracer(() => sampler),
    record: (outcome) => sending?.record(outcome),
    adopt: async (next) => {
      const before = changing;
      const own = (async () => {
        await before;
        await change(next);
      })();
      changing = own.catch(() => {});
      await own;
    },
    close: async () => sending?.close(),
  };
}

/** Nobody pays for it who sends no spans. */
async function load(settings: NonNullable<Config["tracing"]>, parts: SpanExportParts): Promise<SpanExport> {
  const { createSpanExport } = await import("../telemetry/otlp/span-export.ts");
  return createSpanExport(settings, parts);
}
