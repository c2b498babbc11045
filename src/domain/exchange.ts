/** One call to an identity pool or STS, as it is measured. */
export interface Exchange {
  /** Of the API, such as `GetId`: one that this code knows. */
  readonly operation: string;
  /**
   * - `refused` and `misconfigured`: AWS decided;
   * - `throttled`, `unavailable` and `timeout`: asked again, a few times, it may answer better;
   * - `malformed` and `too-large`: nobody can read the answer;
   * - `held-back`: Postern's own limits did not let it out.
   */
  readonly outcome:
    | "ok"
    | "refused"
    | "misconfigured"
    | "throttled"
    | "unavailable"
    | "timeout"
    | "malformed"
    | "too-large"
    | "held-back";
  /** From sending to the end of the answer; of what was held back the wait. */
  readonly durationMs: number;
}
