import { randomBytes } from "node:crypto";
import type { Clock } from "../../domain/clock.ts";
import type { Outcome } from "../outcome.ts";
import { spansOf } from "./spans-of.ts";

/** Where spans go, and as what. */
export interface SpanExportSettings {
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly serviceName: string;
}

/** Sends spans of finished requests to an OpenTelemetry collector. */
export interface SpanExport {
  readonly record: (outcome: Outcome) => void;
  /** Sends what is left, for two seconds at most, and no more after that. Never rejects. */
  readonly close: () => Promise<void>;
}

/** What {@link createSpanExport} needs besides. */
export interface SpanExportParts {
  readonly version: string;
  readonly now: Clock;
  /** Told of spans that no collector took, and why. */
  readonly onFailure: (error: unknown, spans: number) => void;
}

/** Spans that wait; what comes beyond is dropped. A request has up to four. */
const MAX_WAITING = 4096;
const MAX_BATCH = 512;
const EVERY_MS = 5000;
const TIMEOUT_MS = 5000;
const CLOSE_MS = 2000;

/** Of `@opentelemetry/core`: that spans were taken. */
const SUCCESS = 0;

/**
 * Loads OpenTelemetry's exporter and begins: OTLP over HTTP, in JSON, in batches. It costs memory and time at start, so that
 * nobody loads it who does not export.
 *
 * @throws Error where the optional packages are not installed
 */
export async function createSpanExport(
  { endpoint, headers, serviceName }: SpanExportSettings,
  { version, now, onFailure }: SpanExportParts,
): Promise<SpanExport> {
  const { BatchSpanProcessor, OTLPTraceExporter, resourceFromAttributes } = await loadOpenTelemetry();
  const exporter = withoutVariables(
    () => new OTLPTraceExporter({ url: endpoint, headers: { ...headers }, timeoutMillis: TIMEOUT_MS }),
  );
  let waiting = 0;
  const processor = new BatchSpanProcessor(
    {
      export: (spans, done) =>
        exporter.export(spans, ({ code, error }) => {
          const told: number = code;
          waiting -= spans.length;
          if (told !== SUCCESS) onFailure(error, spans.length);
          // Whoever is told of a failure here has a log of its own.
          done({ code: SUCCESS });
        }),
      shutdown: () => exporter.shutdown(),
    },
    {
      maxQueueSize: MAX_WAITING,
      maxExportBatchSize: MAX_BATCH,
      scheduledDelayMillis: EVERY_MS,
      exportTimeoutMillis: TIMEOUT_MS,
    },
  );
  const origin = {
    resource: resourceFromAttributes({ "service.name": serviceName, "service.version": version }),
    scope: { name: "postern", version },
    newSpanId: () => randomBytes(8).toString("hex"),
  };
  return {
    record: (outcome) => {
      const spans = spansOf(outcome, now(), origin);
      if (waiting + spans.length > MAX_WAITING)
        return onFailure(new Error("too many spans wait"), spans.length);
      waiting += spans.length;
      for (const span of spans) processor.onEnd(span);
    },
    close: async () => {
      const late = new Promise<void>((resolve) => setTimeout(resolve, CLOSE_MS).unref());
      await Promise.race([processor.shutdown().catch(() => {}), late]);
    },
  };
}

/**
 * Does something while the environment has no variables of OpenTelemetry. An exporter adds to what it is given
 * `OTEL_EXPORTER_OTLP_HEADERS`, which may be an application's own, and trusts `OTEL_EXPORTER_OTLP_CERTIFICATE`; the
 * configuration says all that holds here. It reads them while it is made, at once.
 */
function withoutVariables<T>(make: () => T): T {
  const taken = Object.entries(process.env).filter(([name]) => name.startsWith("OTEL_"));
  for (const [name] of taken) delete process.env[name];
  try {
    return make();
  } finally {
    Object.assign(process.env, Object.fromEntries(taken));
  }
}

async function loadOpenTelemetry() {
  try {
    const [{ BatchSpanProcessor }, { OTLPTraceExporter }, { resourceFromAttributes }] = await Promise.all([
      import("@opentelemetry/sdk-trace-base"),
      import("@opentelemetry/exporter-trace-otlp-http"),
      import("@opentelemetry/resources"),
    ]);
    return { BatchSpanProcessor, OTLPTraceExporter, resourceFromAttributes };
  } catch (cause) {
    throw new Error(
      "tracing needs the packages @opentelemetry/exporter-trace-otlp-http, sdk-trace-base and resources, which are not installed",
      { cause },
    );
  }
}
