import type { Clock } from "../domain/clock.ts";
import type { Outcome } from "./outcome.ts";
import type { PacketOutcome } from "./tunnel-outcome.ts";

/** What went on lately, for people who look. Bounded, whatever goes on. */
export interface Recent {
  readonly record: (outcome: Outcome) => void;
  readonly packet: (outcome: PacketOutcome) => void;
}

/** Makes an empty memory of what went on lately. */
export function createRecent(_now: Clock): Recent {
  return { record: () => {}, packet: () => {} };
}
