import type { RuleAccount } from "../policy/explanation.ts";

/** Wider names keep their text beside them, out of line. */
const MAX_WIDTH = 40;

/** Of the rules in a section that have nothing to do with the request. */
const MAX_RULES = 20;

/** What each rule says: first those about the caller, then those about others. Nothing where no rule was asked. */
export function rulesInWords(rules: readonly RuleAccount[]): readonly string[] {
  const width = Math.min(MAX_WIDTH, Math.max(0, ...rules.map(({ rule }) => rule.length)));
  const own = rules.filter(({ notFor }) => notFor === undefined);
  const others = rules.filter(({ notFor }) => notFor !== undefined);
  const legend = own.some(({ verdict }) => verdict === "decides") ? " (* decides)" : "";
  return [
    ...section(`Rules about this caller${legend}`, own, width),
    ...section("Rules about others", others, width),
  ];
}

function section(title: string, rules: readonly RuleAccount[], width: number): readonly string[] {
  if (rules.length === 0) return [];
  let idle = 0;
  const shown = rules.filter(({ verdict }) => verdict !== "no" || ++idle <= MAX_RULES);
  const left = rules.length - shown.length;
  return [
    "",
    `  ${title}`,
    ...shown.flatMap((rule) => linesOf(rule, width)),
    ...(left === 0 ? [] : [`    and ${left} more, which --json tells`]),
  ];
}

function linesOf(account: RuleAccount, width: number): readonly string[] {
  const [first = "", ...more] = sayings(account);
  const mark = account.verdict === "decides" ? "*" : " ";
  return [
    `  ${mark} ${account.rule.padEnd(width)}  ${first}`,
    ...more.map((text) => `    ${" ".repeat(width)}  ${text}`),
  ];
}

/** Of a rule about a request that needs many things. */
const MAX_SAYINGS = 6;

function sayings({ notFor, readings, withoutSession }: RuleAccount): readonly string[] {
  if (notFor !== undefined) return [ofRule(notFor)];
  const said = new Set(readings.map(({ why }) => ofRule(why)));
  // Where it says several things it matters of what.
  const texts =
    said.size <= 1
      ? [...said]
      : readings.map(({ action, resource, why }) => `${action} on ${resource}: ${ofRule(why)}`);
  const shown = texts.slice(0, MAX_SAYINGS);
  if (texts.length > shown.length) shown.push(`and ${texts.length - shown.length} more`);
  if (withoutSession !== undefined) shown.push(`but no role session can be made: ${withoutSession}`);
  return shown;
}

/** The rule's name stands before it. */
function ofRule(text: string): string {
  return text.replace(/^it /, "");
}
