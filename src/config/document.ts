import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type YAMLMap,
} from "yaml";
import type { Found, Path } from "./problem.ts";

/** A YAML text as plain values, with all in it that a reader could take for something else. */
export interface Document {
  /** Maps, lists and scalars. What could not be read is null, and a problem stands at its path. */
  readonly value: unknown;
  readonly problems: readonly Found[];
  /** Whether the text is no YAML 1.2: then it has no value, and nothing more can be said of it. */
  readonly broken: boolean;
  /** Line and column of a place, both from one. A path that is not there stands where the nearest above it does. */
  readonly place: (found: Pick<Found, "path" | "offset">) => {
    readonly line: number;
    readonly column: number;
  };
}

type Yaml = ReturnType<typeof parseDocument>;

/** Of one mistake YAML's parser may find hundreds; people mend the first and look again. */
const MAX_SYNTAX_ERRORS = 5;

/**
 * Reads one document of YAML 1.2. Keys are text. Aliases, anchors, tags, merge keys, doubled keys and directives are
 * problems: whoever reads the file must see what it says where it says it.
 */
export function readDocument(text: string): Document {
  const lines = new LineCounter();
  const yaml = parseDocument(text, {
    lineCounter: lines,
    uniqueKeys: false,
    resolveKnownTags: false,
    strict: true,
    stringKeys: true,
  });
  const errors = [...syntaxErrors(yaml), ...otherVersion(yaml)];
  const broken = errors.length > 0;
  const oddities: Found[] = [];
  const value = broken ? null : toPlain(yaml.contents, [], oddities);
  return {
    value,
    problems: broken ? errors : oddities,
    broken,
    place: ({ path, offset }) => {
      const { line, col } = lines.linePos(offset ?? offsetOf(yaml.contents, path));
      return { line: Math.max(line, 1), column: Math.max(col, 1) };
    },
  };
}

const IN_OUR_WORDS: Readonly<Record<string, string>> = {
  MULTIPLE_DOCS: "a configuration is one document; another begins here",
  NON_STRING_KEY: "a key is text",
  RESOURCE_EXHAUSTION: "it is nested too deeply",
};

function syntaxErrors({ errors }: Yaml): Found[] {
  return errors.slice(0, MAX_SYNTAX_ERRORS).map(({ code, message, pos }) => {
    const said = (message.split("\n", 1)[0] ?? message).replace(/ at line \d+, column \d+:?$/, "");
    return { path: [], message: IN_OUR_WORDS[code] ?? said, offset: pos[0] };
  });
}

/** YAML 1.1 reads `no` as false and numbers with a leading zero as octal. */
function otherVersion({ directives }: Yaml): Found[] {
  if (directives?.yaml.version === "1.2") return [];
  return [{ path: [], message: "this is read as YAML 1.2; leave the %YAML line out", offset: 0 }];
}

function toPlain(node: unknown, path: Path, problems: Found[]): unknown {
  const odd = isNode(node) ? oddityOf(node) : undefined;
  if (odd !== undefined && isNode(node)) return refused(node, path, problems, odd);
  if (isMap(node)) return toMap(node, path, problems);
  if (isSeq(node)) return node.items.map((item, i) => toPlain(item, [...path, i], problems));
  return isScalar(node) ? node.value : null;
}

function toMap({ items }: YAMLMap, path: Path, problems: Found[]): Readonly<Record<string, unknown>> {
  const entries = new Map<string, unknown>();
  for (const { key, value } of items) {
    const name = keyOf(key);
    const below = [...path, name];
    toPlain(key, below, problems);
    const wrong = entries.has(name) ? "this key stands here already" : NOT_KEYS.get(name);
    if (wrong === undefined) entries.set(name, toPlain(value, below, problems));
    else if (isNode(key)) refused(key, below, problems, wrong);
  }
  return Object.fromEntries(entries);
}

function oddityOf(node: Node): string | undefined {
  if (isAlias(node)) return "YAML aliases are not accepted; write it out";
  if (node.tag !== undefined) return "YAML tags are not accepted; leave it out";
  const { anchor } = node as { readonly anchor?: string };
  return anchor === undefined ? undefined : "YAML anchors are not accepted; leave it out";
}

/** Keys that mean more than they say: to YAML 1.1, and to JavaScript. */
const NOT_KEYS: ReadonlyMap<string, string> = new Map([
  ["<<", "YAML merge keys are not accepted; write it out"],
  ["__proto__", "this is not a name"],
]);

function refused({ range }: Node, path: Path, problems: Found[], message: string): null {
  problems.push({ path, message, offset: range?.[0] ?? 0 });
  return null;
}

function keyOf(key: unknown): string {
  return isScalar(key) ? String(key.value) : "";
}

/** Where a path's key, or its item of a list, begins. */
function offsetOf(root: unknown, path: Path): number {
  let node = root;
  let offset = startOf(root) ?? 0;
  for (const part of path) {
    const next = below(node, part);
    offset = startOf(next.mark) ?? offset;
    node = next.node;
  }
  return offset;
}

/** One step down: the node there, and what a reader looks for to find it. */
function below(node: unknown, part: string | number): { readonly mark?: unknown; readonly node?: unknown } {
  if (isSeq(node) && typeof part === "number") return { mark: node.items[part], node: node.items[part] };
  const pair = isMap(node) ? node.items.find(({ key }) => keyOf(key) === part) : undefined;
  return pair === undefined ? {} : { mark: pair.key, node: pair.value };
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
