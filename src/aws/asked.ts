import type { ResourceShape } from "../domain/known-action.ts";

/** One way in which requests that Postern reads need an action. */
export interface Asked {
  readonly action: string;
  readonly resource: ResourceShape;
  /** Actions that such a request always counts as too, for denies. */
  readonly covers: readonly string[];
  /** Whether it does not tell what it touches; `resource` is nothing then. */
  readonly unknownResource?: true;
}
