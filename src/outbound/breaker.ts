import {
  BrokenCircuitError,
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  DelegateBackoff,
  handleWhenResult,
} from "cockatiel";
import { HeldBackError } from "./held-back.ts";

/** Stops asking an API that fails, so that it can recover and nobody waits for it in vain. */
export interface Breaker {
  /**
   * Does nothing, unless calls are held back at the moment: for those who would wait for something first.
   *
   * @throws HeldBackError
   */
  readonly check: () => void;
  /**
   * Makes a call, which has to end some time.
   *
   * @throws HeldBackError without having made it; besides what the call throws
   */
  readonly run: <T>(call: () => Promise<T>) => Promise<T>;
}

const FAULTS_IN_A_ROW = 5;

/** How long nothing is asked: at first, and at most. */
const FIRST_WAIT_MS = 2000;
const LONGEST_WAIT_MS = 15_000;

const CLOSED = { atMs: Number.NEGATIVE_INFINITY, waitMs: 0 };

/**
 * Makes a breaker that opens after five faults in a row. After two seconds, and then up to fifteen, one call goes as a
 * trial while all others are still held back; it closes the breaker or opens it again. Its time is the system's, since
 * cockatiel reads no other.
 *
 * @param isFault whether an error says that the API itself fails; any other shows that it answers, like a success
 */
export function createBreaker(isFault: (error: unknown) => boolean): Breaker {
  let opened = CLOSED;
  const backOff = new DelegateBackoff(({ attempt }: { attempt: number }) => {
    opened = { atMs: Date.now(), waitMs: Math.min(FIRST_WAIT_MS * 2 ** (attempt - 1), LONGEST_WAIT_MS) };
    return opened.waitMs;
  });
  const create = () =>
    circuitBreaker(
      handleWhenResult((end) => end instanceof Failure && isFault(end.error)),
      { breaker: new ConsecutiveBreaker(FAULTS_IN_A_ROW), halfOpenAfter: backOff },
    );
  let policy = create();
  const heldBack = (): HeldBackError => new HeldBackError("breaker", causeOf(policy.lastFailure));

  const check = (): void => {
    const passedMs = Date.now() - opened.atMs;
    // A clock that was set back would hold the breaker open until it has caught up.
    if (passedMs < 0) [policy, opened] = [create(), CLOSED];
    const isOpen = policy.state === CircuitState.Open && passedMs < opened.waitMs;
    // cockatiel lets all others wait for the trial, and then go at once.
    if (isOpen || policy.state === CircuitState.HalfOpen) throw heldBack();
  };
  return {
    check,
    run: async (call) => {
      check();
      const end = await policy
        .execute(() => settle(call))
        .catch((error: unknown) => {
          throw error instanceof BrokenCircuitError ? heldBack() : error;
        });
      if (end instanceof Failure) throw end.error;
      return end;
    },
  };
}

/** A call that failed, as a result: what cockatiel sees thrown it takes for neither a fault nor a success. */
class Failure {
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }
}

async function settle<T>(call: () => Promise<T>): Promise<T | Failure> {
  try {
    return await call();
  } catch (error) {
    return new Failure(error);
  }
}

function causeOf(reason: object | undefined): unknown {
  return reason !== undefined && "value" in reason && reason.value instanceof Failure
    ? reason.value.error
    : undefined;
}
