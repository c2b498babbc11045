import type { ListenAddress } from "../config/listening.ts";
import type { Spot } from "../inbound/listen-on.ts";

/** Where a listener of the configuration is. */
export function spotOf(
  { address, mode }: { readonly address: ListenAddress; readonly mode?: number | undefined },
  defaultMode: number,
): Spot {
  return "socket" in address ? { ...address, mode: mode ?? defaultMode } : address;
}
