/**
 * Goes on with a value at once, and with a promise when it is there: with warm caches a request is on its way upstream
 * before the event loop turns, and no stage pays for a promise that it does not need.
 */
export function proceed<T, R>(value: T | Promise<T>, go: (value: T) => R | Promise<R>): R | Promise<R> {
  return value instanceof Promise ? value.then(go) : go(value);
}
