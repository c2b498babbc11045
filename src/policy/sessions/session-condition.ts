import { isOfRequest } from "../conditions/keys.ts";
import type { WhenDocument, WhenValue } from "../document.ts";
import { compileTemplate, fillTemplate, type ReadClaim } from "../template.ts";

/** Conditions as they stand in a session policy: operator, then key, then values. */
export type SessionCondition = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

/** Whether AWS can tell all the conditions of a rule with the same meaning: those on the request, which it reads too. */
export function isToldByAws(when: WhenDocument): boolean {
  return Object.values(when)
    .flatMap((entries) => Object.keys(entries))
    .every(isOfRequest);
}

/** Whether every claim in the conditions of a rule can be used. */
export function canBeFilled(when: WhenDocument, read: ReadClaim): boolean {
  return Object.values(when)
    .flatMap((entries) => Object.values(entries))
    .every((values) => filled(values, read).length === [values].flat().length);
}

/**
 * Those conditions of a rule that AWS can tell with the same meaning, claims filled in; undefined where there are none.
 *
 * Of a condition only the values stand there whose claims can be used. The others never make an allow hold, and where
 * there are no more than they, or they say what must not be, it never holds at all: then there is no
 * session that would be wider without them. A deny is better left out (`canBeFilled`).
 */
export function sessionCondition(when: WhenDocument = {}, read: ReadClaim): SessionCondition | undefined {
  const operators = Object.entries(when).flatMap(([operator, entries]) => {
    const kept = Object.entries(entries).flatMap(([key, values]) => {
      const texts = isOfRequest(key) ? filled(values, read) : [];
      return texts[0] === undefined ? [] : [[key, texts.length === 1 ? texts[0] : texts] as const];
    });
    return kept.length === 0 ? [] : [[operator, Object.fromEntries(kept)] as const];
  });
  return operators.length === 0 ? undefined : Object.fromEntries(operators);
}

function filled(values: WhenValue | readonly WhenValue[], read: ReadClaim): readonly string[] {
  return [values].flat().flatMap((value) => fillTemplate(compileTemplate(String(value)), read) ?? []);
}
