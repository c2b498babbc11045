import type { ErrorAnswer } from "../aws/service.ts";
import { Refusal } from "../domain/refusal.ts";
import { isCoded } from "./framing.ts";
import type { HeldAnswer } from "./held-answer.ts";
import type { SignedRequest } from "./signed-request.ts";
import type { TokenGuard } from "./token-guard.ts";

/**
 * How an error answer ends that the client does not get; undefined of one that it does. Whoever wrote it, and whatever
 * it says: no answer passes that repeats the session token, nor one of which that cannot be told.
 *
 * @param answer what could be read of it
 */
export function verdictOn(
  held: HeldAnswer,
  answer: ErrorAnswer | undefined,
  withhold: SignedRequest["withhold"],
  guard: TokenGuard | undefined,
): Refusal | "withheld" | undefined {
  if (answer === undefined)
    return new Refusal("upstream-unreachable", { detail: "an error answer that does not show what it says" });
  if (withhold?.(answer) === true) return "withheld";
  if (guard === undefined || !held.repeats(guard)) return undefined;
  return repeatsToken();
}

/**
 * How an answer ends of which the head is enough to keep it from the client: one that repeats the session token there, or
 * whose body is compressed, though it was asked for as it is, so that nobody sees at once what it repeats.
 */
export function verdictOnHead(
  raw: readonly Buffer[],
  guard: TokenGuard | undefined,
  hasBody: boolean,
): Refusal | undefined {
  if (guard === undefined) return undefined;
  if (guard.isIn(raw)) return repeatsToken();
  if (!hasBody || !isCoded(raw)) return undefined;
  return new Refusal("answer-withheld", {
    detail: "a compressed answer, which may repeat the session token",
  });
}

/** What the client gets in place of an answer that nobody here can read. */
export function unknownCoding(): Refusal {
  return new Refusal("upstream-unreachable", { detail: "an unknown transfer coding" });
}

/** What the client gets in place of an answer that repeats the session token. */
export function repeatsToken(): Refusal {
  return new Refusal("answer-withheld", { detail: "an answer that repeats the session token" });
}
