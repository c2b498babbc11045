import type { Clock } from "../domain/clock.ts";
import type { Filled } from "./hidden.ts";
import type { Found, Path } from "./problem.ts";

/** What a configuration is read in. `env` and `file` are for references, and return undefined where there is no value. */
export interface Surroundings {
  readonly env: (name: string) => string | undefined;
  readonly file: (path: string) => string | undefined;
  /** What moments in the configuration are held against. */
  readonly now: Clock;
}

type References = Pick<Surroundings, "env" | "file">;

/** A document with its references filled. */
export interface Expansion {
  /** Null where a reference has no value: no setting takes null, so nothing that stands on it passes for checked. */
  readonly value: unknown;
  readonly problems: readonly Found[];
  /** What each reference was filled with. */
  readonly filled: readonly Filled[];
}

const REFERENCE = /\$\{(?<kind>env|file):(?<what>[^}]*)(?<end>\}?)/g;

/**
 * Fills references in the values of a document, each once: what comes in is plain text and is not looked at again, so
 * no environment variable and no file is ever a template.
 */
export function expand(document: unknown, surroundings: References): Expansion {
  const problems: Found[] = [];
  const all: Filled[] = [];
  const walk = (value: unknown, path: Path): unknown => {
    if (typeof value === "string") return fill(value, path);
    if (Array.isArray(value)) return value.map((entry, i) => walk(entry, [...path, i]));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, entry]) => [key, walk(entry, [...path, key])]),
    );
  };
  const fill = (text: string, path: Path): string | null => {
    const { filled, complaints, values } = fillReferences(text, surroundings);
    all.push(...values);
    problems.push(...complaints.map((message) => ({ path, message })));
    return complaints.length === 0 ? filled : null;
  };
  return { value: walk(document, []), problems, filled: all };
}

function fillReferences(text: string, surroundings: References) {
  const complaints: string[] = [];
  const values: Filled[] = [];
  const filled = text.replace(REFERENCE, (reference, kind: "env" | "file", what: string, end: string) => {
    const whole = end !== "" && what !== "";
    const found = whole ? (surroundings[kind](what) ?? "") : "";
    if (!whole) complaints.push(`${reference} is not whole: write \${${kind}:…}`);
    else if (found === "") complaints.push(NO_VALUE[kind](what));
    else values.push([found, reference]);
    return found;
  });
  // A value may neither hold a template nor complete one with the text around it.
  if (templatesIn(filled) > templatesIn(text.replace(REFERENCE, " ")))
    complaints.push("what a reference stands for may not hold ${: it is text, and never a template");
  return { filled, complaints, values };
}

const NO_VALUE = {
  env: (name: string) => `the environment variable ${name} is not set, or is empty`,
  file: (path: string) => `the file ${path} cannot be read, or is empty`,
} as const;

function templatesIn(text: string): number {
  return text.split("${").length - 1;
}
