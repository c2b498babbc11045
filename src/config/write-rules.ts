import { Document, isCollection, type Pair, visit } from "yaml";
import { asWritten } from "../policy/conditions/upstreams.ts";
import type { Suggested } from "../policy/suggest/suggest.ts";

/** Longer lists stand an item a line. */
const MAX_IN_A_LINE = 3;

/** What is written in a line where it is short. */
const IN_A_LINE: ReadonlySet<string> = new Set(["who", "allow", "on", "upstreams"]);

/** As deep as rules stand in a configuration. */
const INDENT = "    ";

/**
 * Rules as YAML to paste under `policy.rules`, with their notes as comments. It is read back as the very same rules, and
 * holds no character that a terminal or an editor could take for more than text.
 *
 * @param head what to say before the first rule, a line each
 */
export function writeRules(suggested: readonly Suggested[], head: readonly string[] = []): string {
  const rules = suggested.map(({ rule, notes }) => [...notes.map(comment), yamlOf(rule)].join(""));
  const text = [...head.map(comment), ...rules].join("");
  return text.replaceAll(/^(?=.)/gm, INDENT);
}

/** Controls, formatting, halves of pairs, and what some take for the end of a line; not the end of a line itself. */
const UNPRINTABLE = /[^\P{C}\n]|[\u2028\u2029]/gu;

/** What needs no escapes. */
const PLAIN = /^[^\p{C}\u2028\u2029]*$/u;

function comment(text: string): string {
  return `# ${escaped(text.replaceAll("\n", "\\n"))}\n`;
}

function yamlOf(rule: Suggested["rule"]): string {
  const document = new Document([asWritten(rule)], { aliasDuplicateObjects: false, keepUndefined: false });
  visit(document, {
    Scalar: (_, scalar) => {
      if (typeof scalar.value === "string" && !PLAIN.test(scalar.value)) scalar.type = "QUOTE_DOUBLE";
    },
    Pair: (_, pair) => inALine(pair),
  });
  return escaped(document.toString({ lineWidth: 0, doubleQuotedMinMultiLineLength: Infinity }));
}

function inALine({ key, value }: Pair): void {
  const isShort = isCollection(value) && value.items.length <= MAX_IN_A_LINE;
  if (isShort && IN_A_LINE.has(String(key))) value.flow = true;
}

function escaped(text: string): string {
  return text.replaceAll(UNPRINTABLE, (char) =>
    Array.from({ length: char.length }, (_, i) => `\\u${hex(char.charCodeAt(i))}`).join(""),
  );
}

function hex(code: number): string {
  return code.toString(16).padStart(4, "0");
}
