import { Refusal } from "../../domain/refusal.ts";
import { malformed } from "../body.ts";
import type { Cursor } from "./partiql-cursor.ts";
import type { Token } from "./partiql-tokens.ts";

/** Words between operands (developer guide, PartiQL operators). */
const OPERATORS: ReadonlySet<string> = new Set(["and", "between", "in", "is", "not", "or"]);

/** Functions that take values and attributes, and no table (developer guide, PartiQL functions). */
const FUNCTIONS: ReadonlySet<string> = new Set([
  "attribute_type",
  "begins_with",
  "contains",
  "list_append",
  "missing",
  "set_add",
  "set_delete",
  "size",
]);

/** Words of PartiQL that begin something else than an expression; an attribute of that name stands in quotes. */
const RESERVED: ReadonlySet<string> = new Set(
  (
    "all any as asc at by case create cross delete desc distinct drop else end except exists from full group having " +
    "inner insert intersect into join lateral left let limit modified offset on order outer pivot remove replace " +
    "returning right select set some table then union unpivot update upsert using value values when where with"
  ).split(" "),
);

const CLOSING: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}", "<<": ">>" };
const CLOSERS: ReadonlySet<string> = new Set(Object.values(CLOSING));

/** Whether an unquoted word may be the name of a table or an attribute. */
export function isPlainName(word: string): boolean {
  return !OPERATORS.has(word.toLowerCase()) && !RESERVED.has(word.toLowerCase());
}

/**
 * Goes over an expression, which names attributes and no table, up to one of the words that may follow it, or to what
 * cannot belong to it. Between operands stands something, so that a word that Postern does not know joins nothing.
 *
 * @param ends words in lower case
 * @throws Refusal body-malformed, operation-unknown
 */
export function skipExpression(cursor: Cursor, ends: readonly string[]): void {
  const open: string[] = [];
  let before: Token | undefined;
  for (let token = cursor.peek(); token !== undefined; token = cursor.peek()) {
    if (open.length === 0 && isEnd(token, ends)) break;
    cursor.next();
    if (token.kind === "sign") follow(token.text, open);
    if (token.kind === "word") checkWord(token.text.toLowerCase(), cursor.peek());
    if (isOperand(before) && startsOperand(token, before))
      throw malformed("PartiQL with nothing between operands");
    before = token;
  }
  if (before === undefined || open.length > 0) throw malformed("PartiQL with an expression that has no end");
}

/** `)` closes what was opened before the expression, `;` ends the statement. */
function isEnd({ kind, text }: Token, ends: readonly string[]): boolean {
  if (kind === "sign") return text === ")" || text === ";";
  return kind === "word" && ends.includes(text.toLowerCase());
}

function follow(sign: string, open: string[]): void {
  const closing = CLOSING[sign];
  if (closing !== undefined) open.push(closing);
  else if (sign === ";" || (CLOSERS.has(sign) && open.pop() !== sign))
    throw malformed(`PartiQL with ${sign} out of place`);
}

/** A word before `(` is a function that is known, or an operator. */
function checkWord(word: string, after: Token | undefined): void {
  if (RESERVED.has(word)) {
    throw new Refusal("operation-unknown", { detail: `PartiQL with ${word} within an expression` });
  }
  const calls = after?.kind === "sign" && after.text === "(";
  if (calls && !FUNCTIONS.has(word) && !OPERATORS.has(word)) {
    throw new Refusal("operation-unknown", { detail: `PartiQL with the function ${word}` });
  }
}

function isOperand(token: Token | undefined): boolean {
  if (token?.kind === "sign") return CLOSERS.has(token.text);
  return token !== undefined && !isOperator(token);
}

/** `[` and the `(` of a function go on with what stands before them. */
function startsOperand(token: Token, before: Token | undefined): boolean {
  if (token.kind !== "sign") return !isOperator(token);
  if (token.text === "(") return before?.kind !== "word";
  return token.text === "{" || token.text === "<<";
}

function isOperator({ kind, text }: Token): boolean {
  return kind === "word" && OPERATORS.has(text.toLowerCase());
}
