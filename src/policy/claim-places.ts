import type { Caller } from "../domain/caller.ts";
import { type ClaimPart, claimsForPattern } from "./template.ts";

/** A caller's claims as patterns take them, each in its place; undefined where one cannot be used. */
export type ClaimRow = readonly (string | undefined)[];

/** The claims that the patterns of a policy name, so that a caller's are read once and not for each rule. */
export interface ClaimPlaces {
  /** The place of a claim; a new one where it has none yet. */
  readonly placeOf: (part: ClaimPart) => number;
  /** What stands in the places that there are, for a caller. */
  readonly rowOf: (caller: Caller) => ClaimRow;
}

/** Makes the places of one policy. */
export function createClaimPlaces(): ClaimPlaces {
  const parts: ClaimPart[] = [];
  return {
    placeOf: ({ claim, path }) => {
      const place = parts.findIndex((part) => part.claim === claim && part.path === path);
      return place === -1 ? parts.push({ claim, path }) - 1 : place;
    },
    rowOf: (caller) => parts.map(claimsForPattern(caller)),
  };
}
