import type { Clock } from "../domain/clock.ts";
import type { Exchange } from "../domain/exchange.ts";
import type { Outcome } from "./outcome.ts";
import { createRecentExchanges, type RecentExchange } from "./recent-exchanges.ts";
import { createRecentRefusals, type RecentRefusal } from "./recent-refusals.ts";
import { createRecentRules, type RuleUse } from "./recent-rules.ts";
import { createRecentTraffic, type TrafficView } from "./recent-traffic.ts";
import type { PacketOutcome } from "./tunnel-outcome.ts";

/** What went on lately, for people who look. Bounded, whatever goes on. */
export interface Recent {
  readonly record: (outcome: Outcome) => void;
  readonly packet: (outcome: PacketOutcome) => void;
  readonly exchange: (exchange: Exchange) => void;
  /** What is known by now. */
  readonly look: () => RecentView;
}

/** What went on lately, and how much since the start. Nothing in it is secret. */
export interface RecentView {
  readonly traffic: TrafficView;
  /** By the rule's name; of denials that no rule gave by an empty one. */
  readonly rules: ReadonlyMap<string, RuleUse>;
  /** Of requests and of packets, newest first. */
  readonly refusals: readonly RecentRefusal[];
  readonly exchanges: readonly RecentExchange[];
}

/** Makes an empty memory of what went on lately: five minutes of numbers, and fifty refusals. */
export function createRecent(now: Clock): Recent {
  const traffic = createRecentTraffic();
  const rules = createRecentRules();
  const refusals = createRecentRefusals();
  const exchanges = createRecentExchanges();
  const decided = (outcome: Outcome | PacketOutcome, atMs: number): void => {
    const { verdict, rule = "", reason } = outcome;
    if (verdict !== undefined) rules.note(rule, verdict, atMs);
    if (reason !== undefined) refusals.note(outcome, reason, atMs);
  };
  return {
    record: (outcome) => {
      const atMs = now();
      traffic.note(outcome, atMs);
      decided(outcome, atMs);
    },
    packet: (outcome) => decided(outcome, now()),
    exchange: (exchange) => exchanges.note(exchange, now()),
    look: () => {
      const nowMs = now();
      return {
        traffic: traffic.look(nowMs),
        rules: rules.all(nowMs),
        refusals: refusals.all(),
        exchanges: exchanges.all(nowMs),
      };
    },
  };
}
