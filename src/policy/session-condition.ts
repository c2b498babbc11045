import type { WhenDocument, WhenValue } from "./document.ts";
import { compileTemplate, fillTemplate, type ReadClaim } from "./template.ts";

/** Conditions as they stand in a session policy: operator, then key, then values. */
export type SessionCondition = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

/** Keys of the request that AWS gets: it reads from it what Postern did. */
const OF_REQUEST = /^(?:s3|dynamodb):/i;

/** Whether AWS can tell all the conditions of a rule with the same meaning. */
export function isToldByAws(when: WhenDocument): boolean {
  return Object.values(when)
    .flatMap((entries) => Object.keys(entries))
    .every((key) => OF_REQUEST.test(key));
}

/**
 * Those conditions of a rule that AWS can tell with the same meaning, claims filled in; undefined where there are none.
 *
 * A condition with a claim that cannot be used is left out. It is unknown, which holds no allow, so there is none to be
 * made wider; and a deny is made as though it held.
 */
export function sessionCondition(when: WhenDocument = {}, read: ReadClaim): SessionCondition | undefined {
  const operators = Object.entries(when).flatMap(([operator, entries]) => {
    const kept = Object.entries(entries).flatMap(([key, values]) => {
      const texts = OF_REQUEST.test(key) ? filled(values, read) : undefined;
      return texts === undefined ? [] : [[key, texts] as const];
    });
    return kept.length === 0 ? [] : [[operator, Object.fromEntries(kept)] as const];
  });
  return operators.length === 0 ? undefined : Object.fromEntries(operators);
}

function filled(
  values: WhenValue | readonly WhenValue[],
  read: ReadClaim,
): string | readonly string[] | undefined {
  const texts = [values].flat().map((value) => fillTemplate(compileTemplate(String(value)), read));
  const usable = texts.filter((text) => text !== undefined);
  if (usable.length < texts.length) return undefined;
  return usable.length === 1 ? usable[0] : usable;
}
