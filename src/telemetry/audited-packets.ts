import type { Clock } from "../domain/clock.ts";
import type { AuditEvent } from "./audit.ts";
import { createThrottle } from "./throttle.ts";

/** Which packets of the audit have a line: in each tunnel so many a second, and what one client sends hides no other. */
export interface AuditedPackets {
  /** How many were held back since the last of its tunnel that has one; undefined where this one is held back too. */
  readonly packet: (requestId: string, event: AuditEvent) => number | undefined;
  /** What the line of a tunnel's end tells: how many were still held back, and the event, which may be theirs. */
  readonly end: (requestId: string, event: AuditEvent | undefined) => Remainder;
}

interface Remainder {
  readonly heldBack: number;
  readonly event: AuditEvent | undefined;
}

/** Of one tunnel. */
interface Told {
  readonly throttle: () => number | undefined;
  heldBack: number;
  /** Of what is held back: a denial, where there is one. */
  event: AuditEvent | undefined;
}

const PER_SECOND = 10;

/** Past so many tunnels of which a packet was told, the others are counted together. */
const MAX_TUNNELS = 10_000;

/** Begins to count. */
export function createAuditedPackets(now: Clock): AuditedPackets {
  const create = (): Told => ({ throttle: createThrottle(PER_SECOND, now), heldBack: 0, event: undefined });
  const tunnels = new Map<string, Told>();
  const others = create();
  const toldOf = (requestId: string): Told => {
    const known = tunnels.get(requestId);
    if (known !== undefined) return known;
    if (tunnels.size >= MAX_TUNNELS) return others;
    const made = create();
    tunnels.set(requestId, made);
    return made;
  };
  return {
    packet: (requestId, event) => {
      const told = toldOf(requestId);
      const heldBack = told.throttle();
      if (heldBack === undefined) {
        told.heldBack++;
        if (told.event !== "denial") told.event = event;
      } else {
        told.heldBack = 0;
        told.event = undefined;
      }
      return heldBack;
    },
    end: (requestId, event) => {
      const told = tunnels.get(requestId);
      tunnels.delete(requestId);
      return { heldBack: told?.heldBack ?? 0, event: event ?? told?.event };
    },
  };
}
