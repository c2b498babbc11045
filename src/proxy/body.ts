import type { IncomingMessage } from "node:http";
import { Refusal } from "../domain/refusal.ts";
import type { Visit } from "./visit.ts";

/** Reads bodies whole, and bounds what all of them together hold in memory. */
export interface BodyReader {
  /**
   * A stated length over the bound is refused before a byte is read, an unstated one when it is passed. What was read
   * counts as held until the answer is over, since it goes upstream from memory.
   *
   * @throws Refusal body-too-large, payload-mismatch, overloaded
   */
  readonly read: (visit: Visit, maxBytes: number) => Promise<Buffer>;
  /** Bytes that are held now. */
  readonly held: () => number;
}

/**
 * Makes the reader of a process.
 *
 * @param maxHeldBytes for all requests together. Past it a client is told to come back: to wait for memory that other
 * half-read bodies hold could last for ever.
 */
export function createBodyReader(maxHeldBytes: number): BodyReader {
  let held = 0;
  const hold = (bytes: number): boolean => {
    if (held + bytes > maxHeldBytes) return false;
    held += bytes;
    return true;
  };
  return {
    held: () => held,
    read: async (visit, maxBytes) => {
      const { request, response } = visit;
      const stated = Number(visit.head.headers.get("content-length") ?? 0);
      if (stated > maxBytes) throw new Refusal("body-too-large");
      if (held + stated > maxHeldBytes) throw noRoom();
      // A client that left while its token was looked at sends no more events.
      if (request.destroyed) throw cutOff();
      visit.invite();
      let own = 0;
      response.once("close", () => (held -= own));
      return collect(request, (bytes) => {
        if (own + bytes > maxBytes) return new Refusal("body-too-large");
        if (!hold(bytes)) return noRoom();
        own += bytes;
        return undefined;
      });
    },
  };
}

/** Gathers a body; `admit` may have something against each piece. */
function collect(request: IncomingMessage, admit: (bytes: number) => Refusal | undefined): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const take = (chunk: Buffer): void => {
      const refusal = admit(chunk.length);
      if (refusal === undefined) {
        chunks.push(chunk);
        return;
      }
      request.off("data", take).pause();
      chunks.length = 0;
      reject(refusal);
    };
    const cut = (): void => reject(cutOff());
    request.on("data", take);
    request.once("end", () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
    request.once("error", cut).once("close", cut);
  });
}

function cutOff(): Refusal {
  return new Refusal("payload-mismatch", { detail: "the client left within its body" });
}

function noRoom(): Refusal {
  return new Refusal("overloaded", { detail: "too many bytes of bodies are held" });
}
