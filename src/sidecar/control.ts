import type { Control } from "../admin/control.ts";
import type { Lock } from "./lock.ts";
import { createRevoke, type RevokeParts } from "./revoke.ts";

/** What operators' wishes are carried out with. */
export interface ControlParts extends RevokeParts {
  readonly lock: Lock;
  /** Ends the process as SIGTERM does. */
  readonly quit: () => void;
}

/** What operators may do, each of it told in the log. */
export function controlOf({ lock, quit, ...parts }: ControlParts): Control {
  return {
    quit: () => {
      parts.log.audit("quit", "an operator ends Postern", {}, "warn");
      quit();
    },
    lock: lock.lock,
    unlock: lock.unlock,
    revoke: createRevoke(parts),
  };
}
