import { Refusal } from "../../domain/refusal.ts";
import { malformed } from "../body.ts";
import { type Cursor, cursorOver } from "./partiql-cursor.ts";
import { isPlainName, skipExpression } from "./partiql-expression.ts";

/** What a statement in PartiQL does. */
export type Verb = "select" | "insert" | "update" | "delete";

/** What is read from a statement in PartiQL: all that it touches. */
export interface Statement {
  readonly verb: Verb;
  /** The table's name as it is written, which may be an ARN. */
  readonly table: string;
  /** Of a `SELECT`. */
  readonly index: string | undefined;
  /** Whether the `SELECT` stands in `EXISTS`, which is a condition of a transaction. */
  readonly exists: boolean;
}

type Named = Pick<Statement, "table" | "index">;

/** A clause after the table, by its verb (developer guide, PartiQL statements). */
const READERS: Readonly<Record<Verb, (cursor: Cursor) => Named>> = {
  select: readSelect,
  insert: readInsert,
  update: readUpdate,
  delete: readDelete,
};

/**
 * Reads one statement of PartiQL as DynamoDB takes it: one table, no joins, no queries within. What could be more than
 * that, or is not known, is refused; DynamoDB looks at the rest.
 *
 * @throws Refusal body-malformed, operation-unknown
 */
export function readStatement(text: string): Statement {
  const cursor = cursorOver(text);
  const exists = cursor.take("exists") !== undefined;
  if (exists) cursor.expect("(");
  const verb = exists ? cursor.expect("select") : cursor.take(...Object.keys(READERS));
  if (!isVerb(verb))
    throw new Refusal("operation-unknown", { detail: "PartiQL of another kind of statement" });
  const { table, index } = READERS[verb](cursor);
  if (exists) cursor.expect(")");
  cursor.take(";");
  if (cursor.peek() !== undefined) throw malformed("PartiQL that goes on after its end");
  return { verb, table, index, exists };
}

function isVerb(word: string | undefined): word is Verb {
  return word !== undefined && Object.hasOwn(READERS, word);
}

/** `SELECT … FROM table[.index] [WHERE …] [ORDER BY … [ASC|DESC], …]` */
function readSelect(cursor: Cursor): Named {
  skipExpression(cursor, ["from"]);
  cursor.expect("from");
  const named = readTable(cursor);
  if (cursor.take("where") !== undefined) skipExpression(cursor, ["order"]);
  if (cursor.take("order") === undefined) return named;
  cursor.expect("by");
  do skipExpression(cursor, ["asc", "desc"]);
  while (cursor.take("asc", "desc") !== undefined && cursor.take(",") !== undefined);
  return named;
}

/** `INSERT INTO table VALUE item` */
function readInsert(cursor: Cursor): Named {
  cursor.expect("into");
  const named = readTableAlone(cursor);
  cursor.expect("value");
  skipExpression(cursor, []);
  return named;
}

/** `UPDATE table SET|REMOVE … [SET|REMOVE …] WHERE … [RETURNING …]` */
function readUpdate(cursor: Cursor): Named {
  const named = readTableAlone(cursor);
  cursor.expect("set", "remove");
  do skipExpression(cursor, ["set", "remove", "where"]);
  while (cursor.take("set", "remove") !== undefined);
  cursor.expect("where");
  skipExpression(cursor, ["returning"]);
  skipReturning(cursor);
  return named;
}

/** `DELETE FROM table WHERE … [RETURNING …]` */
function readDelete(cursor: Cursor): Named {
  cursor.expect("from");
  const named = readTableAlone(cursor);
  cursor.expect("where");
  skipExpression(cursor, ["returning"]);
  skipReturning(cursor);
  return named;
}

/** `RETURNING ALL|MODIFIED OLD|NEW *` */
function skipReturning(cursor: Cursor): void {
  if (cursor.take("returning") === undefined) return;
  cursor.expect("all", "modified");
  cursor.expect("old", "new");
  cursor.expect("*");
}

/** Items are written to a table, never to an index. */
function readTableAlone(cursor: Cursor): Named {
  const named = readTable(cursor);
  if (named.index !== undefined) throw malformed("PartiQL that writes to an index");
  return named;
}

/** Beside an index both names stand in quotes: without them the dot might be of one name. */
function readTable(cursor: Cursor): Named {
  const token = cursor.next();
  const isName = token?.kind === "name" || (token?.kind === "word" && isPlainName(token.text));
  if (token === undefined || !isName) throw malformed("PartiQL without a table where one belongs");
  if (cursor.take(".") === undefined) return { table: token.text, index: undefined };
  const index = cursor.next();
  if (token.kind !== "name" || index?.kind !== "name")
    throw malformed("PartiQL with an index without quotes");
  return { table: token.text, index: index.text };
}
