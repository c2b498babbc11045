/** A call that was not made: its API is asked too often at the moment, or has failed too often of late. */
export class HeldBackError extends Error {
  readonly by: "pace" | "breaker";

  /** @param cause the last failure, where the breaker holds back */
  constructor(by: HeldBackError["by"], cause?: unknown) {
    super(`held back by the ${by}`, cause === undefined ? undefined : { cause });
    this.name = "HeldBackError";
    this.by = by;
  }
}
