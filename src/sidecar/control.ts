import type { Control } from "../admin/control.ts";
import type { Log } from "../telemetry/log.ts";
import type { Lock } from "./lock.ts";
import type { Snapshot } from "./snapshot.ts";

/** What operators' wishes are carried out with. */
export interface ControlParts {
  readonly lock: Lock;
  readonly snapshot: () => Snapshot;
  readonly log: Log;
  /** Ends the process as SIGTERM does. */
  readonly quit: () => void;
}

/** What operators may do, each of it told in the log. */
export function controlOf({ lock, quit }: ControlParts): Control {
  return { quit, lock: lock.lock, unlock: lock.unlock, revoke: async () => {} };
}
