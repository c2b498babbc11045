import type { Reply } from "../outbound/call.ts";
import type { ClockOffset } from "../signing/clock-offset.ts";
import { isAboutTheClock } from "./sts-errors.ts";

/** To be told of each error answer to a signed question. */
export type SeeError = (reply: Reply, error: Parameters<typeof isAboutTheClock>[0]) => void;

/**
 * Asks something that is signed. Where AWS refuses the signature for its time, the clock learns from the answer, and the
 * question is signed and asked once more if that told something new.
 */
export type InTime = <T>(attempt: (seeError: SeeError) => Promise<T>) => Promise<T>;

/** Makes the way to ask by the clock of an origin. */
export function createInTime(clock: ClockOffset): InTime {
  const ask = async <T>(attempt: (seeError: SeeError) => Promise<T>, isFirst: boolean): Promise<T> => {
    const offsetMs = clock.offsetMs();
    let isLate = false;
    const seeError: SeeError = (reply, error) => {
      isLate = isAboutTheClock(error);
      if (isLate) clock.learn(dateOf(reply));
    };
    try {
      return await attempt(seeError);
    } catch (error) {
      // Whoever was refused at the same time may have taught the clock already.
      if (!isLate || !isFirst || clock.offsetMs() === offsetMs) throw error;
      return ask(attempt, false);
    }
  };
  return (attempt) => ask(attempt, true);
}

function dateOf({ headers: { date } }: Reply): string | undefined {
  return typeof date === "string" ? date : undefined;
}
