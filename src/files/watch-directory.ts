import { watch } from "node:fs";

/**
 * Tells of each event in a directory, until the function that it gives is called. It never throws: whoever watches has a
 * poll besides, and that a watch failed is told.
 */
export function watchDirectory(
  directory: string,
  onEvent: () => void,
  onFailure: (error: unknown) => void,
): () => void {
  try {
    const watcher = watch(directory, { persistent: false }, onEvent);
    watcher.on("error", (error) => {
      watcher.close();
      onFailure(error);
    });
    return () => watcher.close();
  } catch (error) {
    onFailure(error);
    return () => {};
  }
}
