import type { AttributeValue } from "./engine.ts";
import { validationException } from "./faults.ts";
import { createReader, readList, readName, readOperand, readPath, readValue } from "./partiql-reader.ts";
import type { Reader } from "./partiql-reader.ts";
import { notWellFormed, tokensOf } from "./partiql-tokens.ts";
import type { Assignment, Condition, From, Path, Statement } from "./partiql-statement.ts";

const COMPARATORS = { "=": "=", "<>": "<>", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">=" } as const;
const FUNCTIONS = ["begins_with", "contains"];

/**
 * Reads a statement of PartiQL as DynamoDB has it: one table, no joins, no functions but `begins_with` and `contains`.
 *
 * @throws DynamoDbFault ValidationException
 */
export function parsePartiQl(text: string, parameters: readonly AttributeValue[]): Statement {
  const reader = createReader(tokensOf(text), parameters);
  const statement = readStatement(reader);
  if (reader.peek().kind !== "end") throw notWellFormed(`unexpected "${reader.peek().value}"`);
  if (!reader.isSpent())
    throw validationException("Number of parameters in request and statement don't match.");
  return statement;
}

function readStatement(reader: Reader): Statement {
  if (reader.take("SELECT")) return readSelect(reader);
  if (reader.take("INSERT")) return readInsert(reader);
  if (reader.take("UPDATE")) return readUpdate(reader);
  if (reader.take("DELETE")) return readDelete(reader);
  if (reader.take("EXISTS")) return readExists(reader);
  throw notWellFormed(`unexpected "${reader.peek().value}"`);
}

function readSelect(reader: Reader): Statement & { readonly kind: "select" } {
  const paths = reader.take("*") ? [] : readList(reader, readPath);
  reader.expect("FROM");
  const from = readFrom(reader);
  const where = readWhere(reader);
  let order: { path: Path; descending: boolean } | undefined;
  if (reader.take("ORDER")) {
    reader.expect("BY");
    const path = readPath(reader);
    order = { path, descending: !reader.take("ASC") && reader.take("DESC") };
  }
  return { kind: "select", from, paths, where, order };
}

function readExists(reader: Reader): Statement {
  reader.expect("(");
  reader.expect("SELECT");
  const { from, where } = readSelect(reader);
  reader.expect(")");
  return { kind: "exists", from, where };
}

function readInsert(reader: Reader): Statement {
  reader.expect("INTO");
  const from = readFrom(reader);
  reader.expect("VALUE");
  const { M } = readValue(reader);
  if (typeof M !== "object" || M === null) throw notWellFormed("what is inserted must be a map");
  return { kind: "insert", from, item: M as Readonly<Record<string, AttributeValue>> };
}

function readUpdate(reader: Reader): Statement {
  const from = readFrom(reader);
  const set: Assignment[] = [];
  const remove: Path[] = [];
  for (;;) {
    if (reader.take("SET")) set.push(...readList(reader, readAssignment));
    else if (reader.take("REMOVE")) remove.push(...readList(reader, readPath));
    else break;
  }
  if (set.length + remove.length === 0) throw notWellFormed("an update needs SET or REMOVE");
  return { kind: "update", from, set, remove, where: readWhere(reader), returning: readReturning(reader) };
}

function readDelete(reader: Reader): Statement {
  reader.expect("FROM");
  const from = readFrom(reader);
  return { kind: "delete", from, where: readWhere(reader), returning: readReturning(reader) };
}

function readFrom(reader: Reader): From {
  const table = readName(reader);
  return reader.take(".") ? { table, index: readName(reader) } : { table };
}

function readAssignment(reader: Reader): Assignment {
  const path = readPath(reader);
  reader.expect("=");
  const left = readOperand(reader);
  for (const sign of ["+", "-"] as const)
    if (reader.take(sign)) return { path, left, sum: { sign, right: readOperand(reader) } };
  return { path, left };
}

/** `RETURNING ALL OLD *` → `ALL_OLD`. */
function readReturning(reader: Reader): string | undefined {
  if (!reader.take("RETURNING")) return undefined;
  const which = reader.next().value.toUpperCase();
  const age = reader.next().value.toUpperCase();
  reader.expect("*");
  return `${which === "MODIFIED" ? "UPDATED" : which}_${age}`;
}

function readWhere(reader: Reader): Condition | undefined {
  return reader.take("WHERE") ? readOr(reader) : undefined;
}

function readOr(reader: Reader): Condition {
  const parts = [readAnd(reader)];
  while (reader.take("OR")) parts.push(readAnd(reader));
  return joined("or", parts);
}

function readAnd(reader: Reader): Condition {
  const parts = [readTerm(reader)];
  while (reader.take("AND")) parts.push(readTerm(reader));
  return joined("and", parts);
}

function joined(kind: "and" | "or", parts: readonly Condition[]): Condition {
  const [only, ...others] = parts;
  return only !== undefined && others.length === 0 ? only : { kind, parts };
}

function readTerm(reader: Reader): Condition {
  if (reader.take("NOT")) return { kind: "not", part: readTerm(reader) };
  if (reader.take("(")) {
    const inner = readOr(reader);
    reader.expect(")");
    return inner;
  }
  const name = FUNCTIONS.find((known) => reader.take(known));
  return name === undefined ? readPredicate(reader, readPath(reader)) : readFunction(reader, name);
}

function readFunction(reader: Reader, name: string): Condition {
  reader.expect("(");
  const path = readPath(reader);
  reader.expect(",");
  const operand = readOperand(reader);
  reader.expect(")");
  return { kind: "function", name, path, operand };
}

function readPredicate(reader: Reader, path: Path): Condition {
  if (reader.take("BETWEEN")) {
    const low = readOperand(reader);
    reader.expect("AND");
    return { kind: "between", path, low, high: readOperand(reader) };
  }
  if (reader.take("IN")) {
    const end = reader.take("(") ? ")" : "]";
    if (end === "]") reader.expect("[");
    const operands = readList(reader, readOperand);
    reader.expect(end);
    return { kind: "in", path, operands };
  }
  if (reader.take("IS")) {
    const isNot = reader.take("NOT");
    reader.expect("MISSING");
    const missing: Condition = { kind: "missing", path };
    return isNot ? { kind: "not", part: missing } : missing;
  }
  for (const [sign, comparator] of Object.entries(COMPARATORS))
    if (reader.take(sign)) return { kind: "compare", path, comparator, operand: readOperand(reader) };
  throw notWellFormed(`expected a comparison at "${reader.peek().value}"`);
}
