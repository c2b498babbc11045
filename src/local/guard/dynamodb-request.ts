import { LocalError } from "../request.ts";
import { attributeNames } from "./dynamodb-attributes.ts";
import { dynamoDbEntries } from "./dynamodb-entries.ts";
import type { DynamoDbEntry } from "./dynamodb-entries.ts";
import { leadingKeys } from "./dynamodb-keys.ts";
import { tableRequirements } from "./dynamodb-operations.ts";
import { indexArn, tableResource } from "./dynamodb-resource.ts";
import type { Place } from "./dynamodb-resource.ts";
import { statementRequirements } from "./dynamodb-statements.ts";
import type { KeySchemaOf } from "./key-schema.ts";
import type { Requirement } from "./requirement.ts";

/** A DynamoDB call as its signed bytes say it. */
export interface DynamoDbCall {
  /** The API's own name, such as `GetItem`. */
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly requirements: readonly Requirement[];
}

const PREFIX = "DynamoDB_20120810.";
/** A byte order mark is no part of JSON. */
const UTF_8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Reads what a request to DynamoDB or DynamoDB Streams asks for, from `X-Amz-Target` and the body that was signed.
 *
 * @throws LocalError `UnknownOperationException`, `SerializationException` or `ValidationException`, 400.
 */
export function parseDynamoDb(
  target: string,
  body: Buffer,
  options: Place & { readonly keySchemaOf: KeySchemaOf },
): DynamoDbCall {
  const input = readInput(body);
  const operation = target.slice(target.indexOf(".") + 1);
  return { operation, input, requirements: requirementsOf(target, input, options) };
}

function readInput(body: Buffer): Readonly<Record<string, unknown>> {
  try {
    const input: unknown = JSON.parse(UTF_8.decode(body));
    if (typeof input === "object" && input !== null && !Array.isArray(input))
      return input as Record<string, unknown>;
  } catch {
    // The same answer for every kind of broken JSON.
  }
  throw new LocalError("SerializationException", "The request body is not a JSON object.", 400);
}

function requirementsOf(
  target: string,
  input: Readonly<Record<string, unknown>>,
  options: Place & { readonly keySchemaOf: KeySchemaOf },
): readonly Requirement[] {
  const operation = target.startsWith(PREFIX) ? target.slice(PREFIX.length) : "";
  const entries = dynamoDbEntries(operation, input);
  const found =
    entries?.map((entry) => itemRequirement(entry, options)) ??
    statementRequirements(operation, input, options) ??
    tableRequirements(target, input, options);
  if (found !== undefined) return found;
  throw new LocalError("UnknownOperationException", "The operation is unknown to the stand-in.", 400);
}

/**
 * One access to items, with the keys that fine-grained access control goes by.
 *
 * Source: Amazon DynamoDB Developer Guide, "Using IAM policy conditions for fine-grained access control".
 */
function itemRequirement(
  entry: DynamoDbEntry,
  options: Place & { readonly keySchemaOf: KeySchemaOf },
): Requirement {
  const { arn, table } = tableResource(entry.table, options);
  const schema = options.keySchemaOf(table, entry.index);
  const context: Record<string, string | readonly string[]> = {
    "dynamodb:LeadingKeys": schema === undefined ? [] : leadingKeys(entry.parts, schema.partitionKey),
    "dynamodb:Attributes": attributeNames(entry.parts),
    "dynamodb:EnclosingOperation": entry.enclosing === undefined ? [] : [entry.enclosing],
  };
  const { select, returnValues, returnConsumedCapacity } = entry;
  if (select !== undefined) context["dynamodb:Select"] = select;
  if (returnValues !== undefined) context["dynamodb:ReturnValues"] = returnValues;
  if (returnConsumedCapacity !== undefined)
    context["dynamodb:ReturnConsumedCapacity"] = returnConsumedCapacity;
  return { action: entry.action, resource: indexArn(arn, entry.index), context };
}
