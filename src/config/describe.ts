import type { z } from "zod";
import { SETTINGS } from "./credentials-schema.ts";
import { asMap } from "./draft.ts";
import { knownKeysAt } from "./known-keys.ts";
import { nearest } from "../domain/nearest.ts";
import { type Found, type Path, valueAt } from "./problem.ts";

type Issue = z.core.$ZodIssue;
type RawIssue = z.core.$ZodRawIssue;

/** A schema's complaint about one value, where the schema has no words of its own for it. */
export function inWords(issue: RawIssue): string {
  if (issue.code === "invalid_union" && typeof issue.discriminator === "string")
    return chooser(asMap(issue.input)[issue.discriminator], issue.options as readonly unknown[]);
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

/** Says the complaints of a schema about a document, references filled, in the words of the configuration. */
export function describeIssues(issues: readonly Issue[], document: unknown): readonly Found[] {
  return issues.flatMap((issue) => describeIssue(issue, pathOf(issue), document));
}

function describeIssue(issue: Issue, path: Path, document: unknown): readonly Found[] {
  if (issue.code === "unrecognized_keys") return unknownKeys(issue.keys, path, document);
  if (issue.code === "invalid_key") return issue.issues.map(({ message }) => ({ path, message }));
  if (issue.code === "invalid_union") {
    if (issue.discriminator !== undefined)
      return [{ path, message: issue.message }, ...oddKeys(path, document)];
    // The branch that was meant is the one that came furthest.
    const inner = issue.errors
      .flat()
      .filter((one) => one.path.length > 0 || one.code === "unrecognized_keys");
    if (inner.length > 0)
      return inner.flatMap((one) => describeIssue(one, [...path, ...pathOf(one)], document));
  }
  if (path.length === 0)
    return [{ path, message: `a configuration is a map of ${knownKeysAt(path, document).here.join(", ")}` }];
  return [{ path, message: issue.message }];
}

/** Where the key that chooses a form is wrong, the others are still held against what any form knows. */
function oddKeys(path: Path, document: unknown): readonly Found[] {
  const parent = path.slice(0, -1);
  const { here } = knownKeysAt(parent, document);
  const keys = Object.keys(asMap(valueAt(document, parent)));
  return unknownKeys(
    keys.filter((key) => !here.includes(key)),
    parent,
    document,
  );
}

function unknownKeys(keys: readonly string[], path: Path, document: unknown): readonly Found[] {
  const { here, elsewhere } = knownKeysAt(path, document);
  return keys.map((key) => {
    const forms = elsewhere(key);
    if (forms.length > 0)
      return { path: [...path, key], message: `unknown key here; it goes with ${forms.join(", ")}` };
    const meant = nearest(key, here);
    return {
      path: [...path, key],
      message: unknownKey(meant, here),
      ...(meant !== undefined && { meant: [...path, meant] }),
    };
  });
}

/**
 * Finds members of `credentials` that are no sources but settings, misspelt: what stands in them would be complained of
 * at length, and beside the point.
 */
export function misspeltSettings(document: unknown): readonly Found[] {
  return Object.entries(asMap(asMap(document)["credentials"])).flatMap(([key, value]) => {
    const meant = nearest(key, [...SETTINGS]);
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

function chooser(given: unknown, options: readonly unknown[] = []): string {
  const choice = oneOf(options.filter((option) => option !== undefined));
  return given === undefined ? `${REQUIRED}: ${choice}` : `it must be ${choice}`;
}

function oneOf(values: readonly unknown[]): string {
  const words = values.map(String);
  return words.length > 1 ? `one of ${words.join(", ")}` : words.join("");
}

function unknownKey(meant: string | undefined, known: readonly string[]): string {
  return `unknown key; ${meant === undefined ? `known are ${known.join(", ")}` : `did you mean ${meant}?`}`;
}

function pathOf({ path }: Issue): Path {
  return path.map((part) => (typeof part === "symbol" ? String(part) : part));
}
