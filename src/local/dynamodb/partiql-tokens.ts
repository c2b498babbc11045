import { validationException } from "./faults.ts";

/** A piece of a PartiQL statement; keywords are words too. */
export interface Token {
  readonly kind: "word" | "quoted" | "text" | "number" | "sign" | "end";
  /** What it stands for: quotes are gone. */
  readonly value: string;
}

const PATTERN =
  /\s+|(?<quoted>"(?:[^"]|"")*")|(?<text>'(?:[^']|'')*')|(?<number>(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?)|(?<word>[A-Za-z_]\w*)|(?<sign><<|>>|<=|>=|<>|!=|[-+=<>(){}[\],:.*?])/y;

/**
 * Cuts a statement up.
 *
 * @throws DynamoDbFault ValidationException
 */
export function tokensOf(statement: string): readonly Token[] {
  const tokens: Token[] = [];
  const pattern = new RegExp(PATTERN);
  while (pattern.lastIndex < statement.length) {
    const at = pattern.lastIndex;
    const groups = pattern.exec(statement)?.groups;
    if (groups === undefined) throw notWellFormed(`unexpected character at position ${at + 1}`);
    const [kind, value] = Object.entries(groups).find(([, found]) => found !== undefined) ?? [];
    if (kind !== undefined) tokens.push({ kind: kind as Token["kind"], value: unquoted(kind, value ?? "") });
  }
  return [...tokens, { kind: "end", value: "" }];
}

/** The refusal of a statement that nobody can read. */
export function notWellFormed(why: string): Error {
  return validationException(`Statement wasn't well formed, can't be processed: ${why}`);
}

function unquoted(kind: string, value: string): string {
  if (kind === "quoted") return value.slice(1, -1).replaceAll('""', '"');
  return kind === "text" ? value.slice(1, -1).replaceAll("''", "'") : value;
}
