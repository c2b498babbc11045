import { tokens } from "./dynamodb-expression.ts";

type Part = Readonly<Record<string, unknown>>;

const EXPRESSIONS: readonly string[] = [
  "ProjectionExpression",
  "KeyConditionExpression",
  "FilterExpression",
  "ConditionExpression",
  "UpdateExpression",
];

/** Members whose own member names are attributes. */
const MAPS: readonly string[] = [
  "Key",
  "Item",
  "Expected",
  "AttributeUpdates",
  "KeyConditions",
  "QueryFilter",
  "ScanFilter",
];

/** Top-level attributes that the parts of a request name, each once: `dynamodb:Attributes`. */
export function attributeNames(parts: readonly Part[]): readonly string[] {
  const names = new Set<string>();
  for (const part of parts) {
    for (const name of MAPS) for (const attribute of Object.keys(asRecord(part[name]))) names.add(attribute);
    for (const attribute of asList(part["AttributesToGet"]))
      if (typeof attribute === "string") names.add(attribute);
    for (const name of EXPRESSIONS) for (const attribute of namedIn(part, name)) names.add(attribute);
  }
  return [...names];
}

function namedIn(part: Part, expressionName: string): readonly string[] {
  const expression = part[expressionName];
  if (typeof expression !== "string") return [];
  return tokens(expression, asRecord(part["ExpressionAttributeNames"]))
    .filter(({ kind, nested }) => kind === "name" && !nested)
    .map(({ text }) => text);
}

function asRecord(value: unknown): Part {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Part) : {};
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
