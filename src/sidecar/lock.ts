/** Whether Postern is locked: by an operator, or by a file that is there. */
export interface Lock {
  readonly isOn: () => boolean;
  readonly lock: () => void;
  /** False where the lock file is still there. */
  readonly unlock: () => boolean;
  /** Follows another file from now on; none where it is undefined. */
  readonly follow: (file: string | undefined) => void;
  readonly close: () => Promise<void>;
}

/**
 * Makes an open lock.
 *
 * @param onChange told each time that it is locked or unlocked, and by what
 */
export function createLock(_onChange: (isOn: boolean, by: "operator" | "file") => void): Lock {
  return {
    isOn: () => false,
    lock: () => {},
    unlock: () => true,
    follow: () => {},
    close: async () => {},
  };
}
