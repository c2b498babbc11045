import type { AttributeValue } from "./engine.ts";
import { validationException } from "./faults.ts";
import { notWellFormed } from "./partiql-tokens.ts";
import type { Token } from "./partiql-tokens.ts";
import type { Operand, Path } from "./partiql-statement.ts";

/** Goes over the tokens of a statement, and fills its parameters in. */
export interface Reader {
  readonly peek: () => Token;
  readonly next: () => Token;
  /** Takes a keyword or a sign, if it is what comes; case does not matter. */
  readonly take: (word: string) => boolean;
  /** @throws DynamoDbFault ValidationException when something else comes */
  readonly expect: (word: string) => void;
  /** The value that the next `?` stands for. @throws DynamoDbFault ValidationException */
  readonly parameter: () => AttributeValue;
  /** Whether each parameter was asked for. */
  readonly isSpent: () => boolean;
}

/** Makes one that stands at the first token. */
export function createReader(tokens: readonly Token[], parameters: readonly AttributeValue[]): Reader {
  let at = 0;
  let filled = 0;
  const peek = (): Token => tokens[at] ?? { kind: "end", value: "" };
  const take = (word: string): boolean => {
    const { kind, value } = peek();
    const isThat = (kind === "word" || kind === "sign") && value.toUpperCase() === word.toUpperCase();
    if (isThat) at++;
    return isThat;
  };
  return {
    peek,
    next: () => {
      const token = peek();
      at++;
      return token;
    },
    take,
    expect: (word) => {
      if (!take(word)) throw notWellFormed(`expected ${word} at "${peek().value}"`);
    },
    parameter: () => {
      const value = parameters[filled++];
      if (value === undefined)
        throw validationException("Number of parameters in request and statement don't match.");
      return value;
    },
    isSpent: () => filled === parameters.length,
  };
}

/** A list of at least one, parted by commas. */
export function readList<T>(reader: Reader, read: (reader: Reader) => T): readonly T[] {
  const list = [read(reader)];
  while (reader.take(",")) list.push(read(reader));
  return list;
}

/** A path: `a.b[0]."c d"`. */
export function readPath(reader: Reader): Path {
  const path: (string | number)[] = [readName(reader)];
  for (;;) {
    if (reader.take(".")) path.push(readName(reader));
    else if (reader.take("[")) {
      path.push(Number(reader.next().value));
      reader.expect("]");
    } else return path;
  }
}

/** A name, with quotes or without. */
export function readName(reader: Reader): string {
  const { kind, value } = reader.next();
  if (kind === "word" || kind === "quoted") return value;
  throw notWellFormed(`expected a name at "${value}"`);
}

/** A path or a value. */
export function readOperand(reader: Reader): Operand {
  const { kind, value } = reader.peek();
  const isValue =
    kind === "text" || kind === "number" || kind === "sign" || LITERALS.has(value.toUpperCase());
  return isValue && kind !== "quoted"
    ? { kind: "value", value: readValue(reader) }
    : { kind: "path", path: readPath(reader) };
}

/** A value: a literal, a list, a set, a map, or `?`. */
export function readValue(reader: Reader): AttributeValue {
  if (reader.take("?")) return reader.parameter();
  if (reader.take("{")) return { M: readMap(reader) };
  if (reader.take("[")) return { L: readUntil(reader, "]") };
  if (reader.take("<<")) return asSet(readUntil(reader, ">>"));
  const sign = reader.take("-") ? "-" : "";
  const { kind, value } = reader.next();
  if (kind === "number") return { N: sign + value };
  if (kind === "text" && sign === "") return { S: value };
  const literal = kind === "word" ? LITERALS.get(value.toUpperCase()) : undefined;
  if (literal === undefined) throw notWellFormed(`expected a value at "${value}"`);
  return literal;
}

const LITERALS: ReadonlyMap<string, AttributeValue> = new Map([
  ["TRUE", { BOOL: true }],
  ["FALSE", { BOOL: false }],
  ["NULL", { NULL: true }],
]);

/** The members of a map whose brace is open. */
function readMap(reader: Reader): Record<string, AttributeValue> {
  const members: Record<string, AttributeValue> = {};
  if (reader.take("}")) return members;
  do {
    const { kind, value } = reader.next();
    if (kind !== "text" && kind !== "quoted") throw notWellFormed(`expected a name at "${value}"`);
    reader.expect(":");
    members[value] = readValue(reader);
  } while (reader.take(","));
  reader.expect("}");
  return members;
}

function readUntil(reader: Reader, end: string): readonly AttributeValue[] {
  if (reader.take(end)) return [];
  const values = readList(reader, readValue);
  reader.expect(end);
  return values;
}

function asSet(values: readonly AttributeValue[]): AttributeValue {
  const type = ["S", "N", "B"].find((each) => values.every((value) => each in value));
  if (type === undefined || values.length === 0) throw notWellFormed("a set has values of one type");
  return { [`${type}S`]: values.map((value) => value[type]) };
}
