import type { Problem, RuleDocument } from "../document.ts";

/** Finds limits of a rule that nothing could reach. */
export function limitsProblems({ limits, deny }: RuleDocument): Problem[] {
  if (limits === undefined) return [];
  const path = ["limits"];
  if (deny !== undefined)
    return [{ path, message: "a deny lets nothing through that could be counted; leave it out" }];
  const { inFlight, inFlightPerCaller } = limits;
  if (inFlight === undefined && inFlightPerCaller === undefined)
    return [{ path, message: "nothing is in it; leave it out, or say what is meant" }];
  if (inFlight === undefined || inFlightPerCaller === undefined || inFlightPerCaller <= inFlight) return [];
  const message = `one caller cannot have more than the ${inFlight} of all; write ${inFlight} or less`;
  return [{ path: [...path, "inFlightPerCaller"], message }];
}
