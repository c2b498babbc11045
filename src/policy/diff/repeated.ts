import type { Change } from "./change.ts";
import { isInside } from "./region.ts";
import { lookupOf } from "./lookup.ts";
import type { Steps } from "./steps.ts";

/** Leaves out changes that are a part of another; where there are no steps left they stay. */
export function withoutRepeated(changes: readonly Change[], steps: Steps): readonly Change[] {
  const places = new Map(changes.map((change, place) => [change, place]));
  const isAfter = (one: Change, other: Change): boolean => (places.get(one) ?? 0) > (places.get(other) ?? 0);
  const wide = lookupOf(changes.filter(isWhole), ({ region }) => region.resources[0] ?? "", steps);
  const repeated = new Set<Change>();
  for (const change of steps.through(changes.filter(isPlain))) {
    const isRepeated = change.region.resources
      .flatMap(wide.around)
      .some(
        (other) =>
          other !== change &&
          isPartOf(change, other) &&
          !(isAfter(other, change) && isWhole(change) && isPartOf(other, change)),
      );
    if (isRepeated) repeated.add(change);
  }
  return changes.filter((change) => !repeated.has(change));
}

/** Only what is gained or lost has parts. */
function isPlain({ kind }: Change): boolean {
  return kind === "gain" || kind === "lose";
}

/** Whether a change is of all of its region. */
function isWhole(change: Change): boolean {
  return isPlain(change) && change.except.length === 0 && change.unusable === undefined;
}

function isPartOf(narrow: Change, wide: Change): boolean {
  return narrow.kind === wide.kind && isInside(narrow.region, wide.region);
}
