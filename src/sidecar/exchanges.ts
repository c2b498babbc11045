import type { Config } from "../config/schema.ts";
import { createAmbient } from "../credentials/ambient.ts";
import type { Ambient } from "../credentials/assume-role.ts";
import { createExchangeCall, type ExchangeCall } from "../credentials/exchange.ts";
import type { Lasting } from "./lasting.ts";
import type { Parts } from "./parts.ts";
import type { Surroundings } from "./surroundings.ts";

/** The one way on which Postern asks identity pools, STS and AWS IoT: they all keep to the same quotas. */
export function exchangeOf(
  { credentials: { rates } }: Config,
  { now }: Surroundings,
  { outbound, metrics }: Lasting,
  parts: Parts,
): ExchangeCall {
  return parts.take("exchange", rates, () =>
    createExchangeCall({ outbound, rates, now, onExchange: metrics.exchange }),
  );
}

/** Who the sidecar is itself. */
export function ambientOf({ aws }: Config, { ambient }: Surroundings, parts: Parts): Ambient {
  const { region, endpoint } = aws;
  return ambient ?? parts.take("ambient", { region, endpoint }, () => createAmbient({ region }));
}
