import { describeIssues, inWords, misspeltSettings } from "./describe.ts";
import { readDocument } from "./document.ts";
import { draftOf } from "./draft.ts";
import { expand, type Surroundings } from "./expand.ts";
import { type Found, isAtOrBelow, type Path } from "./problem.ts";
import { refuse } from "./refuse.ts";
import { type Config, configSchema } from "./schema.ts";

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
  | {
      readonly config: Config;
      /** As it was written, with references in place of what they stand for. */
      readonly document: unknown;
      readonly problems: readonly [];
    }
  | { readonly config: undefined; readonly problems: readonly ConfigProblem[] };

/** Reads the text of a configuration (YAML 1.2; JSON is YAML). All problems are found at once, in the file's order. */
export function readConfig(text: string, surroundings: Surroundings): ConfigReading {
  const { value: document, problems, broken, place } = readDocument(text);
  const placed = (found: Found): ConfigProblem => ({
    path: found.path.join("."),
    message: found.message,
    ...place(found),
  });
  if (broken) return { config: undefined, problems: problems.map(placed) };

  const { value, problems: unresolved } = expand(document, surroundings);
  const parsed = configSchema.safeParse(value, { error: inWords });
  const found = unlessSaid([
    [...problems, ...unresolved, ...misspeltSettings(value)],
    describeIssues(parsed.error?.issues ?? []),
    refuse(draftOf(value)),
  ]);
  if (parsed.success && found.length === 0) return { config: parsed.data, document, problems: [] };
  return {
    config: undefined,
    problems: found
      .map((one) => placed(asWritten(one, document, value)))
      .sort((a, b) => a.line - b.line || a.column - b.column),
  };
}

/** All that was found, but for what an earlier finder has refused whole: more of that is not worth saying. */
function unlessSaid(finders: readonly (readonly Found[])[]): readonly Found[] {
  return finders.reduce((said, found) => [
    ...said,
    ...found.filter(({ path }) => !said.some((one) => isAtOrBelow(path, one.path))),
  ]);
}

/** A message never shows what a reference stands for: it may be a secret in the wrong place. */
function asWritten(found: Found, document: unknown, value: unknown): Found {
  const written = valueAt(document, found.path);
  const filled = valueAt(value, found.path);
  if (typeof written !== "string" || typeof filled !== "string" || written === filled) return found;
  return { ...found, message: found.message.replaceAll(filled, () => written) };
}

function valueAt(tree: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (node, part) =>
      typeof node === "object" && node !== null && Object.hasOwn(node, part)
        ? (node as Readonly<Record<string | number, unknown>>)[part]
        : undefined,
    tree,
  );
}
