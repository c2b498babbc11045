import { Refusal } from "../../domain/refusal.ts";

/** The place of one upgrade among those of its caller. */
export interface Seat {
  /**
   * Takes it, once the caller is known.
   *
   * @param caller whatever its tokens; all guests are one
   * @throws Refusal overloaded: one caller leaves room for others
   */
  readonly take: (caller: string) => void;
  /** Gives it back: nothing came of the upgrade, or its tunnel has ended. */
  readonly leave: () => void;
}

/**
 * Makes what gives each upgrade its place.
 *
 * @param max how many one caller may have at a time
 */
export function createSeats(max: () => number): () => Seat {
  const taken = new Map<string, number>();
  return () => {
    let holder: string | undefined;
    return {
      take: (caller) => {
        const count = taken.get(caller) ?? 0;
        if (count >= max()) throw new Refusal("overloaded", { detail: "too many tunnels of one caller" });
        taken.set(caller, count + 1);
        holder = caller;
      },
      leave: () => {
        if (holder === undefined) return;
        const left = (taken.get(holder) ?? 0) - 1;
        if (left > 0) taken.set(holder, left);
        else taken.delete(holder);
        holder = undefined;
      },
    };
  };
}
