import { malformed } from "../body.ts";
import { type Token, tokensOf } from "./partiql-tokens.ts";

/** A place in a PartiQL statement. */
export interface Cursor {
  readonly peek: () => Token | undefined;
  readonly next: () => Token | undefined;
  /** Goes over one of some words, whatever its case, and tells which in lower case; otherwise it stays. */
  readonly take: (...words: readonly string[]) => string | undefined;
  /**
   * Goes over one of some words, or a sign.
   *
   * @throws Refusal body-malformed: there is another
   */
  readonly expect: (...words: readonly string[]) => string;
}

/**
 * Begins to read a statement.
 *
 * @throws Refusal body-malformed
 */
export function cursorOver(statement: string): Cursor {
  const tokens = tokensOf(statement);
  let at = 0;
  const take: Cursor["take"] = (...words) => {
    const token = tokens[at];
    const text = token?.kind === "word" || token?.kind === "sign" ? token.text.toLowerCase() : undefined;
    if (text === undefined || !words.includes(text)) return undefined;
    at++;
    return text;
  };
  return {
    peek: () => tokens[at],
    next: () => tokens[at++],
    take,
    expect: (...words) => {
      const text = take(...words);
      if (text === undefined) throw malformed(`PartiQL without ${words.join(" or ")} where it belongs`);
      return text;
    },
  };
}
