import { getOrAdd } from "../../domain/get-or-add.ts";
import type { ResourceShape } from "../../domain/known-action.ts";
import { compileTemplate } from "../template.ts";

/** A character, or one of a kind, or any number of that kind. */
interface Step {
  /** The character itself; undefined where any will do. */
  readonly char?: string;
  /** Whether it may be `/`. */
  readonly slash: boolean;
  readonly many: boolean;
}

const ONE: Step = { slash: true, many: false };
const RUN: Step = { slash: true, many: true };
const ONE_PLAIN: Step = { slash: false, many: false };
const RUN_PLAIN: Step = { slash: false, many: true };
const NAME: readonly Step[] = [ONE_PLAIN, RUN_PLAIN];
const SOMETHING: readonly Step[] = [ONE, RUN];

/** A resource pattern, or ARNs of a shape, as steps. */
type Steps = readonly Step[];

/** The ARNs that a resource pattern can match, whatever the claims in it are. */
function stepsOfPattern(pattern: string): Steps {
  return compileTemplate(pattern).parts.flatMap((part): Steps => {
    if (typeof part !== "string") return part.path ? SOMETHING : NAME;
    return literal(part).map((step) => WILD[step.char ?? ""] ?? step);
  });
}

const WILD: Readonly<Record<string, Step | undefined>> = { "*": RUN, "?": ONE };

const RESTS: Readonly<Record<Exclude<ResourceShape["rest"], "nothing">, Steps>> = {
  name: NAME,
  path: [...NAME, ...literal("/"), ...SOMETHING],
  any: SOMETHING,
};

/** The ARNs of a shape. */
function stepsOfShape({ prefix, rest }: ResourceShape): Steps {
  if (rest === "nothing") return literal(prefix);
  return [...literal(prefix), ...RESTS[rest]];
}

function literal(text: string): readonly Step[] {
  return text.split("").map((char) => ({ char, slash: char === "/", many: false }));
}

/** Whether there is an ARN that is both. */
function haveCommon(one: Steps, other: Steps): boolean {
  const width = other.length + 1;
  const seen = new Set<number>();
  const open = [0];
  const reach = (i: number, j: number): void => {
    const at = i * width + j;
    if (!seen.has(at)) open.push(at);
    seen.add(at);
  };
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const [i, j] = [Math.floor(at / width), at % width];
    const [a, b] = [one[i], other[j]];
    if (a === undefined && b === undefined) return true;
    if (isRun(a)) reach(i + 1, j);
    if (isRun(b)) reach(i, j + 1);
    if (haveCommonChar(a, b)) reach(isRun(a) ? i : i + 1, isRun(b) ? j : j + 1);
  }
  return false;
}

function isRun(step: Step | undefined): boolean {
  return step?.many === true;
}

function haveCommonChar(a: Step | undefined, b: Step | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  if (a.char !== undefined && b.char !== undefined) return a.char === b.char;
  if (a.char !== undefined) return b.slash || a.char !== "/";
  return b.char === undefined || a.slash || b.char !== "/";
}

/** What stands for the unknown part of an ARN. */
const SAMPLES: readonly (readonly [of: RegExp, nouns: Partial<Record<ResourceShape["rest"], string>>])[] = [
  [/:s3:::$/, { name: "buckets, such as $BUCKET", path: "objects, such as $BUCKET/KEY" }],
  [/:table\/$/, { name: "tables, such as $TABLE", path: "indexes, such as $TABLE/index/INDEX" }],
  [/:iam::$/, { path: "roles, such as $ACCOUNT:role/ROLE" }],
];
const USUAL: Readonly<Record<ResourceShape["rest"], string>> = {
  name: "$NAME",
  path: "$NAME/MORE",
  any: "$NAME",
  nothing: "$",
};

/** ARNs of a shape in words, such as `objects, such as arn:aws:s3:::BUCKET/KEY`. */
export function shapeInWords({ prefix, rest }: ResourceShape): string {
  const nouns = SAMPLES.find(([of]) => of.test(prefix))?.[1];
  return (nouns?.[rest] ?? USUAL[rest]).replace("$", () => prefix);
}

/** Whether a resource pattern can match an ARN of a shape. */
export type Meets = (pattern: string, shape: ResourceShape) => boolean;

/**
 * Prepares the question whether a resource pattern can match an ARN of a shape. Shapes are few, and patterns stand again
 * and again: each pair is compared once.
 */
export function compileMeets(): Meets {
  const known = new Map<string, boolean>();
  const shapes = new Map<string, Steps>();
  const patterns = new Map<string, Steps>();
  return (pattern, shape) => {
    if (pattern === "*") return true;
    const name = nameOf(shape);
    return getOrAdd(known, `${name} ${pattern}`, () =>
      haveCommon(
        getOrAdd(patterns, pattern, () => stepsOfPattern(pattern)),
        getOrAdd(shapes, name, () => stepsOfShape(shape)),
      ),
    );
  };
}

/** Tells shapes apart. */
export function nameOf({ prefix, rest }: ResourceShape): string {
  return `${rest} ${prefix}`;
}
