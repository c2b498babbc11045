import { dirname } from "node:path";
import { readTextFile } from "./read-text-file.ts";
import { stampOf } from "./stamp.ts";
import { watchDirectory } from "./watch-directory.ts";

/** A file whose text is followed. */
export interface WatchedFile {
  /** Milliseconds since the file was last seen to hold what was taken from it; undefined before it was. */
  readonly ageMs: () => number | undefined;
  readonly close: () => void;
}

/** What {@link watchFile} needs. */
export interface WatchOptions {
  readonly path: string;
  /** A larger file is a failure, and is not read. */
  readonly maxBytes: number;
  /** Takes the text, now and after each change. What it throws is a failure: what was taken before goes on holding. */
  readonly onText: (text: string) => void;
  /** Told once of each state of the file that could not be taken, for the log. */
  readonly onFailure: (error: unknown) => void;
  readonly now: () => number;
  /** A file is read when it has kept still this long, so that a half-written one is not. Default 100 ms. */
  readonly settleMs?: number;
  /** Between two looks where no event came, as from a network file system. Default 30 s. */
  readonly pollMs?: number;
}

/**
 * Reads a text file at once, and again whenever it changes. Replace such a file by renaming another onto it.
 *
 * The directory is watched, not the file: where a link is swapped, as Kubernetes does for a ConfigMap, the watch on a file
 * goes on following the old one. A slow look at the file's times is the net under the events.
 */
export function watchFile(options: WatchOptions): WatchedFile {
  const { path, maxBytes, onText, onFailure, now, settleMs = 100, pollMs = 30_000 } = options;
  /** The states of the file: the one that was read last, and the one that must keep still before it is read. */
  let read = stampOf(path);
  let seen = read;
  let isGood = false;
  let goodAtMs: number | undefined;
  let settling: NodeJS.Timeout | undefined;

  const take = (): void => {
    try {
      onText(readTextFile(path, maxBytes));
      isGood = true;
      goodAtMs = now();
    } catch (error) {
      isGood = false;
      onFailure(error);
    }
  };
  const look = (): void => {
    const stamp = stampOf(path);
    if (stamp === read) {
      seen = stamp;
      if (isGood) goodAtMs = now();
    } else if (stamp === seen) {
      read = stamp;
      take();
    } else {
      seen = stamp;
      settling = setTimeout(lookAgain, settleMs).unref();
    }
  };
  const lookAgain = (): void => {
    settling = undefined;
    look();
  };
  const lookUnlessSettling = (): void => {
    if (settling === undefined) look();
  };

  const unwatch = watchDirectory(dirname(path), lookUnlessSettling, onFailure);
  const poll = setInterval(lookUnlessSettling, pollMs).unref();
  take();
  return {
    ageMs: () => (goodAtMs === undefined ? undefined : Math.max(0, now() - goodAtMs)),
    close: () => {
      unwatch();
      clearInterval(poll);
      clearTimeout(settling);
    },
  };
}
