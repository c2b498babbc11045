import type { Caller } from "../../domain/caller.ts";
import type { Truth } from "./truth.ts";
import { keepLast } from "../keep-last.ts";
import {
  claimsForPattern,
  compileTemplate,
  fillTemplate,
  type ReadClaim,
  type Template,
} from "../template.ts";
import { compilePattern } from "../text-pattern.ts";

/** Holds a value of the request against the values of a rule: whether it fits any of them. */
export type ValueTest = (value: string) => Truth;

/** The values of a rule made ready: a test, or how it is made where they have claims in them. */
export type RuleValues = ValueTest | { readonly forCaller: (caller: Caller) => FilledValues };

/** The values of a rule with the claims of a caller in them. */
export interface FilledValues {
  readonly test: ValueTest;
  /** Whether every claim in them can be used. */
  readonly isComplete: boolean;
}

/** Equal, letter by letter. */
export function equalsText(written: readonly string[]): RuleValues {
  return filled(whole(written), (rows) => {
    const wanted = rows.flat();
    return (value) => wanted.includes(value);
  });
}

/** Equal but for case. */
export function equalsIgnoringCase(written: readonly string[]): RuleValues {
  return filled(whole(written), (rows) => {
    const wanted = rows.flat().map((text) => text.toLowerCase());
    return (value) => wanted.includes(value.toLowerCase());
  });
}

/** Equal, where `*` and `?` of the rule's own text are wildcards. */
export function likeText(written: readonly string[]): RuleValues {
  return filled(whole(written), (rows) => {
    const tests = rows.flat().map(compilePattern);
    return (value) => tests.some((test) => test(value));
  });
}

function whole(written: readonly string[]): readonly (readonly Template[])[] {
  return written.map((text) => [compileTemplate(text)]);
}

/**
 * Fills claims into values, each cut into one part or several. Without claims the test is made once. A value with a
 * claim that cannot be used could be anything.
 */
export function filled(
  rows: readonly (readonly Template[])[],
  testOf: (rows: readonly (readonly string[])[]) => ValueTest,
): RuleValues {
  const literal = fillRows(rows, () => undefined);
  if (literal.length === rows.length) return testOf(literal);
  return {
    forCaller: keepLast(
      (caller: Caller) => {
        const usable = fillRows(rows, claimsForPattern(caller));
        const test = testOf(usable);
        const isComplete = usable.length === rows.length;
        return { isComplete, test: isComplete ? test : (value) => test(value) === true || "unknown" };
      },
      ({ claims }) => claims,
    ),
  };
}

/** The rows that can be filled. */
function fillRows(rows: readonly (readonly Template[])[], read: ReadClaim): readonly (readonly string[])[] {
  return rows.flatMap((row) => {
    const texts = row.map((template) => fillTemplate(template, read));
    return texts.every((text) => text !== undefined) ? [texts] : [];
  });
}
