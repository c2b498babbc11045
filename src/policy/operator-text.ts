import type { Caller } from "../domain/caller.ts";
import type { Truth } from "./condition-truth.ts";
import { matches } from "./pattern.ts";
import {
  claimsForPattern,
  compileTemplate,
  fillTemplate,
  type ReadClaim,
  type Template,
} from "./template.ts";

/** Holds a value of the request against one value of a rule. */
export type ValueTest = (value: string) => Truth;

/** One value of a rule made ready: a test, or how it is made where the value has claims in it. */
export type RuleValue = ValueTest | { readonly forCaller: (caller: Caller) => ValueTest };

/** An ARN is `arn:partition:service:region:account:resource`; colons of the resource are its own. */
const ARN_PARTS = 6;

/** Steps that comparing one value with one pattern may take: no key of S3's or DynamoDB's comes near. */
const MAX_STEPS = 2 ** 26;

const unknown: ValueTest = () => "unknown";

/** Equal, letter by letter. */
export function equalsText(written: string): RuleValue {
  return filled(
    [compileTemplate(written)],
    ([wanted]) =>
      (value) =>
        value === wanted,
  );
}

/** Equal but for case. */
export function equalsIgnoringCase(written: string): RuleValue {
  return filled([compileTemplate(written)], ([wanted = ""]) => {
    const lower = wanted.toLowerCase();
    return (value) => value.toLowerCase() === lower;
  });
}

/** Equal, where `*` and `?` of the rule's own text are wildcards. */
export function likeText(written: string): RuleValue {
  return filled(
    [compileTemplate(written)],
    ([pattern = ""]) =>
      (value) =>
        like(pattern, value),
  );
}

/** An ARN like another, part by part, so that no wildcard reaches over a colon; undefined for what is no ARN. */
export function likeArn(written: string): RuleValue | undefined {
  const parts = splitTemplate(compileTemplate(written));
  if (parts.length !== ARN_PARTS) return undefined;
  return filled(parts, (patterns) => (value) => {
    const values = splitArn(value);
    if (values === undefined) return "unknown";
    for (let i = 0; i < ARN_PARTS; i++) {
      const truth = like(patterns[i] ?? "", values[i] ?? "");
      if (truth !== true) return truth;
    }
    return true;
  });
}

function like(pattern: string, value: string): Truth {
  return pattern.length * value.length > MAX_STEPS ? "unknown" : matches(pattern, value);
}

/** Without claims the test is made once. A claim that cannot be used could be anything (security.md S4.5). */
function filled(templates: readonly Template[], testOf: (texts: readonly string[]) => ValueTest): RuleValue {
  const literal = fillAll(templates, () => undefined);
  if (literal !== undefined) return testOf(literal);
  return {
    forCaller: (caller) => {
      const texts = fillAll(templates, claimsForPattern(caller));
      return texts === undefined ? unknown : testOf(texts);
    },
  };
}

function fillAll(templates: readonly Template[], read: ReadClaim): readonly string[] | undefined {
  const texts: string[] = [];
  for (const template of templates) {
    const text = fillTemplate(template, read);
    if (text === undefined) return undefined;
    texts.push(text);
  }
  return texts;
}

/** Cut at the colons that the rule writes: those of a claim stay within its part. */
function splitTemplate({ parts }: Template): readonly Template[] {
  const cut: Template["parts"][number][][] = [[]];
  for (const part of parts) {
    const pieces = typeof part === "string" ? cutAtColons(part, ARN_PARTS - cut.length) : [part];
    pieces.forEach((piece, i) => {
      if (i > 0) cut.push([]);
      cut.at(-1)?.push(piece);
    });
  }
  return cut.map((parts) => ({ parts }));
}

function splitArn(value: string): readonly string[] | undefined {
  if (!value.startsWith("arn:")) return undefined;
  const parts = cutAtColons(value, ARN_PARTS - 1);
  return parts.length === ARN_PARTS ? parts : undefined;
}

/** Cuts at the first colons, as many as are said. */
function cutAtColons(text: string, times: number): readonly string[] {
  const pieces: string[] = [];
  let at = 0;
  for (let colon = text.indexOf(":"); colon !== -1 && pieces.length < times; colon = text.indexOf(":", at)) {
    pieces.push(text.slice(at, colon));
    at = colon + 1;
  }
  return [...pieces, text.slice(at)];
}
