import type { Config } from "../config/schema.ts";
import { createAmbient } from "../credentials/ambient.ts";
import type { Ambient } from "../credentials/assume-role.ts";
import type { OnExchange } from "../credentials/broker.ts";
import { createExchangeCall, type ExchangeCall } from "../credentials/exchange.ts";
import type { Lasting } from "./lasting.ts";
import type { Parts } from "./parts.ts";
import type { Surroundings } from "./surroundings.ts";

/** The one way on which Postern asks identity pools, STS and AWS IoT: they all keep to the same quotas. */
export function exchangeOf(
  { credentials: { rates } }: Config,
  { now }: Surroundings,
  { outbound, metrics, recent }: Lasting,
  parts: Parts,
): ExchangeCall {
  const onExchange: OnExchange = (exchange) => {
    metrics.exchange(exchange);
    recent.exchange(exchange);
  };
  return parts.take("exchange", rates, () => createExchangeCall({ outbound, rates, now, onExchange }));
}

/** Who the sidecar is itself. */
export function ambientOf({ aws }: Config, { ambient }: Surroundings, parts: Parts): Ambient {
  const { region, endpoint } = aws;
  return ambient ?? parts.take("ambient", { region, endpoint }, () => createAmbient({ region }));
}
