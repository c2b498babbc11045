import type { Requirement } from "../domain/operation.ts";
import type { ClaimRow } from "./claim-places.ts";
import { keepLast } from "./keep-last.ts";

const ASCII = /^[\0-\x7f]*$/;

/**
 * A text with one letter for all that differ in case alone, character by character: it is as long as before, and what stands
 * at a place stays there.
 *
 * `toLowerCase` of a whole text makes two characters of `İ`, and what it makes of `Σ` depends on what is beside it. Here
 * `Σ`, `σ` and `ς` are one, as are `İ`, `ı`, `I` and `i`, and the Kelvin sign and `k`: whatever some service may take for
 * the same.
 */
export function inOneCase(text: string): string {
  return ASCII.test(text) ? text.toLowerCase() : Array.from(text, letterFor).join("");
}

function letterFor(char: string): string {
  const upper = char.toUpperCase();
  // `ß` is two letters in upper case and stays what it is; `İ` is two in lower case, of which the second is its dot.
  return (upper.length === char.length ? upper : char).toLowerCase().slice(0, char.length);
}

/** What is asked, its resources in one case. */
export const requirementInOneCase = keepLast(
  (requirement: Requirement): Requirement => ({
    ...requirement,
    resource: inOneCase(requirement.resource),
    ...(requirement.within && { within: requirement.within.map(inOneCase) }),
    ...(requirement.mayReach && { mayReach: requirement.mayReach.map(inOneCase) }),
  }),
  (requirement) => requirement,
);

/** A caller's claims in one case. */
export const rowInOneCase = keepLast(
  (row: ClaimRow): ClaimRow => row.map((text) => text && inOneCase(text)),
  (row) => row,
);
