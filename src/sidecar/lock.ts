import { type Presence, watchPresence } from "../files/watch-presence.ts";

/** Whether Postern is locked: by an operator, or by a file that is there. */
export interface Lock {
  readonly isOn: () => boolean;
  readonly lock: () => void;
  /** Takes the operator's part back. False where the lock file is still there. */
  readonly unlock: () => boolean;
  /** Follows another file from now on; none where it is undefined. */
  readonly follow: (file: string | undefined) => void;
  readonly close: () => Promise<void>;
}

/** Told each time that it is locked or unlocked, and by what. It is so already by then. */
export type OnLock = (isOn: boolean, by: "operator" | "file") => void;

/** Makes an open lock. An operator's lock holds until it is taken back, or until the process ends. */
export function createLock(onChange: OnLock): Lock {
  let isOn = false;
  let isByOperator = false;
  let path: string | undefined;
  let file: Presence | undefined;
  const settle = (by: "operator" | "file"): void => {
    const isOnNow = isByOperator || file?.isThere() === true;
    if (isOnNow === isOn) return;
    isOn = isOnNow;
    onChange(isOn, by);
  };
  return {
    isOn: () => isOn,
    lock: () => {
      isByOperator = true;
      settle("operator");
    },
    unlock: () => {
      file?.look();
      isByOperator = false;
      settle("operator");
      return !isOn;
    },
    follow: (next) => {
      if (next === path) return;
      const before = file;
      path = next;
      file = next === undefined ? undefined : watchPresence({ path: next, onChange: () => settle("file") });
      before?.close();
      settle("file");
    },
    close: async () => file?.close(),
  };
}
