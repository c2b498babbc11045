import { isMap, isSeq, LineCounter, parseDocument, visit } from "yaml";
import type { z } from "zod";
import { type Config, configSchema, toJsonSchema } from "./schema.ts";
import { expand, type Surroundings } from "./expand.ts";
import { nearest } from "./nearest.ts";
import { refuse } from "./refuse.ts";

/** One thing that is wrong with a configuration, and how to mend it. */
export interface ConfigProblem {
  /** Such as `upstreams.s3.service`. Empty for the document itself. */
  readonly path: string;
  readonly message: string;
  /** From one. */
  readonly line: number;
  readonly column: number;
}

/** What came of reading a configuration: one to start with, or everything that is wrong with it. */
export type ConfigReading =
  | { readonly config: Config; readonly document: unknown; readonly problems: readonly [] }
  | { readonly config: undefined; readonly problems: readonly ConfigProblem[] };

type Path = readonly (string | number)[];
type Found = { readonly path: Path; readonly message: string };

/** Reads the text of a configuration (YAML 1.2; JSON is YAML). All problems are found at once. */
export function readConfig(text: string, surroundings: Surroundings): ConfigReading {
  const lines = new LineCounter();
  const yaml = parseDocument(text, { lineCounter: lines, uniqueKeys: true, strict: true });
  const place = (offset: number): { line: number; column: number } => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const locate = ({ path, message }: Found): ConfigProblem => ({
    path: path.join("."),
    message,
    ...place(offsetOf(yaml, path)),
  });
  if (yaml.errors.length > 0) {
    const problems = yaml.errors.map((error) => ({
      path: "",
      message: firstLine(error.message),
      ...place(error.pos[0]),
    }));
    return { config: undefined, problems };
  }
  const loose = looseEnds(yaml).map(({ offset, message }) => ({ path: "", message, ...place(offset) }));
  if (loose.length > 0) return { config: undefined, problems: loose };
  const document: unknown = yaml.toJS();
  const { value, problems: unresolved } = expand(document, surroundings);
  const parsed = configSchema.safeParse(value);
  const found = [
    ...unresolved,
    ...(parsed.success ? refuse(parsed.data) : parsed.error.issues.flatMap(describe)),
  ];
  if (parsed.success && found.length === 0) return { config: parsed.data, document, problems: [] };
  return { config: undefined, problems: found.map(locate) };
}

/** Aliases and tags: a reader of the file would have to look elsewhere for what it says. */
function looseEnds(yaml: ReturnType<typeof parseDocument>): { offset: number; message: string }[] {
  const found: { offset: number; message: string }[] = [];
  visit(yaml, {
    Alias: (_, { range }) =>
      void found.push({ offset: range?.[0] ?? 0, message: "YAML aliases are not accepted" }),
    Node: (_, { tag, range }) => {
      if (tag !== undefined) found.push({ offset: range?.[0] ?? 0, message: "YAML tags are not accepted" });
    },
  });
  return found;
}

/** Says a schema's complaint in the words of the configuration. */
function describe(issue: z.core.$ZodIssue): Found[] {
  const path = issue.path.map((part) => (typeof part === "symbol" ? String(part) : part));
  if (issue.code === "unrecognized_keys") {
    const known = knownKeys(toJsonSchema(), path);
    return issue.keys.map((key) => {
      const meant = nearest(key, known);
      const remedy = meant === undefined ? `known are ${known.join(", ")}` : `did you mean ${meant}?`;
      return { path: [...path, key], message: `unknown key; ${remedy}` };
    });
  }
  if (issue.code === "invalid_union")
    return (issue.errors[0] ?? []).flatMap((inner) => describe({ ...inner, path: [...path, ...inner.path] }));
  if (issue.code === "invalid_type" && issue.message.endsWith("received undefined"))
    return [{ path, message: "it is required" }];
  return [{ path, message: issue.message }];
}

interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: SchemaNode | boolean;
  readonly items?: SchemaNode;
}

function knownKeys(schema: SchemaNode, path: Path): string[] {
  let node: SchemaNode | undefined = schema;
  for (const part of path) {
    const further: SchemaNode | boolean | undefined =
      typeof part === "number" ? node?.items : (node?.properties?.[part] ?? node?.additionalProperties);
    node = typeof further === "object" ? further : undefined;
  }
  return Object.keys(node?.properties ?? {});
}

/** Where in the text a path stands: its key, or the nearest thing above it that is there. */
function offsetOf(yaml: ReturnType<typeof parseDocument>, path: Path): number {
  for (let length = path.length; length > 0; length--) {
    const parent = yaml.getIn(path.slice(0, length - 1), true);
    const last = path[length - 1];
    if (isMap(parent)) {
      const pair = parent.items.find(({ key }) => String(key) === String(last));
      const range = (pair?.key as { range?: [number, number, number] } | undefined)?.range;
      if (range) return range[0];
    }
    if (isSeq(parent) && typeof last === "number") {
      const range = (parent.items[last] as { range?: [number, number, number] } | undefined)?.range;
      if (range) return range[0];
    }
  }
  return 0;
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0]?.replace(/ at line \d+, column \d+:?$/, "") ?? text;
}
