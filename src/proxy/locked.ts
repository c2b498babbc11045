import { Refusal } from "../domain/refusal.ts";
import type { Connections } from "./connections.ts";
import { meantBy } from "./handle.ts";
import { RESERVED } from "./pages/reserved.ts";
import type { Pipeline } from "./pipeline.ts";
import { giveUp } from "./respond.ts";
import type { Tunnels } from "./tunnels/tunnels.ts";
import type { Visit } from "./visit.ts";

/** Refuses what came to a Postern that is locked, in the words of what was meant. Neither token nor body is read. */
export function refuseLocked(visit: Visit, { route }: Pipeline): void {
  if (!visit.head.target.startsWith(RESERVED)) visit.live = meantBy(visit.head, route);
  giveUp(visit, new Refusal("locked"));
}

/**
 * Ends what was under way when Postern was locked, tunnels too. When it returns no frame of theirs passes any more. What was not
 * sent yet is refused; of what was, nobody can say whether AWS has done it, so that the client's connection is cut.
 */
export function stopAll(connections: Pick<Connections, "begun">, tunnels: Pick<Tunnels, "endAll">): void {
  for (const visit of connections.begun()) {
    if (visit.hasEnded) continue;
    const refusal = new Refusal("locked", { detail: "it was under way" });
    // A page of Postern's own goes on with its answer, and there must be nobody to get it.
    if (!visit.isSent && visit.manner === undefined) giveUp(visit, refusal);
    else {
      visit.end({ refusal });
      visit.response.destroy();
    }
  }
  tunnels.endAll("locked");
}
