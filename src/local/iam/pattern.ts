import type { ContextIndex } from "./context.ts";

/** Tells whether a value of the request fits one value of a policy. */
export type ValueTest = (value: string, context: ContextIndex) => boolean;

/** How the text of a policy is to be read. */
export interface PatternOptions {
  /** `${key}` stands for the value of a condition key. True from policy version 2012-10-17 on. */
  readonly variables: boolean;
  /** `*` and `?` stand for any characters. */
  readonly wildcards: boolean;
  readonly ignoreCase?: boolean;
}

interface Variable {
  /** Lower case. */
  readonly key: string;
  readonly fallback: string | undefined;
}

/** A pattern cut up: UTF-16 units, `ANY` for `*`, `ONE` for `?`, and the variables between them. */
export type Template = readonly (number | Variable)[];

const ANY = -1;
const ONE = -2;
const COLON = 58;

/** Cuts a policy's text into literal units, wildcards and variables. */
export function parseTemplate(text: string, options: PatternOptions): Template {
  const template: (number | Variable)[] = [];
  let at = 0;
  while (at < text.length) {
    const end = options.variables && text.startsWith("${", at) ? text.indexOf("}", at) : -1;
    if (end > 0) {
      template.push(parseVariable(text.slice(at + 2, end)));
      at = end + 1;
    } else {
      template.push(unit(text, at, options.wildcards));
      at += 1;
    }
  }
  return template;
}

function unit(text: string, at: number, wildcards: boolean): number {
  if (wildcards && text[at] === "*") return ANY;
  if (wildcards && text[at] === "?") return ONE;
  return text.charCodeAt(at);
}

/** `${*}`, `${?}` and `${$}` are the characters themselves; `${key, 'default'}` has something to fall back on. */
function parseVariable(inner: string): number | Variable {
  if (inner === "*" || inner === "?" || inner === "$") return inner.charCodeAt(0);
  const comma = inner.indexOf(",");
  const key = (comma < 0 ? inner : inner.slice(0, comma)).trim().toLowerCase();
  const quoted = comma < 0 ? "" : inner.slice(comma + 1).trim();
  const isDefault = quoted.length >= 2 && quoted.startsWith("'") && quoted.endsWith("'");
  return { key, fallback: isDefault ? quoted.slice(1, -1) : undefined };
}

/** Makes the test of one policy value against a whole value of the request. */
export function compilePattern(text: string, options: PatternOptions): ValueTest {
  const ignoreCase = options.ignoreCase === true;
  const test = compileTemplate(parseTemplate(ignoreCase ? text.toLowerCase() : text, options), ignoreCase);
  return ignoreCase ? (value, context) => test(value.toLowerCase(), context) : test;
}

/** Makes the test of a template; substituted values are literal text, whatever characters they hold. */
export function compileTemplate(template: Template, lowerCase = false): ValueTest {
  const fixed = template.filter((part) => typeof part === "number");
  if (fixed.length === template.length) return (value) => matchUnits(fixed, value);
  return (value, context) => {
    const units = resolve(template, context, lowerCase);
    return units !== undefined && matchUnits(units, value);
  };
}

/** A variable that the request gives no single value for equals nothing, so that its pattern matches nothing. */
function resolve(
  template: Template,
  context: ContextIndex,
  lowerCase: boolean,
): readonly number[] | undefined {
  const units: number[] = [];
  for (const part of template) {
    if (typeof part === "number") {
      units.push(part);
      continue;
    }
    const values = context.get(part.key);
    const value = values?.length === 1 ? values[0] : part.fallback;
    if (value === undefined) return undefined;
    const text = lowerCase ? value.toLowerCase() : value;
    for (let at = 0; at < text.length; at++) units.push(text.charCodeAt(at));
  }
  return units;
}

/** Goes back to the last `*` only, so that no pattern costs more than its length times the value's. */
function matchUnits(units: readonly number[], value: string): boolean {
  let at = 0;
  let read = 0;
  let star = -1;
  let starRead = 0;
  while (read < value.length) {
    const expected = units[at];
    if (expected === ANY) {
      star = at++;
      starRead = read;
    } else if (expected === ONE || expected === value.charCodeAt(read)) {
      at++;
      read++;
    } else if (star >= 0) {
      at = star + 1;
      read = ++starRead;
    } else {
      return false;
    }
  }
  while (units[at] === ANY) at++;
  return at === units.length;
}

/**
 * Makes the test of an ARN for `ArnLike`, where each of the six parts matches by itself.
 *
 * Source: IAM User Guide, "Amazon Resource Name (ARN) condition operators".
 */
export function compileArn(text: string, options: PatternOptions): ValueTest {
  const parts: (number | Variable)[][] = [[]];
  for (const part of parseTemplate(text, options)) {
    if (part === COLON && parts.length < 6) parts.push([]);
    else parts.at(-1)?.push(part);
  }
  const tests = parts.map((part) => compileTemplate(part));
  return (value, context) => {
    const values = splitArn(value);
    return values.length === tests.length && tests.every((test, at) => test(values[at] ?? "", context));
  };
}

/** The six parts of an ARN; colons in the last one are its own. */
function splitArn(arn: string): readonly string[] {
  const parts = arn.split(":");
  return parts.length <= 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(":")];
}
