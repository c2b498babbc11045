import type { LocalAnswer } from "../request.ts";

/** An answer whose body is a text, as all of the identity side's are. */
export interface TextAnswer extends LocalAnswer {
  readonly body: string;
}
