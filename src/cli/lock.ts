import { command } from "./command.ts";
import { giveOrder, operatorFor, ORDER_COMPLETES, ORDER_HELP, ORDER_OPTIONS } from "./order.ts";

const HELP = `Usage: postern lock [options]

Stops all that goes through a running Postern: every request is refused, what is under way is cut, WebSockets are closed,
credentials in its memory are forgotten, and it is not ready. It holds until "postern unlock", or until the process ends;
for longer there is operator.lockFile.

${ORDER_HELP}`;

/** `postern lock`. */
export const lock = command(
  { name: "lock", help: HELP, options: ORDER_OPTIONS, completes: ORDER_COMPLETES },
  (parsed, env) => giveOrder(operatorFor(parsed, env), "/lock", {}, parsed),
);
