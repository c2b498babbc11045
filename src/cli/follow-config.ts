import { setTimeout as sleep } from "node:timers/promises";
import { isPipe } from "../config/load.ts";
import { stampsOf, watchFiles } from "../files/watch-files.ts";
import { inTurn } from "./in-turn.ts";
import { createReloader, type ReloaderOptions } from "./reloader.ts";

/** What {@link followConfig} needs. */
export interface FollowOptions extends ReloaderOptions {
  /** Until what could not be taken over is tried again, as where an issuer did not answer. Default 30 s. */
  readonly retryMs?: number;
}

/** A configuration that is followed. */
export interface Follower {
  /** Takes over what stands there now, whatever has changed. */
  readonly reload: () => void;
  readonly close: () => void;
}

/** Files are half-written until they have kept still this long. */
const SETTLE_MS = 100;
const MAX_SETTLE_MS = 2000;

/** Takes over each change of the configuration, and of the files that it refers to. */
export function followConfig({ retryMs = 30_000, ...options }: FollowOptions): Follower {
  const { path } = options.loaded;
  if (isPipe(path)) {
    options.log.warn("the configuration comes by a pipe, and cannot be followed", { path });
    return { reload: () => {}, close: () => {} };
  }
  const reload = createReloader(options);
  let isForced = false;
  let isOver = false;
  let followed: readonly string[] = [path];
  let retry: NodeJS.Timeout | undefined;

  const look = inTurn(async () => {
    const force = isForced;
    isForced = false;
    clearTimeout(retry);
    // Of a change that was seen the watch has waited for its end; who asks knows nothing of it.
    if (force) await settled(followed);
    if (isOver) return;
    const { files, stamps, isPending } = await reload(force);
    if (isOver) return;
    followed = files;
    watch.follow(files, stamps);
    if (isPending) retry = setTimeout(lookAnyway, retryMs).unref();
  });
  const lookAnyway = (): void => {
    isForced = true;
    look();
  };
  const watch = watchFiles({
    onChange: look,
    onFailure: (error) => options.log.warn("a file cannot be watched", { error: String(error) }),
  });

  // What changed since it was read first, and then whatever changes.
  look();
  return {
    reload: lookAnyway,
    close: () => {
      isOver = true;
      watch.close();
      clearTimeout(retry);
    },
  };
}

/** Waits until files keep still, as long as that can be waited for. */
async function settled(paths: readonly string[]): Promise<void> {
  let stamps = stampsOf(paths);
  for (let waitedMs = 0; waitedMs < MAX_SETTLE_MS; waitedMs += SETTLE_MS) {
    await sleep(SETTLE_MS, undefined, { ref: false });
    const now = stampsOf(paths);
    if (now === stamps) return;
    stamps = now;
  }
}
