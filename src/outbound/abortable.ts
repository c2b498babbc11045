import { OutboundError } from "./call.ts";

/**
 * Settles as a promise does, or is a timeout as soon as a signal aborts: a call that overlooks its signal keeps nobody
 * waiting, and holds no breaker half open.
 *
 * @throws OutboundError
 */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(new OutboundError("timeout", signal.reason));
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
