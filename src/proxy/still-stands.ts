import type { Caller } from "../domain/caller.ts";
import { Refusal } from "../domain/refusal.ts";
import type { Pipeline } from "./pipeline.ts";
import { proceed } from "./proceed.ts";
import type { Visit } from "./visit.ts";

/** Where a caller stands by: the head of the visit, as the tokens in it are read by the pipeline. */
type Standing = Pick<Pipeline, "authenticate">;

/**
 * Looks whether a caller may go on after something was waited for: it may be revoked by then, or its token over.
 *
 * @throws Refusal the token's
 */
export function stillStands(
  { head }: Pick<Visit, "head">,
  { authenticate }: Standing,
  caller: Caller,
): Caller | Promise<Caller> {
  return proceed(authenticate(head.headers), (again) => {
    if (again.digest === caller.digest) return again;
    throw new Refusal("internal", { detail: "the same tokens have become another caller's" });
  });
}

/**
 * Hands on what a caller may have who still stands when it is there. Where it is there at once nothing can have changed, and
 * nothing is looked at.
 *
 * @throws Refusal the token's
 */
export function whileStanding<T>(
  value: T | Promise<T>,
  visit: Pick<Visit, "head">,
  pipeline: Standing,
  caller: Caller,
): T | Promise<T> {
  if (!(value instanceof Promise)) return value;
  return value.then((got) => proceed(stillStands(visit, pipeline, caller), () => got));
}
