import { LocalError } from "../request.ts";
import { OPERATORS } from "./operator.ts";
import type { ContextIndex } from "./context.ts";
import type { Operator } from "./operator.ts";
import type { ValueTest } from "./pattern.ts";

/** Tells whether the whole `Condition` of a statement holds for a request. */
export type ConditionTest = (context: ContextIndex) => boolean;

type SetQualifier = "ForAllValues" | "ForAnyValue" | undefined;

interface Comparison {
  readonly operator: Operator;
  readonly qualifier: SetQualifier;
  readonly ifExists: boolean;
  /** Lower case. */
  readonly key: string;
  readonly tests: readonly ValueTest[];
}

/**
 * Compiles a `Condition` block: every operator and every key in it must hold, any value of a key will do.
 *
 * @throws LocalError `MalformedPolicyDocument` for an operator or a value that IAM does not know.
 */
export function compileCondition(block: unknown, variables: boolean): ConditionTest {
  if (block === undefined) return () => true;
  const tests: ConditionTest[] = [];
  for (const [operatorName, keys] of entries(block, "Condition")) {
    for (const [key, values] of entries(keys, operatorName)) {
      tests.push(compileKey(operatorName, key, { values: texts(values), variables }));
    }
  }
  return (context) => tests.every((test) => test(context));
}

function compileKey(
  name: string,
  key: string,
  policy: { readonly values: readonly string[]; readonly variables: boolean },
): ConditionTest {
  const { base, qualifier, ifExists } = parseOperator(name);
  const index = key.toLowerCase();
  if (base === "Null") return nullTest(index, policy.values);
  const operator = OPERATORS.get(base);
  if (operator === undefined) throw malformed(`unknown condition operator ${name}`);
  const tests = policy.values.map((value) => operator.compile(value, policy.variables));
  const comparison = { operator, qualifier, ifExists, key: index, tests };
  return (context) => compare(comparison, context);
}

function parseOperator(name: string): { base: string; qualifier: SetQualifier; ifExists: boolean } {
  const colon = name.indexOf(":");
  const prefix = colon < 0 ? undefined : name.slice(0, colon);
  if (prefix !== undefined && prefix !== "ForAllValues" && prefix !== "ForAnyValue") {
    throw malformed(`unknown set operator ${name}`);
  }
  const rest = name.slice(colon + 1);
  const ifExists = rest.endsWith("IfExists");
  return { base: ifExists ? rest.slice(0, -"IfExists".length) : rest, qualifier: prefix, ifExists };
}

/** `Null: "true"` asks that the key is absent, `Null: "false"` that it is there. */
function nullTest(key: string, values: readonly string[]): ConditionTest {
  const wanted = new Set(values.map((value) => value.toLowerCase()));
  return (context) => wanted.has(context.has(key) ? "false" : "true");
}

function compare(comparison: Comparison, context: ContextIndex): boolean {
  const values = context.get(comparison.key);
  if (values === undefined) return holdsWithoutKey(comparison);
  const holds = (value: string): boolean =>
    comparison.tests.some((test) => test(value, context)) !== comparison.operator.negated;
  if (comparison.qualifier === "ForAnyValue") return values.some(holds);
  // "It also returns true if the key values resolve to a null data set, such as an empty string."
  if (comparison.qualifier === "ForAllValues") return values.every((value) => value === "" || holds(value));
  // Several values need a set operator; IAM defines no answer without one, and none is a match here.
  return values.length === 1 && holds(values[0] ?? "");
}

/** An absent key fits no value: positive operators fail on it, negated ones hold. */
function holdsWithoutKey({ qualifier, ifExists, operator }: Comparison): boolean {
  if (ifExists || qualifier === "ForAllValues") return true;
  return qualifier === undefined && operator.negated;
}

function entries(value: unknown, what: string): readonly (readonly [string, unknown])[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw malformed(`${what} must be an object`);
  }
  return Object.entries(value);
}

function texts(value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.map((item) => {
    if (typeof item === "string") return item;
    if (typeof item === "number" || typeof item === "boolean") return String(item);
    throw malformed("a condition value must be a string, a number or a boolean");
  });
}

function malformed(message: string): LocalError {
  return new LocalError("MalformedPolicyDocument", message, 400);
}
