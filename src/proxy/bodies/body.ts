import type { IncomingMessage } from "node:http";
import type { Headers } from "../../domain/head.ts";
import { Refusal } from "../../domain/refusal.ts";
import { createMemoryBudget } from "./memory-budget.ts";
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
}

/** How long bodies may take. */
export interface BodyWaits {
  /** For room. Default 10 s. */
  readonly roomMs?: number;
  /** For a body, beyond the time that it takes at the least rate: else a byte now and then would hold its room for ever. Default 60 s. */
  readonly idleMs?: number;
}

/** Bytes a second. */
const LEAST_RATE = 16 * 1024;

/**
 * Makes the reader of a process.
 *
 * Two bodies that each hold half of what both need would wait for each other for ever, so each gets its room before it
 * is read. A larger one than the whole budget never would.
 *
 * @param maxHeldBytes for all requests together
 */
export function createBodyReader(
  maxHeldBytes: number,
  { roomMs = 10_000, idleMs = 60_000 }: BodyWaits = {},
): BodyReader {
  const budget = createMemoryBudget(maxHeldBytes, roomMs);
  return {
    held: budget.held,
    read: async (visit, maxBytes) => {
      const { request, response, caller } = visit;
      const most = Math.min(maxBytes, maxHeldBytes);
      const stated = statedLength(visit.head.headers) ?? most;
      if (stated > most) throw new Refusal("body-too-large");
      // A client that left while its token was looked at sends no more events.
      if (request.destroyed) throw cutOff();
      const room = budget.reserve(caller?.digest ?? "", stated);
      response.once("close", room.giveBack);
      try {
        await room.granted;
        if (request.destroyed) throw cutOff();
        visit.invite();
        const body = await collect(request, most, idleMs);
        room.shrinkTo(body.length);
        return body;
      } catch (refusal) {
        room.giveBack();
        throw refusal;
      }
    },
  };
}

/** Undefined where the body comes in chunks. */
function statedLength(headers: Headers): number | undefined {
  if (headers.has("transfer-encoding")) return undefined;
  return Number(headers.get("content-length") ?? 0);
}

/** Gathers a body, as long as it is no larger than `most` and comes fast enough. */
function collect(request: IncomingMessage, most: number, idleMs: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const startMs = performance.now();
    let bytes = 0;
    const fail = (refusal: Refusal): void => {
      clearTimeout(timer);
      request.off("data", take);
      if (!request.destroyed) request.pause();
      chunks.length = 0;
      reject(refusal);
    };
    const take = (chunk: Buffer): void => {
      bytes += chunk.length;
      if (bytes <= most) chunks.push(chunk);
      else fail(new Refusal("body-too-large"));
    };
    const checkPace = (): void => {
      const leftMs = startMs + idleMs + (bytes / LEAST_RATE) * 1000 - performance.now();
      if (leftMs > 0) timer = setTimeout(checkPace, leftMs);
      else fail(new Refusal("payload-mismatch", { detail: "the body came too slowly" }));
    };
    let timer = setTimeout(checkPace, idleMs);
    request.on("data", take);
    request.once("end", () => {
      clearTimeout(timer);
      resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks));
    });
    const cut = (): void => fail(cutOff());
    request.once("error", cut).once("close", cut);
  });
}

function cutOff(): Refusal {
  return new Refusal("payload-mismatch", { detail: "the client left within its body" });
}
