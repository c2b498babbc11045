import type { Hono } from "hono";

/** What an operator may do to a sidecar that runs. */
export interface Control {
  /** Ends it as SIGTERM does. */
  readonly quit: () => void;
  /** Refuses everything from now on, ends tunnels, forgets credentials and is not ready. */
  readonly lock: () => void;
  /** Takes that back. False where the lock file is still there, which holds. */
  readonly unlock: () => boolean;
  /** Writes an entry to the denylist, in whose form it is. Rejects, saying why, where it cannot be written. */
  readonly revoke: (entry: string) => Promise<void>;
}

/** Adds what changes the sidecar: `POST /quitquitquit`, `/lock`, `/unlock` and `/revoke`. */
export function addControl(_app: Hono, _control: Control): void {}
