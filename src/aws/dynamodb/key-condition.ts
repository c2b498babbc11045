import { attributeOf, isName, tokensOf } from "./expression.ts";
import { isObject, type JsonObject, own } from "../strict-json.ts";

/** One condition of a key condition expression, as far as it is of interest. */
interface Comparison {
  readonly name: string;
  /** The placeholder that it holds the name equal to; undefined where it compares in another way. */
  readonly equals: string | undefined;
  /** How many tokens it takes. */
  readonly length: number;
}

/** All the conditions on a key that there are (API reference, Query), token by token. */
const CONDITIONS = [
  ...["=", "<", "<=", ">", ">="].flatMap((sign) => [`name ${sign} value`, `value ${sign} name`]),
  "name between value and value",
  "begins_with ( name , value )",
].map((condition) => condition.split(" "));

/**
 * The value that a query holds its partition key equal to; undefined where it does not say so exactly once, or says more
 * than can be read with certainty.
 *
 * @param input of Query
 */
export function queriedValue(input: JsonObject, partitionKey: string): unknown {
  const expression = own(input, "KeyConditionExpression");
  const legacy = own(input, "KeyConditions");
  if (expression === undefined) return legacyValue(legacy, partitionKey);
  if (legacy !== undefined) return undefined;
  const names = own(input, "ExpressionAttributeNames");
  const comparisons = comparisonsOf(tokensOf(expression) ?? []);
  const attributes = comparisons?.map(({ name }) => attributeOf(name, names));
  if (comparisons === undefined || attributes?.includes(undefined) !== false) return undefined;
  const about = comparisons.filter((_, at) => attributes[at] === partitionKey);
  const [{ equals } = {}] = about;
  const values = own(input, "ExpressionAttributeValues");
  return about.length === 1 && equals !== undefined && isObject(values) ? own(values, equals) : undefined;
}

/** Conditions joined by AND, in parentheses or not: all that a key condition may be; undefined for anything else. */
function comparisonsOf(tokens: readonly string[]): readonly Comparison[] | undefined {
  const comparisons: Comparison[] = [];
  let open = 0;
  for (let at = 0; ; at++) {
    for (; tokens[at] === "("; at++) open++;
    const comparison = comparisonAt(tokens, at);
    if (comparison === undefined) return undefined;
    comparisons.push(comparison);
    for (at += comparison.length; tokens[at] === ")" && open > 0; at++) open--;
    if (at === tokens.length) return open === 0 ? comparisons : undefined;
    if (!fits(tokens[at], "and")) return undefined;
  }
}

function comparisonAt(tokens: readonly string[], at: number): Comparison | undefined {
  const condition = CONDITIONS.find((parts) =>
    parts.every((part, offset) => fits(tokens[at + offset], part)),
  );
  const name = tokens[at + (condition?.indexOf("name") ?? 0)];
  if (condition === undefined || name === undefined) return undefined;
  const equals = condition[1] === "=" ? tokens[at + condition.indexOf("value")] : undefined;
  return { name, equals, length: condition.length };
}

function fits(token: string | undefined, part: string): boolean {
  if (part === "name") return isName(token);
  return part === "value" ? token?.startsWith(":") === true : token?.toLowerCase() === part;
}

/** `KeyConditions: { pk: { ComparisonOperator: "EQ", AttributeValueList: [value] } }`. */
function legacyValue(conditions: unknown, partitionKey: string): unknown {
  const condition = isObject(conditions) ? own(conditions, partitionKey) : undefined;
  if (!isObject(condition) || own(condition, "ComparisonOperator") !== "EQ") return undefined;
  const values = own(condition, "AttributeValueList");
  return Array.isArray(values) && values.length === 1 ? (values[0] as unknown) : undefined;
}
