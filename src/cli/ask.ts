import { Complaint } from "./complaint.ts";

/** An answer of an HTTP server that a command talks to. */
export interface Answer {
  readonly ok: boolean;
  readonly text: string;
}

/** A command that hangs helps nobody. */
export const TIMEOUT_MS = 5000;

/**
 * Asks a server once. A redirect is no answer: what was sent is meant for the server that was named.
 *
 * @throws Complaint where nothing answers in time
 */
export async function ask(url: URL, init: RequestInit = {}): Promise<Answer> {
  try {
    const answer = await fetch(url, {
      ...init,
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return { ok: answer.ok, text: await answer.text() };
  } catch (error) {
    throw noAnswer(url, error);
  }
}

/** Why there is no answer, in a line. */
export function noAnswer({ origin }: URL, error: unknown): Complaint {
  const late = error instanceof Error && /^(?:Timeout|Abort)Error$/.test(error.name);
  return new Complaint(
    late ? `no answer from ${origin} in ${TIMEOUT_MS / 1000} s` : `nothing answers at ${origin}`,
  );
}

/** The JSON object of an answer; undefined where it is none. */
export function jsonOf({ text }: Answer): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}
