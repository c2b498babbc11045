import type { z } from "zod";
import { asMap } from "./draft.ts";
import { type JsonSchema, toJsonSchema } from "./json-schema.ts";
import { nearest } from "./nearest.ts";
import type { Found, Path } from "./problem.ts";

type Issue = z.core.$ZodIssue;
type RawIssue = z.core.$ZodRawIssue;

/** A schema's complaint about one value, where the schema has no words of its own for it. */
export function inWords(issue: RawIssue): string {
  if (issue.input === undefined) return REQUIRED;
  if (issue.code === "invalid_type") return wrongKind(issue.expected, issue.input);
  if (issue.code === "invalid_value") return `it must be ${oneOf(issue.values)}`;
  if (issue.code === "invalid_union") return "it must be text or a list of texts";
  if (issue.code === "too_big") return `it must be at most ${issue.maximum}`;
  if (issue.code === "too_small") {
    return COUNTED.has(issue.origin)
      ? "it is empty; write what is meant, or leave it out"
      : `it must be at least ${issue.minimum}`;
  }
  return "it cannot be read";
}

/** Says the complaints of a schema in the words of the configuration. */
export function describeIssues(issues: readonly Issue[]): Found[] {
  const found = issues.flatMap((issue) => describeIssue(issue, pathOf(issue)));
  // A required key that is there, misspelt, is one mistake and not two.
  const misspelt = new Set(found.flatMap(({ meant }) => meant ?? []));
  return found.filter(({ path, message }) => message !== REQUIRED || !misspelt.has(path.join("\n")));
}

interface Described extends Found {
  /** Of an unknown key: the path, joined, of the known one that it is nearest to. */
  readonly meant?: string;
}

function describeIssue(issue: Issue, path: Path): Described[] {
  if (issue.code === "unrecognized_keys") {
    const known = keysAt(path);
    return issue.keys.map((key) => {
      const meant = nearest(key, known);
      return {
        path: [...path, key],
        message: unknownKey(meant, known),
        ...(meant !== undefined && { meant: [...path, meant].join("\n") }),
      };
    });
  }
  if (issue.code === "invalid_key") return issue.issues.map(({ message }) => ({ path, message }));
  if (issue.code === "invalid_union") {
    // The branch that was meant is the one that came furthest.
    const inner = issue.errors.flat().filter((one) => one.path.length > 0);
    if (inner.length > 0) return inner.flatMap((one) => describeIssue(one, [...path, ...pathOf(one)]));
  }
  if (path.length === 0) return [{ path, message: `a configuration is a map of ${keysAt(path).join(", ")}` }];
  return [{ path, message: issue.message }];
}

/**
 * Finds members of `credentials` that are no sources but settings, misspelt: what stands in them would be complained of
 * at length, and beside the point.
 */
export function misspeltSettings(document: unknown): Found[] {
  return Object.entries(asMap(asMap(document)["credentials"])).flatMap(([key, value]) => {
    const meant = nearest(key, ["cache"]);
    if (meant === undefined || meant === key || Object.hasOwn(asMap(value), "type")) return [];
    return [{ path: ["credentials", key], message: unknownKey(meant, []) }];
  });
}

const REQUIRED = "it is required";

/** What can be empty, where a number is too small. */
const COUNTED: ReadonlySet<string> = new Set(["string", "array"]);

const KINDS: Readonly<Record<string, string>> = {
  string: "text",
  int: "a whole number",
  number: "a number",
  boolean: "true or false",
  array: "a list",
  object: "a map of keys",
  record: "a map of keys",
};

function wrongKind(expected: string, input: unknown): string {
  const quotable = expected === "string" && (typeof input === "number" || typeof input === "boolean");
  return `it must be ${KINDS[expected] ?? expected}${quotable ? "; write it in quotes" : ""}`;
}

function oneOf(values: readonly unknown[]): string {
  const words = values.map(String);
  return words.length > 1 ? `one of ${words.join(", ")}` : words.join("");
}

function unknownKey(meant: string | undefined, known: readonly string[]): string {
  return `unknown key; ${meant === undefined ? `known are ${known.join(", ")}` : `did you mean ${meant}?`}`;
}

/** The keys that a place of the configuration knows. */
function keysAt(path: Path): readonly string[] {
  let node: JsonSchema | undefined = toJsonSchema();
  for (const part of path) node = below(node, part);
  return Object.keys(node?.properties ?? {});
}

function below(node: JsonSchema | undefined, part: string | number): JsonSchema | undefined {
  if (typeof part === "number") return node?.items;
  const { properties = {}, additionalProperties } = node ?? {};
  if (Object.hasOwn(properties, part)) return properties[part];
  return typeof additionalProperties === "object" ? additionalProperties : undefined;
}

function pathOf({ path }: Issue): Path {
  return path.map((part) => (typeof part === "symbol" ? String(part) : part));
}
