/** A piece of a PartiQL statement. */
export interface PartiQlToken {
  /** `word` is a keyword or a name as it stands; `name` one in double quotes; `parameter` a question mark. */
  readonly kind: "word" | "name" | "string" | "number" | "parameter" | "symbol";
  /** Without its quotes; of a symbol the character itself. */
  readonly text: string;
  /** How many brackets of whatever kind are open around it; a bracket stands outside of itself. */
  readonly depth: number;
}

const PIECES = [
  /(?<space>\s+|--[^\n]*|\/\*[^]*?\*\/)/,
  /"(?<name>(?:[^"]|"")*)"/,
  /'(?<string>(?:[^']|'')*)'/,
  /(?<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)/,
  /(?<word>[A-Za-z_$][A-Za-z0-9_$]*)/,
  /(?<parameter>\?)/,
  /(?<open>[([{])/,
  /(?<close>[)\]}])/,
  /(?<symbol><<|>>|<=|>=|<>|!=|\|\||[=<>+*/%,.:;!-])/,
];
const PIECE = new RegExp(PIECES.map(({ source }) => source).join("|"), "y");
const KINDS = ["name", "string", "number", "word", "parameter", "symbol"] as const;
const CLOSES: Readonly<Record<string, string>> = { ")": "(", "]": "[", "}": "{" };

/**
 * Cuts a statement up; undefined where it cannot be, or where brackets do not match.
 *
 * Source: Amazon DynamoDB Developer Guide, "PartiQL - a SQL-compatible query language for Amazon DynamoDB".
 */
export function partiQlTokens(statement: string): readonly PartiQlToken[] | undefined {
  const tokens: PartiQlToken[] = [];
  const open: string[] = [];
  PIECE.lastIndex = 0;
  while (PIECE.lastIndex < statement.length) {
    const groups = PIECE.exec(statement)?.groups;
    if (groups === undefined) return undefined;
    const { open: opens, close: closes } = groups;
    if (closes !== undefined && open.pop() !== CLOSES[closes]) return undefined;
    const bracket = opens ?? closes;
    const kind = KINDS.find((name) => groups[name] !== undefined);
    if (bracket !== undefined) tokens.push({ kind: "symbol", text: bracket, depth: open.length });
    else if (kind !== undefined) tokens.push({ kind, text: textOf(kind, groups), depth: open.length });
    if (opens !== undefined) open.push(opens);
  }
  return open.length === 0 ? tokens : undefined;
}

function textOf(kind: (typeof KINDS)[number], groups: Readonly<Record<string, string | undefined>>): string {
  const text = groups[kind] ?? "";
  if (kind === "name") return text.replaceAll('""', '"');
  return kind === "string" ? text.replaceAll("''", "'") : text;
}
