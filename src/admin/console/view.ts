/** What the console shows: made anew for each look. Nothing in it is secret; callers stand in it by their digests. */
export interface ConsoleView {
  readonly takenAtMs: number;
}
