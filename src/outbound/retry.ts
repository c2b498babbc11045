import {
  ExponentialBackoff,
  fullJitterGenerator,
  handleWhen,
  retry,
  TaskCancelledError,
  timeout,
  TimeoutStrategy,
  wrap,
} from "cockatiel";
import { OutboundError } from "./call.ts";

/**
 * Makes attempts until one succeeds or nothing speaks for another. The signal aborts at the deadline.
 *
 * @throws what the last attempt to end threw; OutboundError where the deadline came before the first ended
 */
export type Retry = <T>(attempt: (signal: AbortSignal) => Promise<T>) => Promise<T>;

/** What {@link createRetry} needs. */
export interface RetryOptions {
  /** Whether another attempt may end better. */
  readonly isTransient: (error: unknown) => boolean;
  /** For all attempts and the pauses between them. */
  readonly deadlineMs: number;
  /** In all. Default three. */
  readonly attempts?: number;
}

/**
 * Before the second attempt at most the first, twice as much before each further one. Those who failed together must not
 * come back together, so each pause is anything from nothing to that ("full jitter", AWS Architecture Blog, Exponential
 * Backoff And Jitter).
 */
const BACKOFF = { generator: fullJitterGenerator, initialDelay: 200, maxDelay: 2000 };

/** Makes a function that tries again within one deadline. */
export function createRetry({ isTransient, deadlineMs, attempts = 3 }: RetryOptions): Retry {
  const deadline = timeout(deadlineMs, { strategy: TimeoutStrategy.Aggressive, abortOnReturn: true });
  const again = retry(handleWhen(isTransient), {
    maxAttempts: attempts - 1,
    backoff: new ExponentialBackoff(BACKOFF),
  });
  const policy = wrap(deadline.dangerouslyUnref(), again.dangerouslyUnref());

  return async (attempt) => {
    let failure: { readonly error: unknown } | undefined;
    try {
      return await policy.execute(async ({ signal }) => {
        signal.throwIfAborted(); // a pause does not end early when the deadline comes in it
        try {
          return await attempt(signal);
        } catch (error) {
          failure = { error };
          throw error;
        }
      });
    } catch (error) {
      if (!(error instanceof TaskCancelledError)) throw error; // 3.2.1's own `isTaskCancelledError` looks for another name
      throw failure === undefined ? new OutboundError("timeout", error) : failure.error;
    }
  };
}
