/** No timer takes more. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Calls `onIdle` once nothing has happened for so long, and returns what calls that off. What happens sets no timer: when the
 * one there is goes off, it is set anew for what is left.
 *
 * @param lastMs when something happened last, in milliseconds of `performance.now()`
 */
export function startIdleWatch(lastMs: () => number, idleMs: number, onIdle: () => void): () => void {
  let timer: NodeJS.Timeout;
  const wait = (ms: number): void => {
    timer = setTimeout(look, Math.min(ms, MAX_TIMER_MS)).unref();
  };
  const look = (): void => {
    const leftMs = lastMs() + idleMs - performance.now();
    if (leftMs <= 0) onIdle();
    else wait(leftMs);
  };
  wait(idleMs);
  return () => clearTimeout(timer);
}
