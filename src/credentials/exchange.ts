import type { Caller } from "../domain/caller.ts";
import type { Clock } from "../domain/clock.ts";
import type { Exchange } from "../domain/exchange.ts";
import { Refusal } from "../domain/refusal.ts";
import { abortable } from "../outbound/abortable.ts";
import { type Call, type Outbound, OutboundError, type Reply } from "../outbound/call.ts";
import { HeldBackError } from "../outbound/held-back.ts";
import { createRetry } from "../outbound/retry.ts";
import type { Turn } from "../outbound/waiting-room.ts";
import { isTransient, troubleOf } from "./aws-error.ts";
import type { OnExchange } from "./broker.ts";
import { createGates, type GatesOptions } from "./gates.ts";
import type { Operation } from "./quotas.ts";

/** One question to the identity pool, STS or AWS IoT, and how its answer is read. */
export interface Question<T> {
  /** Which of them is asked: each has limits and troubles of its own. */
  readonly service: "cognito-identity" | "sts" | "iot";
  readonly operation: Operation;
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

/**
 * Asks, within the quotas and a deadline, and again where that may help; what is not given comes back as a Refusal.
 * Every call that was made is counted by how it ended, and a question that was held back as such.
 */
export type ExchangeCall = <T>(question: Question<T>) => Promise<T>;

/** What {@link createExchangeCall} needs. */
export interface ExchangeOptions extends GatesOptions {
  readonly outbound: Outbound;
  readonly onExchange: OnExchange;
  readonly now: Clock;
  /** For one question with all its waits and attempts. Default 8 s. */
  readonly deadlineMs?: number;
}

/**
 * Makes the function through which every exchange with the identity pool, STS and AWS IoT goes.
 *
 * Each attempt first waits for its turn, which comes fairly to all issuers and callers. None is made
 * while an API has failed too often for callers of the same issuer.
 */
export function createExchangeCall(options: ExchangeOptions): ExchangeCall {
  const { outbound, onExchange, now, deadlineMs = 8000 } = options;
  const gatesTo = createGates(options);
  const retry = createRetry({ isTransient, deadlineMs });

  const startCount = (operation: Operation): ((outcome: Exchange["outcome"]) => void) => {
    const startMs = now();
    return (outcome) => onExchange({ operation, outcome, durationMs: Math.max(0, now() - startMs) });
  };
  const send = async <T>(question: Question<T>, signal: AbortSignal): Promise<T> => {
    const count = startCount(question.operation);
    try {
      const answer = await ask(outbound, question, signal);
      count("ok");
      return answer;
    } catch (error) {
      count(troubleOf(error));
      throw error;
    }
  };
  const attempt = async <T>(question: Question<T>, signal: AbortSignal): Promise<T> => {
    const { service, operation, call, caller } = question;
    const count = startCount(operation);
    const { pace, breaker } = gatesTo({ service, operation, url: call.url, issuer: caller.issuer });
    try {
      breaker.check(); // rather than to wait for a turn in vain
      await pace.take(turnOf(caller));
      if (signal.aborted) throw new HeldBackError("pace");
      return await breaker.run(() => send(question, signal));
    } catch (error) {
      if (!(error instanceof HeldBackError)) throw error;
      count("held-back");
      throw heldBack(question, error);
    }
  };
  return async (question) => {
    try {
      return await retry((signal) => attempt(question, signal));
    } catch (error) {
      throw error instanceof OutboundError ? noAnswer(question, error) : error;
    }
  };
}

/** The question put once. */
async function ask<T>(outbound: Outbound, question: Question<T>, signal: AbortSignal): Promise<T> {
  const { call, read, refusalOf } = question;
  const reply = await abortable(outbound(call, signal), signal).catch((cause: unknown) => {
    throw noAnswer(question, cause);
  });
  if (reply.status !== 200) throw refusalOf(reply);
  return read(reply.body);
}

/** Callers count by subject, not by token: more sign-ins do not give a larger share. */
function turnOf({ issuer, subject, kind }: Caller): Turn {
  return { group: issuer, member: subject, guest: kind === "guest" };
}

function noAnswer({ operation }: Pick<Question<unknown>, "operation">, cause: unknown): Refusal {
  return new Refusal("credentials-unavailable", { cause, detail: `${operation} had no answer` });
}

function heldBack(
  { service, operation }: Pick<Question<unknown>, "service" | "operation">,
  cause: HeldBackError,
): Refusal {
  return cause.by === "pace"
    ? new Refusal("credentials-throttled", { cause, detail: `${operation}: too many wait for their turn` })
    : new Refusal("credentials-unavailable", {
        cause,
        detail: `${operation}: ${service} fails, so it is left alone`,
      });
}
