import { watchFiles } from "../files/watch-files.ts";
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

/** Takes over each change of the configuration, and of the files that it refers to. */
export function followConfig({ retryMs = 30_000, ...options }: FollowOptions): Follower {
  const reload = createReloader(options);
  let isForced = false;
  let isOver = false;
  let retry: NodeJS.Timeout | undefined;

  const look = inTurn(async () => {
    if (isOver) return;
    const force = isForced;
    isForced = false;
    clearTimeout(retry);
    const { files, stamps, isPending } = await reload(force);
    if (isOver) return;
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
