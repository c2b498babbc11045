import { LocalError } from "../request.ts";

/** A value of a request or an answer, as JSON knows it. */
export type Member = unknown;

type Tree = Record<string, unknown>;

/**
 * Reads a form of the query protocol into the structure that its dotted names describe: `Tags.member.1.Key`, flattened
 * lists `Tag.1.Key`, and maps `Attributes.entry.1.key`.
 *
 * Source: Smithy, "AWS query protocol", "Collections" and "Map".
 *
 * @throws LocalError `MalformedQueryString` 400 where a name comes twice or stands for a value and more.
 */
export function readForm(body: Buffer): Readonly<Record<string, Member>> {
  const tree: Tree = branch();
  for (const [name, value] of new URLSearchParams(body.toString("utf8"))) put(tree, name, value);
  return listed(tree) as Readonly<Record<string, Member>>;
}

function put(tree: Tree, name: string, value: string): void {
  const steps = name.split(".");
  const last = steps.pop() ?? "";
  let at = tree;
  for (const step of steps) {
    const next = (at[step] ??= branch());
    if (typeof next !== "object") throw malformed(name);
    at = next as Tree;
  }
  if (at[last] !== undefined) throw malformed(name);
  at[last] = value;
}

/** Lists and maps in place of the branches that stand for them, from the leaves up. */
function listed(node: unknown): unknown {
  if (typeof node !== "object" || node === null) return node;
  const members = Object.entries(node).map(([name, value]) => [name, listed(value)] as const);
  const [[name, value] = [], ...others] = members;
  // Names that are whole numbers come in their order, whatever that of the form.
  if (members.length > 0 && members.every(([name]) => /^[1-9]\d*$/.test(name))) {
    return members.map(([, each]) => each);
  }
  if (others.length === 0 && Array.isArray(value)) {
    if (name === "member") return value;
    if (name === "entry") return mapOf(value as readonly Tree[]);
  }
  return Object.fromEntries(members);
}

/** A map of entries, each with `Name` or `key` and `Value` or `value`. */
export function mapOf(
  entries: readonly Readonly<Record<string, Member>>[],
): Readonly<Record<string, Member>> {
  return Object.fromEntries(
    entries.map((each) => [String(each["Name"] ?? each["key"]), each["Value"] ?? each["value"]]),
  );
}

/** Without a prototype: a form may name `__proto__`. */
function branch(): Tree {
  return Object.create(null) as Tree;
}

function malformed(name: string): LocalError {
  return new LocalError("MalformedQueryString", `${name} is given more than once`, 400);
}
