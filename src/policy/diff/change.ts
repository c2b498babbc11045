import type { Ground } from "./ground.ts";
import type { Region } from "./region.ts";
import type { WhenDocument } from "../document.ts";

/** One difference between two policies: what may become of some requests of some callers. */
export interface Change {
  /**
   * - `gain`: the new policy allows it, the old did not;
   * - `lose`: the old policy allowed it, the new does not;
   * - `role`: both allow it, with other roles, sources or session settings, or in another order of them;
   * - `conditions`: both allow it, under other conditions.
   */
  readonly kind: "gain" | "lose" | "role" | "conditions";
  /** Who, what and on what: of each list all must hold. */
  readonly region: Region;
  /** What allows all of it in the old policy, first to last, and in the new. */
  readonly was: readonly Ground[];
  readonly now: readonly Ground[];
  /** The deny that came, or that went. */
  readonly deny?: { readonly rule: string; readonly when?: WhenDocument | undefined } | undefined;
  /** It holds only where a claim that the deny names cannot be used. */
  readonly unusable?: true | undefined;
  /** Parts of it that are as they were, as `ACTION on RESOURCE`: a hundred, if there are more. */
  readonly except: readonly string[];
}

/** The same of two changes that say the same. */
export function keyOf({ kind, region, was, now, deny, unusable }: Change): string {
  const { whom, actions, resources } = region;
  const grounds = kind === "gain" || kind === "lose" ? [region.conditions, deny, unusable] : [was, now];
  return JSON.stringify([kind, whom, actions, resources, grounds]);
}
