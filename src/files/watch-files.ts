import { dirname } from "node:path";
import { stampOf } from "./stamp.ts";
import { watchDirectory } from "./watch-directory.ts";

/** What {@link watchFiles} needs. */
export interface WatchFilesOptions {
  /** Files that belong together; one that is not there may come. */
  readonly paths: readonly string[];
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
 * Tells when one of several files has changed, until the function that it gives is called. Directories are watched and
 * not files, as for one: links that lead to them may be swapped (see `watchFile`).
 */
export function watchFiles(options: WatchFilesOptions): () => void {
  const { paths, onChange, onFailure, settleMs = 100, pollMs = 30_000 } = options;
  let told = stampsOf(paths);
  let seen = told;
  let settling: NodeJS.Timeout | undefined;

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

  const directories = new Set(paths.map((path) => dirname(path)));
  const unwatch = [...directories].map((directory) =>
    watchDirectory(directory, lookUnlessSettling, onFailure),
  );
  const poll = setInterval(lookUnlessSettling, pollMs).unref();
  return () => {
    for (const stop of unwatch) stop();
    clearInterval(poll);
    clearTimeout(settling);
  };
}

/** Tells one state of all the files from the next. */
export function stampsOf(paths: readonly string[]): string {
  return paths.map(stampOf).join("\n");
}
