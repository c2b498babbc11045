/** Tells the time in milliseconds since the epoch; `Date.now` in production, a frozen value in tests. */
export type Clock = () => number;
