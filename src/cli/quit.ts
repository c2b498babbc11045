import { setTimeout as sleep } from "node:timers/promises";
import { command } from "./command.ts";
import { Complaint } from "./complaint.ts";
import type { Operator } from "./operator-call.ts";
import { giveOrder, operatorFor, ORDER_COMPLETES, ORDER_HELP, ORDER_OPTIONS } from "./order.ts";

const HELP = `Usage: postern quit [--wait] [options]

Ends a running Postern as SIGTERM does: it takes no new requests and finishes those in flight. A Job's container calls it
when its work is done, so that the sidecar does not keep the Pod alive.

  --wait              until it has ended, at most two minutes
${ORDER_HELP}`;

/** `postern quit`. */
export const quit = command(
  {
    name: "quit",
    help: HELP,
    options: { ...ORDER_OPTIONS, wait: { type: "boolean" } },
    completes: ORDER_COMPLETES,
  },
  async (parsed, env) => {
    const operator = operatorFor(parsed, env);
    const code = await giveOrder(operator, "/quitquitquit", {}, parsed);
    if (parsed.values["wait"] === true) await ended(operator);
    return code;
  },
);

const WAIT_MS = 120_000;
const LOOK_EVERY_MS = 100;

/** Its operator's face goes last. */
async function ended({ name, isThere }: Operator): Promise<void> {
  const untilMs = performance.now() + WAIT_MS;
  while (await isThere()) {
    if (performance.now() > untilMs)
      throw new Complaint(`the Postern at ${name} has not ended in ${WAIT_MS / 1000} s`);
    await sleep(LOOK_EVERY_MS);
  }
}
