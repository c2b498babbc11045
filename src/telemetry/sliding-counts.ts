/**
 * Counts in columns over the latest spans of time, the one that is going on included. What is older is forgotten as time
 * goes on; nothing is allocated by counting.
 */
export class SlidingCounts {
  readonly #spanMs: number;
  readonly #spans: number;
  readonly #columns: number;
  readonly #counts: Uint32Array;
  /** Which span each row holds, numbered from the epoch. */
  readonly #held: Float64Array;

  constructor({
    spanMs,
    spans,
    columns,
  }: {
    readonly spanMs: number;
    readonly spans: number;
    readonly columns: number;
  }) {
    this.#spanMs = spanMs;
    this.#spans = spans;
    this.#columns = columns;
    this.#counts = new Uint32Array(spans * columns);
    this.#held = new Float64Array(spans).fill(Number.NaN);
  }

  add(nowMs: number, column: number): void {
    this.addAt(this.rowAt(nowMs), column);
  }

  /** Where the counts of the span of a time stand, for {@link addAt}: good until time is told again. */
  rowAt(nowMs: number): number {
    const span = Math.floor(nowMs / this.#spanMs);
    const row = span % this.#spans;
    const start = row * this.#columns;
    if (this.#held[row] !== span) {
      this.#counts.fill(0, start, start + this.#columns);
      this.#held[row] = span;
    }
    return start;
  }

  addAt(row: number, column: number): void {
    this.#counts[row + column] = (this.#counts[row + column] ?? 0) + 1;
  }

  /** The rows of the latest spans, oldest first; the last is the one that is going on. Undefined where nothing was counted. */
  latest(nowMs: number, spans = this.#spans): readonly (Uint32Array | undefined)[] {
    const first = Math.floor(nowMs / this.#spanMs) - spans + 1;
    return Array.from({ length: spans }, (_, i) => {
      const row = (first + i) % this.#spans;
      const start = row * this.#columns;
      return this.#held[row] === first + i ? this.#counts.subarray(start, start + this.#columns) : undefined;
    });
  }

  /** The sum of each column over the latest spans. */
  sums(nowMs: number, spans = this.#spans): readonly number[] {
    const sums = Array.from({ length: this.#columns }, () => 0);
    for (const row of this.latest(nowMs, spans))
      row?.forEach((count, column) => (sums[column] = (sums[column] ?? 0) + count));
    return sums;
  }
}
