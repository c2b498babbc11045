import type { Caller } from "../domain/caller.ts";
import type { Clock } from "../domain/clock.ts";
import { Refusal } from "../domain/refusal.ts";
import type { Call, Outbound, Reply } from "../outbound/call.ts";
import type { Exchange, OnExchange } from "./broker.ts";

/** One question to the identity pool or STS, and how its answer is read. */
export interface Question<T> {
  /** Which of the two is asked: each has limits and troubles of its own. */
  readonly service: "cognito-identity" | "sts";
  /** The API operation. */
  readonly operation: string;
  readonly call: Call;
  /** On whose behalf: what is asked for one must not starve the others. */
  readonly caller: Caller;
  /**
   * Reads the body of a 200.
   *
   * @throws Refusal credentials-unavailable, where it is not what the API promises
   */
  readonly read: (body: string) => T;
  /** Reads any other answer. */
  readonly refusalOf: (reply: Reply) => Refusal;
}

/** Asks, and counts the exchange by how it ended; what is not given comes back as a Refusal. */
export type ExchangeCall = <T>(question: Question<T>) => Promise<T>;

/** What {@link createExchangeCall} needs. */
export interface ExchangeOptions {
  readonly outbound: Outbound;
  readonly onExchange: OnExchange;
  readonly now: Clock;
}

/** Makes the function through which every exchange with the identity pool and STS goes. */
export function createExchangeCall({ outbound, onExchange, now }: ExchangeOptions): ExchangeCall {
  return async (question) => {
    const { operation } = question;
    const startMs = now();
    const count = (outcome: Exchange["outcome"]): void => {
      onExchange({ operation, outcome, durationMs: Math.max(0, now() - startMs) });
    };
    try {
      const answer = await ask(outbound, question);
      count("ok");
      return answer;
    } catch (error) {
      count(outcomeOf(error));
      throw error;
    }
  };
}

async function ask<T>(outbound: Outbound, { operation, call, read, refusalOf }: Question<T>): Promise<T> {
  const reply = await outbound(call).catch((cause: unknown) => {
    throw new Refusal("credentials-unavailable", { cause, detail: `${operation} had no answer` });
  });
  if (reply.status !== 200) throw refusalOf(reply);
  return read(reply.body);
}

function outcomeOf(error: unknown): Exchange["outcome"] {
  const code = error instanceof Refusal ? error.code : undefined;
  if (code === "credentials-throttled") return "throttled";
  return code === "role-not-granted" || code === "credentials-refused" ? "refused" : "unavailable";
}
