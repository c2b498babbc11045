import { partiQlTokens } from "./partiql-tokens.ts";
import type { PartiQlToken } from "./partiql-tokens.ts";

/** What a PartiQL statement does, and to what. */
export interface PartiQlStatement {
  readonly verb: "Select" | "Insert" | "Update" | "Delete";
  /** Only asks whether the item is there as a condition of a transaction. */
  readonly exists: boolean;
  /** As the statement writes it. */
  readonly table: string;
  readonly index: string | undefined;
  /** What stands before the table: what is selected. */
  readonly head: readonly PartiQlToken[];
  /** What stands behind it: the item, the changes, the condition. */
  readonly tail: readonly PartiQlToken[];
}

/** Verb → the words before the table, and what may come next behind it; nothing may, where that is allowed. */
const FORMS: Readonly<
  Record<PartiQlStatement["verb"], { readonly next: readonly string[]; readonly mayEnd: boolean }>
> = {
  Select: { next: ["WHERE", "ORDER"], mayEnd: true },
  Insert: { next: ["VALUE"], mayEnd: false },
  Update: { next: ["SET", "REMOVE"], mayEnd: false },
  Delete: { next: ["WHERE", "RETURNING"], mayEnd: true },
};
const VERBS: ReadonlyMap<string, PartiQlStatement["verb"]> = new Map([
  ["SELECT", "Select"],
  ["INSERT", "Insert"],
  ["UPDATE", "Update"],
  ["DELETE", "Delete"],
]);

/** Words that may begin another statement inside of one, or name another table. */
const NESTING: ReadonlySet<string> = new Set([
  "SELECT",
  "INSERT",
  "UPDATE",
  "DELETE",
  "FROM",
  "JOIN",
  "EXISTS",
]);

/** Reads a statement about one table or index; undefined for anything else. */
export function readStatement(statement: string): PartiQlStatement | undefined {
  const tokens = partiQlTokens(statement);
  if (tokens === undefined) return undefined;
  const whole = tokens.at(-1)?.text === ";" ? tokens.slice(0, -1) : tokens;
  if (!isWord(whole[0], "EXISTS")) return readPlain(whole, false);
  const inner = whole.slice(2, -1);
  const isWrapped =
    whole[1]?.text === "(" && whole.at(-1)?.text === ")" && inner.every((one) => one.depth > 0);
  if (!isWrapped || !isWord(inner[0], "SELECT")) return undefined;
  return readPlain(
    inner.map((one) => ({ ...one, depth: one.depth - 1 })),
    true,
  );
}

function readPlain(tokens: readonly PartiQlToken[], exists: boolean): PartiQlStatement | undefined {
  const verb = VERBS.get(tokens[0]?.kind === "word" ? tokens[0].text.toUpperCase() : "");
  const at = verb === undefined ? undefined : tableAt(verb, tokens);
  if (verb === undefined || at === undefined) return undefined;
  const path = readPath(tokens.slice(at));
  if (path === undefined) return undefined;
  const head = tokens.slice(1, at - 1);
  const tail = withoutAlias(verb, tokens.slice(at + path.length));
  if (!isTail(verb, tail) || [...head, ...tail].some((one) => NESTING.has(keyword(one)))) return undefined;
  if (verb === "Select" && head.length === 0) return undefined;
  return { verb, exists, table: path.table, index: path.index, head: verb === "Select" ? head : [], tail };
}

/** Where the name of the table is to be. */
function tableAt(verb: PartiQlStatement["verb"], tokens: readonly PartiQlToken[]): number | undefined {
  if (verb === "Update") return 1;
  if (verb === "Insert") return isWord(tokens[1], "INTO") ? 2 : undefined;
  if (verb === "Delete") return isWord(tokens[1], "FROM") ? 2 : undefined;
  const from = tokens.findIndex((one) => isWord(one, "FROM") && one.depth === 0);
  return from < 0 ? undefined : from + 1;
}

/** `table` or `table.index`, each a word or a name in quotes. */
function readPath(
  tokens: readonly PartiQlToken[],
): { readonly table: string; readonly index: string | undefined; readonly length: number } | undefined {
  const [table, dot, index] = tokens;
  if (!isName(table)) return undefined;
  if (dot?.text !== "." || dot.kind !== "symbol") return { table: table.text, index: undefined, length: 1 };
  return isName(index) ? { table: table.text, index: index.text, length: 3 } : undefined;
}

/** `FROM t AS x` and `FROM t x` are the same table. */
function withoutAlias(
  verb: PartiQlStatement["verb"],
  tail: readonly PartiQlToken[],
): readonly PartiQlToken[] {
  if (verb !== "Select") return tail;
  if (isWord(tail[0], "AS")) return isName(tail[1]) ? tail.slice(2) : tail;
  return isName(tail[0]) && !FORMS.Select.next.includes(keyword(tail[0])) ? tail.slice(1) : tail;
}

function isTail(verb: PartiQlStatement["verb"], tail: readonly PartiQlToken[]): boolean {
  const { next, mayEnd } = FORMS[verb];
  const [first] = tail;
  if (tail.some(({ kind, text }) => kind === "symbol" && text === ";")) return false;
  return first === undefined ? mayEnd : next.includes(keyword(first));
}

function isName(token: PartiQlToken | undefined): token is PartiQlToken {
  return token?.kind === "word" || token?.kind === "name";
}

function isWord(token: PartiQlToken | undefined, word: string): boolean {
  return token !== undefined && keyword(token) === word;
}

/** A word in capitals; empty for what is no word. */
function keyword({ kind, text }: PartiQlToken): string {
  return kind === "word" ? text.toUpperCase() : "";
}
