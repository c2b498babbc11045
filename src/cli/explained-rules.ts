import type { RuleAccount } from "../policy/explanation.ts";

/** Wider names keep their text beside them, out of line. */
const MAX_WIDTH = 40;

/** What each rule says: first those about the caller, then those about others. Nothing where no rule was asked. */
export function rulesInWords(rules: readonly RuleAccount[]): readonly string[] {
  const width = Math.min(MAX_WIDTH, Math.max(0, ...rules.map(({ rule }) => rule.length)));
  const own = rules.filter(({ notFor }) => notFor === undefined);
  const others = rules.filter(({ notFor }) => notFor !== undefined);
  return [...section("Rules about this caller", own, width), ...section("Rules about others", others, width)];
}

function section(title: string, rules: readonly RuleAccount[], width: number): readonly string[] {
  if (rules.length === 0) return [];
  return ["", `  ${title}`, ...rules.flatMap((rule) => lineOf(rule, width))];
}

function lineOf(account: RuleAccount, width: number): readonly string[] {
  const [first = "", ...more] = sayings(account);
  const mark = account.verdict === "decides" ? "*" : " ";
  return [
    `  ${mark} ${account.rule.padEnd(width)}  ${first}`,
    ...more.map((text) => `    ${" ".repeat(width)}  ${text}`),
  ];
}

const MAX_SAYINGS = 5;

function sayings({ notFor, readings, withoutSession }: RuleAccount): readonly string[] {
  if (notFor !== undefined) return [notFor];
  const said = new Set(readings.map(({ why }) => why));
  // Of many requirements it matters which one is meant.
  const texts =
    said.size <= 1
      ? [...said]
      : readings.map(({ action, resource, why }) => `${action} on ${resource}: ${why}`);
  const shown = texts.slice(0, MAX_SAYINGS);
  if (texts.length > shown.length) shown.push(`and ${texts.length - shown.length} more`);
  if (withoutSession !== undefined) shown.push(`no role session can be made: ${withoutSession}`);
  return shown;
}
