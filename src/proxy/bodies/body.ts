import type { Headers } from "../../domain/head.ts";
import { Refusal } from "../../domain/refusal.ts";
import { collect, cutOff } from "./collect.ts";
import { createMemoryBudget } from "./memory-budget.ts";
import { createPace } from "./pace.ts";
import type { Visit } from "../visit.ts";

/** Reads bodies whole, and bounds what all of them together hold in memory. */
export interface BodyReader {
  /**
   * Waits for room first, and reads not a byte until then. A stated length is reserved whole, an unstated one at the
   * bound; what is read counts as held until the answer is over, since it goes upstream from memory.
   *
   * @throws Refusal body-too-large, payload-mismatch, overloaded
   */
  readonly read: (visit: Visit, maxBytes: number) => Promise<Buffer>;
  /** Bytes that are reserved now. */
  readonly held: () => number;
  /** Goes by other limits from now on; what is under way keeps what it has. */
  readonly adopt: (maxHeldBytes: number, waits?: BodyWaits) => void;
}

/** How long bodies may take. */
export interface BodyWaits {
  /** For room. Default 10 s. */
  readonly roomMs?: number;
  /** For a body, beyond the time that it takes at the least rate: else a byte now and then would hold its room for ever. Default 60 s. */
  readonly idleMs?: number;
}

/**
 * Makes the reader of a process.
 *
 * Two bodies that each hold half of what both need would wait for each other for ever, so each gets its room before it
 * is read. A larger one than the whole budget never would.
 *
 * @param maxHeldBytes for all requests together
 */
export function createBodyReader(maxHeldBytes: number, waits: BodyWaits = {}): BodyReader {
  let limits = limitsOf(maxHeldBytes, waits);
  const budget = createMemoryBudget(limits);
  return {
    held: budget.held,
    adopt: (...to) => {
      limits = limitsOf(...to);
      budget.adopt(limits);
    },
    read: async (visit, maxBytes) => {
      const { caller, response, head } = visit;
      const { maxBytes: maxHeld, waitMs: roomMs, idleMs } = limits;
      const roomBytes = roomFor(head.headers, Math.min(maxBytes, maxHeld));
      if (isGone(visit)) throw cutOff();
      const room = budget.reserve(caller?.digest ?? "", roomBytes);
      response.once("close", room.giveBack);
      try {
        await room.granted;
        if (isGone(visit)) throw cutOff();
        visit.invite();
        const { isAwaited } = budget;
        const body = await collect(visit, roomBytes, createPace({ roomBytes, roomMs, idleMs, isAwaited }));
        room.shrinkTo(body.length);
        return body;
      } catch (refusal) {
        room.giveBack();
        throw refusal;
      }
    },
  };
}

function limitsOf(maxBytes: number, { roomMs = 10_000, idleMs = 60_000 }: BodyWaits = {}) {
  return { maxBytes, waitMs: roomMs, idleMs };
}

/** A client that left while its token was looked at, or whose framing broke then, sends no more events. */
function isGone({ request, response }: Visit): boolean {
  return request.destroyed || response.destroyed;
}

/** What a body states, or the most that it may be where it comes in chunks. */
function roomFor(headers: Headers, most: number): number {
  if (headers.has("transfer-encoding")) return most;
  const stated = Number(headers.get("content-length") ?? 0);
  if (stated > most) throw new Refusal("body-too-large");
  return stated;
}
