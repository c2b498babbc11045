import { tokens } from "./dynamodb-expression.ts";

type Part = Readonly<Record<string, unknown>>;

/** Values of the partition key that the parts of a request name, each once: `dynamodb:LeadingKeys`. */
export function leadingKeys(parts: readonly Part[], partitionKey: string): readonly string[] {
  const values = parts.flatMap((part) => [
    member(part["Key"], partitionKey),
    member(part["Item"], partitionKey),
    conditionValue(part, partitionKey),
    legacyValue(part["KeyConditions"], partitionKey),
  ]);
  return [...new Set(values.map(plain).filter((value) => value !== undefined))];
}

/** The value that a key condition holds the partition key equal to, whichever side it stands on. */
function conditionValue(part: Part, partitionKey: string): unknown {
  const expression = part["KeyConditionExpression"];
  if (typeof expression !== "string") return undefined;
  const aliases = part["ExpressionAttributeNames"] ?? {};
  const pieces = tokens(expression, aliases as Part);
  const at = pieces.findIndex(({ kind, text }) => kind === "name" && text === partitionKey);
  if (at < 0) return undefined;
  const right = pieces[at + 1]?.text === "=" ? pieces[at + 2] : undefined;
  const left = pieces[at - 1]?.text === "=" ? pieces[at - 2] : undefined;
  const placeholder = right ?? left;
  if (placeholder?.kind !== "value") return undefined;
  return member(part["ExpressionAttributeValues"], placeholder.text);
}

/** `KeyConditions: { pk: { ComparisonOperator: "EQ", AttributeValueList: [value] } }`. */
function legacyValue(conditions: unknown, partitionKey: string): unknown {
  const values = member(member(conditions, partitionKey), "AttributeValueList");
  return Array.isArray(values) ? values[0] : undefined;
}

/** A key attribute as IAM sees it: a string, a number's digits, or base64. */
function plain(value: unknown): string | undefined {
  const found = member(value, "S") ?? member(value, "N") ?? member(value, "B");
  return typeof found === "string" ? found : undefined;
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Part)[name];
}
