import type { Clock } from "../domain/clock.ts";
import { Refusal } from "../domain/refusal.ts";
import type { Call, Outbound, Reply } from "../outbound/call.ts";
import type { Exchange, OnExchange } from "./broker.ts";

/** Makes one exchange and counts it; what the service refuses comes back as a Refusal. */
export type ExchangeCall = (
  operation: string,
  call: Call,
  refusalOf: (reply: Reply) => Refusal,
) => Promise<string>;

/** What {@link createExchangeCall} needs. */
export interface ExchangeOptions {
  readonly outbound: Outbound;
  readonly onExchange: OnExchange;
  readonly now: Clock;
}

/** Makes the function through which every exchange with the identity pool and STS goes. */
export function createExchangeCall({ outbound, onExchange, now }: ExchangeOptions): ExchangeCall {
  return async (operation, call, refusalOf) => {
    const startMs = now();
    const count = (outcome: Exchange["outcome"]): void => {
      onExchange({ operation, outcome, durationMs: now() - startMs });
    };
    const reply = await outbound(call).catch((cause: unknown) => {
      count("unavailable");
      throw new Refusal("credentials-unavailable", { cause, detail: `${operation} had no answer` });
    });
    if (reply.status === 200) {
      count("ok");
      return reply.body;
    }
    const refusal = refusalOf(reply);
    count(outcomeOf(refusal));
    throw refusal;
  };
}

function outcomeOf({ code }: Refusal): Exchange["outcome"] {
  if (code === "credentials-throttled") return "throttled";
  return code === "credentials-unavailable" ? "unavailable" : "refused";
}
