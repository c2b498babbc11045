import { malformed } from "../body.ts";

/** A piece of a PartiQL statement. */
export interface Token {
  /**
   * - `word`: unquoted, a keyword, a function or a name;
   * - `name`: a name in double quotes, without them;
   * - `value`: a text in single quotes, a number or `?`;
   * - `sign`: all else.
   */
  readonly kind: "word" | "name" | "value" | "sign";
  readonly text: string;
}

/** In characters: what DynamoDB takes (API reference, ExecuteStatement). */
const MAX_LENGTH = 8192;

/**
 * Without a choice for the matcher: each first character begins one kind of piece, or none. No letter follows a number,
 * and no second `-` a `-`, which would be a comment.
 */
const PIECES =
  /[ \t\r\n]+|'[^']*(?:''[^']*)*'|"[^"]*(?:""[^"]*)*"|[A-Za-z_][A-Za-z0-9_]*|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.'"])|<<|<[=>]?|>>|>=?|-(?!-)|[=+*.,:?()[\]{};]/gy;

const SPACE = /^[ \t\r\n]/;
const WORD = /^[A-Za-z_]/;
const VALUE = /^['\d?]/;

/**
 * Cuts a PartiQL statement into its pieces (developer guide, PartiQL for DynamoDB). There are no comments, no Ion
 * literals and no other signs than DynamoDB's operators have.
 *
 * @throws Refusal body-malformed
 */
export function tokensOf(statement: string): readonly Token[] {
  if (statement.length > MAX_LENGTH) throw malformed("a PartiQL statement that is too long");
  const pieces = statement.match(PIECES) ?? [];
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  if (length !== statement.length) throw malformed(`PartiQL that cannot be read from character ${length} on`);
  return pieces.filter((piece) => !SPACE.test(piece)).map(tokenOf);
}

function tokenOf(piece: string): Token {
  if (WORD.test(piece)) return { kind: "word", text: piece };
  if (VALUE.test(piece)) return { kind: "value", text: piece };
  if (piece.startsWith('"')) return { kind: "name", text: piece.slice(1, -1).replaceAll('""', '"') };
  return { kind: "sign", text: piece };
}
