import { Refusal } from "../../domain/refusal.ts";
import { createGathering } from "./gathering.ts";
import type { Pace } from "./pace.ts";
import type { Visit } from "../visit.ts";

/**
 * Gathers a body, as long as it is no larger than `mostBytes` and comes fast enough. However that ends, neither a timer
 * nor a byte is kept by it.
 *
 * @throws Refusal body-too-large, payload-mismatch
 */
export function collect({ request, response }: Visit, mostBytes: number, pace: Pace): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const gathering = createGathering(mostBytes);
    const stop = (): void => {
      clearInterval(timer);
      request.off("data", take).off("end", finish).off("error", cut).off("close", cut);
      response.off("close", cut);
    };
    const fail = (refusal: Refusal): void => {
      stop();
      if (!request.destroyed) request.pause();
      reject(refusal);
    };
    const take = (piece: Buffer): void => {
      if (gathering.bytes() + piece.length <= mostBytes) gathering.add(piece);
      else fail(new Refusal("body-too-large"));
    };
    const finish = (): void => {
      stop();
      resolve(gathering.whole());
    };
    const cut = (): void => fail(cutOff());
    const timer = setInterval(() => {
      const fault = pace.faultOf(gathering.bytes());
      if (fault !== undefined) fail(new Refusal("payload-mismatch", { detail: fault }));
    }, pace.everyMs);
    request.on("data", take).on("end", finish).on("error", cut).on("close", cut);
    // Where HTTP's own framing breaks, the request says nothing more: it neither ends nor closes.
    response.on("close", cut);
  });
}

/** The refusal of a body whose client is there no more. */
export function cutOff(): Refusal {
  return new Refusal("payload-mismatch", { detail: "the client left within its body" });
}
