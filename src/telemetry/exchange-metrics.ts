import type { Registry } from "prom-client";
import type { Exchange } from "../domain/exchange.ts";
import { createCounter, createHistogram } from "./tally.ts";

/** Counts calls to identity pools, STS and AWS IoT. */
export type ExchangeMetrics = (exchange: Exchange) => void;

/** In the order of {@link Exchange}. */
const OUTCOMES = Object.keys({
  ok: 0,
  refused: 0,
  misconfigured: 0,
  throttled: 0,
  unavailable: 0,
  timeout: 0,
  malformed: 0,
  "too-large": 0,
  "held-back": 0,
} satisfies Record<Exchange["outcome"], 0>);

const HELP = "Calls to identity pools, STS and AWS IoT.";

/**
 * Puts on a registry what is measured of the calls that get credentials.
 *
 * @param configured operations that may be called, asked at each scrape
 */
export function createExchangeMetrics(
  registry: Registry,
  configured: () => readonly string[],
): ExchangeMetrics {
  const called = new Set<string>();
  const counts = createCounter(
    registry,
    { name: "postern_credential_exchanges_total", help: HELP, labelNames: ["operation", "outcome"] },
    () =>
      [...new Set([...configured(), ...called])].flatMap((operation) =>
        OUTCOMES.map((outcome) => [operation, outcome] as const),
      ),
  );
  const seconds = createHistogram(registry, {
    name: "postern_credential_exchange_duration_seconds",
    help: HELP,
    labelNames: ["operation"],
  });
  return ({ operation, outcome, durationMs }) => {
    called.add(operation);
    counts.add(1, operation, outcome);
    seconds.observe(durationMs / 1000, operation);
  };
}
