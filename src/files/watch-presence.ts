import { lstatSync } from "node:fs";
import { dirname } from "node:path";
import { watchDirectory } from "./watch-directory.ts";

/** A file of which only matters whether it is there. */
export interface Presence {
  /** As it was seen last. */
  readonly isThere: () => boolean;
  /** Looks now, and tells of a change before it returns. */
  readonly look: () => void;
  readonly close: () => void;
}

/** What {@link watchPresence} needs. */
export interface PresenceOptions {
  readonly path: string;
  /** Told of each change. */
  readonly onChange: () => void;
  /** Between two looks where no event came. Default 1 s. */
  readonly pollMs?: number;
}

/**
 * Follows whether a file is there. Its folder need not be: the poll sees what the events do not tell, and a look costs
 * next to nothing.
 */
export function watchPresence({ path, onChange, pollMs = 1000 }: PresenceOptions): Presence {
  let isThere = isAt(path);
  const look = (): void => {
    if (isAt(path) === isThere) return;
    isThere = !isThere;
    onChange();
  };
  const unwatch = watchDirectory(dirname(path), look, () => {});
  const poll = setInterval(look, pollMs).unref();
  return {
    isThere: () => isThere,
    look,
    close: () => {
      unwatch();
      clearInterval(poll);
    },
  };
}

/** A link is there, wherever it leads; and so is what cannot be looked at: nobody can say that it is not. */
function isAt(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return true;
  }
}
