import { command } from "./command.ts";
import { giveOrder, operatorFor, ORDER_COMPLETES, ORDER_HELP, ORDER_OPTIONS } from "./order.ts";

const HELP = `Usage: postern unlock [options]

Takes "postern lock" back. Where the lock file is there Postern stays locked: remove that. Exit code 1 if it does.

${ORDER_HELP}`;

/** `postern unlock`. */
export const unlock = command(
  { name: "unlock", help: HELP, options: ORDER_OPTIONS, completes: ORDER_COMPLETES },
  (parsed, env) => giveOrder(operatorFor(parsed, env), "/unlock", {}, parsed),
);
