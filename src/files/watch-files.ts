import { dirname } from "node:path";
import { stampOf } from "./stamp.ts";
import { watchDirectory } from "./watch-directory.ts";

/** Several files that are followed as one. */
export interface FilesWatch {
  /**
   * Follows these files, and others no more; one that is not there may come.
   *
   * @param stamps what {@link stampsOf} said of them when they were read: what changed since is a change
   */
  readonly follow: (paths: readonly string[], stamps: string) => void;
  readonly close: () => void;
}

/** What {@link watchFiles} needs. */
export interface WatchFilesOptions {
  /** Told once of each change, when all of them have kept still. */
  readonly onChange: () => void;
  /** Told where events cannot be had: the poll goes on. */
  readonly onFailure: (error: unknown) => void;
  /** Files are half-written until they have kept still this long. Default 100 ms. */
  readonly settleMs?: number;
  /** Between two looks where no event came. Default 30 s. */
  readonly pollMs?: number;
}

/**
 * Tells when one of several files has changed. Directories are watched and not files, as `watchFile` does: links that lead
 * to them may be swapped.
 */
export function watchFiles(options: WatchFilesOptions): FilesWatch {
  const { onChange, onFailure, settleMs = 100, pollMs = 30_000 } = options;
  let paths: readonly string[] = [];
  let told = "";
  let seen = "";
  let settling: NodeJS.Timeout | undefined;
  let watches: readonly (() => void)[] = [];

  const look = (): void => {
    const stamps = stampsOf(paths);
    if (stamps !== seen) {
      seen = stamps;
      settling = setTimeout(lookAgain, settleMs).unref();
    } else if (stamps !== told) {
      told = stamps;
      onChange();
    }
  };
  const lookAgain = (): void => {
    settling = undefined;
    look();
  };
  const lookUnlessSettling = (): void => {
    if (settling === undefined) look();
  };
  const stop = (): void => {
    for (const unwatch of watches) unwatch();
    clearTimeout(settling);
    settling = undefined;
  };

  const poll = setInterval(lookUnlessSettling, pollMs).unref();
  return {
    follow: (asked, stamps) => {
      if (asked.join("\n") === paths.join("\n")) return;
      stop();
      paths = asked;
      told = stamps;
      seen = stamps;
      const directories = new Set(paths.map((path) => dirname(path)));
      watches = [...directories].map((one) => watchDirectory(one, lookUnlessSettling, onFailure));
      look();
    },
    close: () => {
      stop();
      clearInterval(poll);
    },
  };
}

/** Tells one state of all the files from the next. */
export function stampsOf(paths: readonly string[]): string {
  return paths.map(stampOf).join("\n");
}
