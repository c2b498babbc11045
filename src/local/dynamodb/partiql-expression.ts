import type { AttributeValue, Input } from "./engine.ts";
import type { Assignment, Condition, Operand, Path } from "./partiql-statement.ts";

/** Writes the expressions of one call of DynamoDB, and notes the names and values that stand in them. */
export interface Expressions {
  readonly path: (path: Path) => string;
  readonly value: (value: AttributeValue) => string;
  readonly condition: (condition: Condition) => string;
  readonly assignment: (assignment: Assignment) => string;
  /** `ExpressionAttributeNames` and `ExpressionAttributeValues`, each only where there are any. */
  readonly attributes: () => Input;
}

/** Makes a writer that has noted nothing. */
export function createExpressions(): Expressions {
  const names = new Map<string, string>();
  const values = new Map<string, AttributeValue>();
  const nameOf = (name: string): string => {
    const known = [...names].find(([, each]) => each === name)?.[0] ?? `#n${names.size}`;
    names.set(known, name);
    return known;
  };
  const path = (steps: Path): string =>
    steps
      .map((step) => (typeof step === "number" ? `[${step}]` : `.${nameOf(step)}`))
      .join("")
      .slice(1);
  const value = (given: AttributeValue): string => {
    const name = `:v${values.size}`;
    values.set(name, given);
    return name;
  };
  const operand = (given: Operand): string => (given.kind === "path" ? path(given.path) : value(given.value));
  return {
    path,
    value,
    condition: (condition) => writeCondition(condition, path, operand),
    assignment: ({ path: target, left, sum }) => {
      const end = sum === undefined ? "" : ` ${sum.sign} ${operand(sum.right)}`;
      return `${path(target)} = ${operand(left)}${end}`;
    },
    attributes: () => ({
      ...(names.size > 0 && { ExpressionAttributeNames: Object.fromEntries(names) }),
      ...(values.size > 0 && { ExpressionAttributeValues: Object.fromEntries(values) }),
    }),
  };
}

function writeCondition(
  condition: Condition,
  path: (path: Path) => string,
  operand: (operand: Operand) => string,
): string {
  const write = (inner: Condition): string => writeCondition(inner, path, operand);
  switch (condition.kind) {
    case "and":
    case "or":
      return condition.parts.map((part) => `(${write(part)})`).join(` ${condition.kind.toUpperCase()} `);
    case "not":
      return `NOT (${write(condition.part)})`;
    case "compare":
      return `${path(condition.path)} ${condition.comparator} ${operand(condition.operand)}`;
    case "between":
      return `${path(condition.path)} BETWEEN ${operand(condition.low)} AND ${operand(condition.high)}`;
    case "in":
      return `${path(condition.path)} IN (${condition.operands.map(operand).join(", ")})`;
    case "missing":
      return `attribute_not_exists(${path(condition.path)})`;
    case "function":
      return `${condition.name}(${path(condition.path)}, ${operand(condition.operand)})`;
  }
  return condition satisfies never;
}
