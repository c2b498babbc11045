import { isObject, own } from "../strict-json.ts";

/** Words and functions that an expression of one kind may hold, in lower case; in another place they are odd. */
interface Grammar {
  readonly words: ReadonlySet<string>;
  readonly functions: ReadonlySet<string>;
}

/** What is between names in each kind of expression (DynamoDB developer guide, expressions). */
export const GRAMMARS = {
  condition: {
    words: new Set(["and", "between", "in", "not", "or"]),
    functions: new Set([
      "attribute_exists",
      "attribute_not_exists",
      "attribute_type",
      "begins_with",
      "contains",
      "size",
    ]),
  },
  projection: { words: new Set<string>(), functions: new Set<string>() },
  update: {
    words: new Set(["add", "delete", "remove", "set"]),
    functions: new Set(["if_not_exists", "list_append"]),
  },
} as const satisfies Record<string, Grammar>;

/** A kind of expression. */
export type ExpressionKind = keyof typeof GRAMMARS;

/** All of them are reserved words of DynamoDB's, which no name may be. */
const WORDS: ReadonlySet<string> = new Set([...GRAMMARS.condition.words, ...GRAMMARS.update.words]);

/** What DynamoDB takes (developer guide, service quotas, expression parameters). */
const MAX_LENGTH = 4096;

/** Without a choice for the matcher: each character begins one kind of piece, or none. */
const PIECES = /[ \t\r\n]+|[#:]?[A-Za-z0-9_]+|<[=>]?|>=?|[()[\].,=+-]/g;
const SPACE = /^[ \t\r\n]/;
const DIGIT = /^\d/;
const NAME = /^[#A-Za-z_]/;

/** Cuts an expression into names, values with their `:`, words and signs; undefined where there is more in it. */
export function tokensOf(expression: unknown): readonly string[] | undefined {
  if (typeof expression !== "string" || expression.length > MAX_LENGTH) return undefined;
  const pieces = expression.match(PIECES) ?? [];
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  return length === expression.length ? pieces.filter((piece) => !SPACE.test(piece)) : undefined;
}

/** Whether a token may be the name of an attribute, or stand for one. */
export function isName(token: string | undefined): token is string {
  return token !== undefined && NAME.test(token) && !WORDS.has(token.toLowerCase());
}

/**
 * The attribute that a name means; undefined where it stands for none.
 *
 * @param names `ExpressionAttributeNames`
 */
export function attributeOf(name: string, names: unknown): string | undefined {
  if (!name.startsWith("#")) return name;
  const attribute = isObject(names) ? own(names, name) : undefined;
  return typeof attribute === "string" ? attribute : undefined;
}

/**
 * The top-level attributes that an expression names, in order and as often as it does; undefined where it is not certain
 * to be read as DynamoDB reads it.
 *
 * @param names `ExpressionAttributeNames`
 */
export function attributesIn(
  expression: unknown,
  names: unknown,
  kind: ExpressionKind,
): readonly string[] | undefined {
  const tokens = tokensOf(expression);
  if (tokens === undefined) return undefined;
  const grammar = GRAMMARS[kind];
  const attributes: string[] = [];
  let before: string | undefined;
  for (const [at, token] of tokens.entries()) {
    const place = placeOf(token, before, tokens[at + 1], grammar);
    before = token;
    if (place === "other") continue;
    const attribute = place === "attribute" ? attributeOf(token, names) : undefined;
    if (attribute === undefined) return undefined;
    attributes.push(attribute);
  }
  return attributes;
}

function placeOf(
  token: string,
  before: string | undefined,
  after: string | undefined,
  { words, functions }: Grammar,
): "attribute" | "other" | "odd" {
  if (DIGIT.test(token)) return before === "[" && after === "]" ? "other" : "odd";
  if (!NAME.test(token) || words.has(token.toLowerCase())) return "other";
  if (after === "(") return functions.has(token) ? "other" : "odd";
  if (!isName(token)) return "odd";
  return before === "." ? "other" : "attribute";
}
