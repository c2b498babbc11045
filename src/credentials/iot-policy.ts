import { LRUCache } from "lru-cache";
import type { Caller } from "../domain/caller.ts";
import type { Clock } from "../domain/clock.ts";
import { Refusal } from "../domain/refusal.ts";
import { createElapsed, type Elapsed } from "../outbound/elapsed.ts";
import { isDecision } from "./aws-error.ts";
import type { IotPolicyCalls } from "./iot-policy-calls.ts";
import { judgeIotPolicy } from "./iot-policy-document.ts";

/** An attempt to attach the policy to an identity, for the audit. */
export interface IotAttachment {
  readonly policy: string;
  /** Never for the log: {@link caller} stands for it there. */
  readonly identityId: string;
  readonly caller: Caller;
  /** Why it is not attached; undefined where it is. */
  readonly error: unknown;
}

/** What {@link createIotPolicy} needs. */
export interface IotPolicyOptions {
  /** Its name. */
  readonly policy: string;
  readonly calls: IotPolicyCalls;
  /** Told of each attempt, but not of those that are held back because of an earlier one. */
  readonly onAttach: (attachment: IotAttachment) => void;
  /** Told once, where the policy leaves it to the role to bind the client id. */
  readonly onClientIdOnly: () => void;
  readonly now: Clock;
  /** That are remembered. Default 10,000. */
  readonly maxIdentities?: number;
}

/** An IoT policy that Postern attaches to the identities of users who connect. */
export interface IotPolicy {
  /**
   * Sees that an identity has the policy; undefined where nothing is left to do. To be called for a CONNECT that is permitted,
   * and never without: what is attached stays.
   *
   * Rejects with Refusal credentials-refused, credentials-unavailable or credentials-throttled.
   */
  readonly ensure: (identityId: string, caller: Caller) => Promise<void> | undefined;
}

/** A policy that was mended is noticed after so long, as is one that was spoilt. */
const LOOK_AGAIN_MS = 5 * 60_000;

/** What AWS decided against is not asked for again at once. */
const REFUSED_MS = 60_000;

/** Something that was asked; asked again it would end the same way, for a while. */
interface Answer {
  readonly outcome: Promise<void>;
  /** Elapsed milliseconds. */
  untilMs: number;
  isGood: boolean;
}

/**
 * Attaches a policy to each identity once in the life of the process: where somebody takes it off again, that is meant, and Postern
 * does not put it back. Guests need none.
 */
export function createIotPolicy(options: IotPolicyOptions): IotPolicy {
  const { policy, calls, onAttach, onClientIdOnly, now, maxIdentities = 10_000 } = options;
  const elapsed = createElapsed(now);
  const answers = new LRUCache<string, Answer>({ max: maxIdentities });
  const requireFit = createFitness({ policy, calls, onClientIdOnly }, elapsed);

  const attach = async (identityId: string, caller: Caller): Promise<void> => {
    const tell = (error?: unknown): void => onAttach({ policy, identityId, caller, error });
    try {
      await requireFit(caller);
      await calls.attach(policy, identityId, caller);
    } catch (error) {
      tell(error);
      throw error;
    }
    tell();
  };
  return {
    ensure: (identityId, caller) => {
      if (caller.kind === "guest") return undefined;
      const known = answers.get(identityId);
      if (known?.isGood === true) return undefined;
      if (known !== undefined && elapsed.read() < known.untilMs) return known.outcome;
      const answer = answerOf(attach(identityId, caller), elapsed, Number.POSITIVE_INFINITY);
      answers.set(identityId, answer);
      return answer.outcome;
    },
  };
}

/** Looks whether a policy is fit to be attached to whoever comes, and again after a while. */
function createFitness(
  { policy, calls, onClientIdOnly }: Pick<IotPolicyOptions, "policy" | "calls" | "onClientIdOnly">,
  elapsed: Elapsed,
) {
  let isTold = false;
  const look = async (caller: Caller): Promise<void> => {
    const { problem, bindsClientIdOnly } = judgeIotPolicy(await calls.getDocument(policy, caller));
    if (problem !== undefined)
      throw new Refusal("credentials-refused", {
        detail: `IoT policy ${policy} is not attached: ${problem}`,
      });
    if (bindsClientIdOnly && !isTold) onClientIdOnly();
    isTold ||= bindsClientIdOnly;
  };
  let last: Answer | undefined;
  return (caller: Caller): Promise<void> => {
    if (last === undefined || elapsed.read() >= last.untilMs)
      last = answerOf(look(caller), elapsed, LOOK_AGAIN_MS);
    return last.outcome;
  };
}

/** Keeps what comes of something: while it is under way for all who ask, a refusal for a minute, and a fault not at all. */
function answerOf(outcome: Promise<void>, elapsed: Elapsed, goodForMs: number): Answer {
  const answer: Answer = { outcome, untilMs: Number.POSITIVE_INFINITY, isGood: false };
  void settle(answer, elapsed, goodForMs);
  return answer;
}

async function settle(answer: Answer, elapsed: Elapsed, goodForMs: number): Promise<void> {
  try {
    await answer.outcome;
    answer.isGood = true;
    answer.untilMs = elapsed.read() + goodForMs;
  } catch (error) {
    answer.untilMs = isDecision(error) ? elapsed.read() + REFUSED_MS : Number.NEGATIVE_INFINITY;
  }
}
