import type { Asked, When } from "../../src/policy/conditions/when.ts";

/** Whether all conditions of a rule hold, those on claims and the others. */
export function holds({ holdsOf, holdsBesides }: When, asked: Asked): boolean {
  return holdsOf(asked.caller) && holdsBesides(asked);
}
