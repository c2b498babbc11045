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
  visit.invite();
  return collect(visit.request, maxBytes);
}

function collect(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length > maxBytes) {
        request.removeAllListeners("data");
        reject(new Refusal("body-too-large"));
      } else {
        chunks.push(chunk);
      }
    });
    request.once("end", () =>
      resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, length)),
    );
    const cut = (): void =>
      reject(new Refusal("payload-mismatch", { detail: "the client left within its body" }));
    request.once("error", cut);
    request.once("close", cut);
  });
}
