import type { PartiQlStatement } from "./partiql-statement.ts";
import type { PartiQlToken } from "./partiql-tokens.ts";

/** Words that are never attributes unless they are in quotes. */
const WORDS: ReadonlySet<string> = new Set(
  `AND OR NOT IN BETWEEN IS MISSING NULL TRUE FALSE WHERE ORDER BY ASC DESC SET REMOVE VALUE RETURNING ALL MODIFIED OLD
  NEW AS DISTINCT`.split(/\s+/),
);

/** A token, and what it is worth as a key: a literal its text, a parameter what was given for it. */
interface Valued extends PartiQlToken {
  readonly value: string | undefined;
}

/**
 * Values that a statement holds the partition key to, each once: `dynamodb:LeadingKeys`.
 *
 * None, where it reaches items of other partitions as well, or may: conditions in brackets are not looked into.
 */
export function statementKeys(
  { verb, head, tail }: PartiQlStatement,
  partitionKey: string,
  parameters: readonly unknown[],
): readonly string[] {
  const tokens = valued([...head, ...tail], parameters).slice(head.length);
  if (verb === "Insert") return given(insertedValue(tokens, partitionKey));
  const alternatives = split(conditionOf(tokens), "OR").map((alternative) =>
    split(alternative, "AND").flatMap((condition) => heldValues(condition, partitionKey)),
  );
  return alternatives.some((keys) => keys.length === 0) ? [] : [...new Set(alternatives.flat())];
}

/** Attributes that a statement names at the top of an item: `dynamodb:Attributes`. */
export function statementAttributes({ verb, head, tail }: PartiQlStatement): readonly string[] {
  const tokens = [...head, ...tail];
  const names = tokens.filter((token, at) => {
    const before = tokens[at - 1]?.text;
    const after = tokens[at + 1]?.text;
    if (verb === "Insert") return token.depth === 1 && after === ":" && token.kind !== "symbol";
    if (token.kind === "name") return before !== ".";
    return token.kind === "word" && before !== "." && after !== "(" && !WORDS.has(token.text.toUpperCase());
  });
  return [...new Set(names.map(({ text }) => text))];
}

function valued(tokens: readonly PartiQlToken[], parameters: readonly unknown[]): readonly Valued[] {
  let next = 0;
  return tokens.map((token) => {
    const { kind, text } = token;
    if (kind === "string" || kind === "number") return { ...token, value: text };
    return { ...token, value: kind === "parameter" ? plain(parameters[next++]) : undefined };
  });
}

/** `{'pk': value, …}`. */
function insertedValue(tokens: readonly Valued[], partitionKey: string): string | undefined {
  const at = tokens.findIndex(
    ({ kind, text, depth }, index) =>
      depth === 1 &&
      text === partitionKey &&
      (kind === "string" || kind === "name") &&
      tokens[index + 1]?.text === ":",
  );
  const isWhole = [",", "}"].includes(tokens[at + 3]?.text ?? "");
  return at >= 0 && isWhole ? tokens[at + 2]?.value : undefined;
}

/** What stands behind WHERE. */
function conditionOf(tokens: readonly Valued[]): readonly Valued[] {
  const from = tokens.findIndex((token) => isWord(token, "WHERE"));
  const rest = from < 0 ? [] : tokens.slice(from + 1);
  const end = rest.findIndex((token) => isWord(token, "ORDER") || isWord(token, "RETURNING"));
  return end < 0 ? rest : rest.slice(0, end);
}

/** The parts between a word; what stands in brackets is whole. */
function split(tokens: readonly Valued[], word: string): readonly (readonly Valued[])[] {
  const parts: Valued[][] = [[]];
  for (const token of tokens) {
    if (isWord(token, word)) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts;
}

/** `pk = value`, `value = pk` or `pk IN [value, …]`, and nothing else. */
function heldValues(condition: readonly Valued[], partitionKey: string): readonly string[] {
  const [first, operator, last] = condition;
  if (first === undefined || operator === undefined || last === undefined) return [];
  if (isKey(first) && isWord(operator, "IN")) return listed(condition.slice(2));
  if (condition.length !== 3 || operator.text !== "=") return [];
  if (isKey(first)) return given(last.value);
  return isKey(last) ? given(first.value) : [];

  function isKey({ kind, text }: Valued): boolean {
    return (kind === "name" || kind === "word") && text === partitionKey;
  }
}

/** All of a list, or none of it where one of its members cannot be told. */
function listed(list: readonly Valued[]): readonly string[] {
  const members = list.slice(1, -1).filter(({ text, kind }) => kind !== "symbol" || text !== ",");
  const values = members.flatMap(({ value }) => given(value));
  return values.length === members.length ? values : [];
}

function isWord({ kind, text, depth }: PartiQlToken, word: string): boolean {
  return kind === "word" && depth === 0 && text.toUpperCase() === word;
}

function given(value: string | undefined): readonly string[] {
  return value === undefined ? [] : [value];
}

/** A parameter as IAM sees it: a string, a number's digits, or base64. */
function plain(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { S, N, B } = value as Readonly<Record<string, unknown>>;
  const found = S ?? N ?? B;
  return typeof found === "string" ? found : undefined;
}
