import type { RuleDocument, WhenDocument } from "../document.ts";
import { UPSTREAM_KEY } from "./keys.ts";

const OPERATOR = "StringEquals";

/**
 * Binds a rule to upstreams, by their configured names: to everything that reads rules that is one condition more, on a key
 * of Postern's own.
 */
export function boundTo<R extends RuleDocument>(rule: R, upstreams: readonly string[]) {
  const { when = {} } = rule;
  return { ...rule, when: { ...when, [OPERATOR]: { ...when[OPERATOR], [UPSTREAM_KEY]: upstreams } } };
}

/** The upstreams that a rule is bound to; undefined where it is for all. */
export function upstreamsOf(when: WhenDocument | undefined): readonly string[] | undefined {
  const names = when?.[OPERATOR]?.[UPSTREAM_KEY];
  return names === undefined ? undefined : [names].flat().map(String);
}

/** The conditions of a rule in words, such as `upstreams: [s3], when {"Bool":…}`. */
export function whenInWords(when: WhenDocument): string {
  const upstreams = upstreamsOf(when);
  const rest = conditionsBesides(when);
  return [
    ...(upstreams === undefined ? [] : [`upstreams: [${upstreams.join(", ")}]`]),
    ...(rest === undefined ? [] : [`when ${JSON.stringify(rest)}`]),
  ].join(", ");
}

/** A rule as it is written: with `upstreams` in place of that condition. */
export function asWritten(
  rule: RuleDocument,
): RuleDocument & { readonly upstreams?: readonly string[] | undefined } {
  const { when, ...others } = rule;
  const upstreams = upstreamsOf(when);
  if (when === undefined || upstreams === undefined) return rule;
  const rest = conditionsBesides(when);
  return { ...others, ...(rest !== undefined && { when: rest }), upstreams };
}

/** The other conditions; undefined where there are none. */
function conditionsBesides(when: WhenDocument): WhenDocument | undefined {
  const { [OPERATOR]: { [UPSTREAM_KEY]: names, ...keys } = {}, ...operators } = when;
  if (names === undefined) return when;
  const rest = { ...operators, ...(Object.keys(keys).length > 0 && { [OPERATOR]: keys }) };
  return Object.keys(rest).length > 0 ? rest : undefined;
}
