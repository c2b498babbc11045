import {
  cutAfter,
  dripped,
  gzipped,
  padded,
  stalled,
  trailed,
  withEmptyCredentials,
  withPastExpiration,
} from "./disturbed-answer.ts";
import type { LocalAnswer } from "./request.ts";

/** What can be done to a good answer on its way out. */
export type Damage =
  /** The connection is cut after so many bytes of the body. */
  | { readonly kind: "cut"; readonly afterBytes: number }
  /** The answer stops after so many bytes of its body, by default before the first, and its connection stays open. */
  | { readonly kind: "stall"; readonly afterBytes?: number }
  /** Interim answers come before the answer. */
  | { readonly kind: "interim"; readonly statuses: readonly (102 | 103)[] }
  /** The answer comes in chunks and has fields behind its body. */
  | { readonly kind: "trailers"; readonly trailers: Readonly<Record<string, string>> }
  /** The bytes of the answer come compressed. */
  | { readonly kind: "gzip" }
  /** The answer comes one byte at a time, each after a pause. */
  | { readonly kind: "drip"; readonly ms: number }
  /** The answer goes on until it has so many bytes: by default in white space, which leaves it valid. */
  | { readonly kind: "big"; readonly bytes: number; readonly filler?: "space" | "junk" }
  /** The credentials in the answer have expired long ago. */
  | { readonly kind: "expired-credentials" }
  /** The credentials in the answer are there and empty. */
  | { readonly kind: "empty-credentials" };

/** Does it. */
export async function damaged(damage: Damage, answer: LocalAnswer): Promise<LocalAnswer> {
  switch (damage.kind) {
    case "cut":
      return cutAfter(answer, damage.afterBytes);
    case "stall":
      return stalled(answer, damage.afterBytes ?? 0);
    case "interim":
      return { ...answer, interim: damage.statuses };
    case "trailers":
      return trailed(answer, damage.trailers);
    case "gzip":
      return await gzipped(answer);
    case "drip":
      return dripped(answer, damage.ms);
    case "big":
      return padded(answer, damage.bytes, damage.filler ?? "space");
    case "expired-credentials":
      return withPastExpiration(answer);
    case "empty-credentials":
      return withEmptyCredentials(answer);
  }
  return damage satisfies never;
}
