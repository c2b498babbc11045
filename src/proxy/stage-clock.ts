import type { Stage, StageTimes } from "../telemetry/outcome.ts";

/** Measures how long a request is in each stage: one object a request, and a look at the clock a stage. */
export class StageClock implements StageTimes {
  identity: number | undefined;
  operation: number | undefined;
  decision: number | undefined;
  credentials: number | undefined;
  upstream: number | undefined;
  answer: number | undefined;
  readonly #startMs = performance.now();
  #stage: Stage = "identity";
  #stageStartMs = this.#startMs;

  /** Since the first stage began. */
  elapsedMs(): number {
    return performance.now() - this.#startMs;
  }

  /**
   * The next stage begins: the time since the last one did is that one's.
   *
   * @param nowMs as `performance.now()` has it
   */
  enter(stage: Stage, nowMs = performance.now()): void {
    this[this.#stage] = (this[this.#stage] ?? 0) + nowMs - this.#stageStartMs;
    this.#stage = stage;
    this.#stageStartMs = nowMs;
  }

  /** The last stage is over. */
  stop(): void {
    this.enter(this.#stage);
  }
}
