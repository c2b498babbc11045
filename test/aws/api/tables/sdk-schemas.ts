/** What is known of the clients' runtime schemas (Smithy): kind, namespace, name, traits, and then by kind. */
export type Schema = readonly unknown[];

const LIST = 1;
const MAP = 2;
const STRUCTURE = 3;
const UNION = 4;

/** A schema of something with parts; of a simple kind, which is told by a number, nothing but that. */
function told(schema: unknown): Schema {
  const inner: unknown = typeof schema === "function" ? (schema as () => unknown)() : schema;
  return Array.isArray(inner) ? inner : [undefined, inner];
}

/** Of simple kinds: a list of what the number less this means. */
const LISTS = 64;
const MAPS = 128;

/** A member of a structure, and where in a request it goes if not in the body. */
export interface Member {
  readonly name: string;
  readonly schema: unknown;
  readonly header: string | undefined;
  readonly query: string | undefined;
}

/** The members of a structure or a union; none of anything else. */
export function membersOf(structure: unknown): readonly Member[] {
  const [kind, , , , names, schemas] = told(structure);
  if (kind !== STRUCTURE && kind !== UNION) return [];
  return (names as readonly string[]).map((name, i) => {
    const one: unknown = (schemas as Schema)[i];
    const [schema, traits] =
      Array.isArray(one) && one.length === 2 ? (one as Schema) : ([one, undefined] as const);
    const { httpHeader, httpQuery } = Object(traits) as Readonly<Record<string, string | undefined>>;
    return { name, schema, header: httpHeader?.toLowerCase(), query: httpQuery };
  });
}

/** A value of a schema, with the members that it demands. */
export function valueOf(schema: unknown): unknown {
  const [kind, simple, , , names, schemas, demanded = 0] = told(schema);
  if (kind === undefined) return simpleOf(Number(simple));
  if (kind === LIST) return [valueOf(names)];
  if (kind === MAP) return { a: valueOf(schemas) };
  const members = membersOf(schema).slice(0, kind === UNION ? 1 : Number(demanded));
  return members.length > 0 || kind === STRUCTURE
    ? Object.fromEntries(members.map((member) => [member.name, valueOf(member.schema)]))
    : valueOf(simple);
}

function simpleOf(kind: number): unknown {
  if (kind >= LISTS && kind < MAPS) return ["a"];
  return { 1: 1, 2: true, 4: new Date(0), 21: new Uint8Array(1), 42: new Uint8Array(1) }[kind] ?? "a";
}

/** The schema of a list's entries, or of a member that is none; undefined where it is not what a template takes it for. */
export function entryOf(schema: unknown, isList: boolean): unknown {
  const [kind, simple, , , entry] = told(schema);
  const ofSimple = kind === undefined && Number(simple) >= LISTS && Number(simple) < MAPS;
  if (isList) return ofSimple ? Number(simple) - LISTS : kind === LIST ? entry : undefined;
  return ofSimple || kind === LIST ? undefined : schema;
}
