import type { Pipeline, SelfServiceRules } from "../pipeline.ts";
import type { Manner, Visit } from "../visit.ts";

/** A page of Postern's own for its callers. */
export interface Page {
  /** `GET` has HEAD with it, unless the page itself refuses that. */
  readonly method: "GET" | "POST";
  readonly isOn: (rules: SelfServiceRules) => boolean;
  /** Whether the pages of other origins that are listed may call it. */
  readonly isForBrowsers: boolean;
  /** What a request may have that no other page takes. */
  readonly takes: readonly Extra[];
  /** How it words refusals. */
  readonly word: Manner["word"];
  /**
   * Makes what is answered in JSON. By the time it ends the visit knows all that its outcome is to tell.
   *
   * @param stages those of the visit, from its first byte to its last
   */
  readonly answer: (stages: Pipeline, visit: Visit) => Promise<object>;
}

/** A body, a query, or a wish for a role. */
export type Extra = "body" | "query" | "role";
