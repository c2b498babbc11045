import type { IncomingMessage } from "node:http";
import { Refusal } from "../domain/refusal.ts";
import type { Visit } from "./visit.ts";

/**
 * Reads a body whole. A stated length over the bound is refused before a byte is read, an unstated one when it is
 * passed.
 *
 * @throws Refusal body-too-large, payload-mismatch
 */
export function readBody(visit: Visit, maxBytes: number): Promise<Buffer> {
  const stated = visit.head.headers.get("content-length");
  if (stated !== undefined && Number(stated) > maxBytes) return Promise.reject(new Refusal("body-too-large"));
  // A client that left while its token was looked at sends no more events.
  if (visit.request.destroyed) return Promise.reject(cutOff());
  visit.invite();
  return collect(visit.request, maxBytes);
}

function collect(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const take = (chunk: Buffer): void => {
      length += chunk.length;
      if (length <= maxBytes) {
        chunks.push(chunk);
        return;
      }
      request.off("data", take).pause();
      chunks.length = 0;
      reject(new Refusal("body-too-large"));
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
