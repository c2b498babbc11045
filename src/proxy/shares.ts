import type { Caller } from "../domain/caller.ts";
import type { Permit } from "../domain/decision.ts";
import { Refusal } from "../domain/refusal.ts";

/**
 * Gives requests their places, so that one caller or one rule leaves room for others. A request has them from when its
 * caller or its rule is known until it ends; what is open after that, as a tunnel, has none.
 */
export interface Shares {
  /** @throws Refusal overloaded */
  readonly ofCaller: (holder: Holder, caller: Caller) => void;
  /**
   * Of all rules that decided. A request that is sent anew has the places still that it had.
   *
   * @throws Refusal overloaded
   */
  readonly byRules: (holder: Holder, permit: Permit, caller: Caller) => void;
}

/** One request; at its end it leaves its places. */
export interface Holder {
  readonly hasEnded: boolean;
  places: Places | undefined;
}

/** How many requests are under way, by whom or by which rule. It outlives every change of the limits. */
export type Counts = Map<string, number>;

/** The places of one request. */
export class Places {
  readonly #counts: Counts;
  readonly #keys = new Set<string>();

  constructor(counts: Counts) {
    this.#counts = counts;
  }

  /** False where there are as many already. */
  take(key: string, max: number): boolean {
    if (this.#keys.has(key)) return true;
    const count = this.#counts.get(key) ?? 0;
    if (count >= max) return false;
    this.#counts.set(key, count + 1);
    this.#keys.add(key);
    return true;
  }

  /** Gives all of them back. */
  leave(): void {
    for (const key of this.#keys) {
      const left = (this.#counts.get(key) ?? 0) - 1;
      if (left > 0) this.#counts.set(key, left);
      else this.#counts.delete(key);
    }
    this.#keys.clear();
  }
}

/**
 * Makes what gives places.
 *
 * @param perCaller how many requests one caller may have under way; undefined where there is no limit
 */
export function createShares(perCaller: number | undefined, counts: Counts): Shares {
  const placesOf = (holder: Holder): Places => (holder.places ??= new Places(counts));
  return {
    ofCaller: (holder, caller) => {
      // Who has ended while its token was proved would keep its place for ever.
      if (perCaller === undefined || holder.hasEnded) return;
      if (!placesOf(holder).take(`caller\n${shareholderOf(caller)}`, perCaller))
        throw new Refusal("overloaded", { detail: "too many requests of one caller" });
    },
    byRules: (holder, { limits }, caller) => {
      if (limits === undefined || holder.hasEnded) return;
      for (const { rule, inFlight = Infinity, inFlightPerCaller } of limits) {
        const key = `rule\n${rule}`;
        if (!placesOf(holder).take(key, inFlight))
          throw new Refusal("overloaded", { detail: `too many requests by the rule "${rule}"` });
        if (inFlightPerCaller === undefined) continue;
        if (!placesOf(holder).take(`${key}\n${shareholderOf(caller)}`, inFlightPerCaller))
          throw new Refusal("overloaded", {
            detail: `too many requests of one caller by the rule "${rule}"`,
          });
      }
    },
  };
}

/** Who a caller is, whatever tokens and app clients it comes with; all guests are one. */
export function shareholderOf({ kind, issuer, subject, clientId }: Caller): string {
  return `${kind}\n${issuer}\n${kind === "machine" ? clientId : subject}`;
}
