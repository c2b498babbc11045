import { describeIssues, inWords, misspeltSettings } from "./describe.ts";
import { type Document, readDocument } from "./document.ts";
import { draftOf } from "./draft.ts";
import { expand, type Surroundings } from "./expand.ts";
import { createHiding } from "./hidden.ts";
import { type Found, isAtOrBelow, valueAt } from "./problem.ts";
import { refuse } from "./refuse.ts";
import { type Config, configSchema } from "./schema.ts";
import { warn } from "./warn.ts";
import { refuseWrittenSecrets } from "./written-secrets.ts";

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
      /** What may start, and may not be what is meant: told when it starts, and an error to who asks for that. */
      readonly warnings: readonly ConfigProblem[];
    }
  | {
      readonly config: undefined;
      readonly problems: readonly ConfigProblem[];
      /** Of the parts in which nothing is wrong. */
      readonly warnings: readonly ConfigProblem[];
    };

/** Reads the text of a configuration (YAML 1.2; JSON is YAML). All problems are found at once, in the file's order. */
export function readConfig(text: string, surroundings: Surroundings): ConfigReading {
  const { value: document, problems, broken, place } = readDocument(text);
  if (broken) {
    const syntax = problems.map((found) => placed(found, place));
    return { config: undefined, problems: syntax, warnings: [] };
  }

  const { value, problems: unresolved, filled } = expand(document, surroundings);
  const hide = createHiding(filled);
  const inOrder = (found: readonly Found[]): readonly ConfigProblem[] =>
    found
      .map((one) => placed({ ...one, message: hide(one.message) }, place))
      .sort((a, b) => a.line - b.line || a.column - b.column);
  const parsed = configSchema.safeParse(value, { error: inWords });
  const draft = draftOf(value);
  const found = unlessSaid([
    [...problems, ...unresolved, ...misspeltSettings(value), ...refuseWrittenSecrets(document)],
    describeIssues(parsed.error?.issues ?? [], value),
    refuse(draft, surroundings),
  ]);
  const warnings = inOrder(warn(draft, surroundings, found)).slice(0, MAX_PROBLEMS);
  if (!parsed.success || found.length > 0)
    return { config: undefined, problems: inOrder(unlessMeant(found, value)), warnings };
  return { config: parsed.data, document, problems: [], warnings };
}

function placed(found: Found, place: Document["place"]): ConfigProblem {
  return { path: found.path.join("."), message: found.message, ...place(found) };
}

/** Nobody mends more at a time, and a file of another kind may have a hundred thousand. */
const MAX_PROBLEMS = 100;

/** All that was found, but for what an earlier finder has refused whole: more of that is not worth saying. */
function unlessSaid(finders: readonly (readonly Found[])[]): readonly Found[] {
  return finders
    .map((found) => found.slice(0, MAX_PROBLEMS))
    .reduce((said, found) => [
      ...said,
      ...found.filter(({ path }) => !said.some((one) => isAtOrBelow(path, one.path))),
    ])
    .slice(0, MAX_PROBLEMS);
}

/** A key that is missed, and stands there misspelt, is one mistake and not two. */
function unlessMeant(found: readonly Found[], value: unknown): readonly Found[] {
  const meant = new Set(found.flatMap((one) => (one.meant === undefined ? [] : [one.meant.join("\n")])));
  return found.filter(({ path }) => !meant.has(path.join("\n")) || valueAt(value, path) !== undefined);
}
