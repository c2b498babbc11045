import { randomUUID } from "node:crypto";
import { LocalError } from "../request.ts";
import type { CallCounter } from "./call-counts.ts";
import type { Claims } from "./claim-values.ts";
import type { TextAnswer } from "./text-answer.ts";

/** One operation: parsed input → output, or a `LocalError` thrown. */
export type JsonOperation = (input: Claims) => Promise<object>;

/**
 * A service of the AWS JSON 1.1 protocol.
 *
 * @param target The whole `x-amz-target`, such as `AWSCognitoIdentityService.GetId`.
 */
export type JsonService = (target: string, body: string | Uint8Array) => Promise<TextAnswer>;

/** Serves operations under `prefix` and answers errors as Cognito does: type in header and body, status 400. */
export function createJsonService(
  prefix: string,
  operations: Readonly<Record<string, JsonOperation>>,
  calls: CallCounter,
): JsonService {
  return async (target, body) => {
    try {
      const [name, operation] = operationOf(prefix, operations, target);
      calls.add(name);
      return answer(200, await operation(parse(body)));
    } catch (error) {
      if (error instanceof LocalError) return cognitoRefusal(error);
      throw error;
    }
  };
}

/** A text member that must be there. @throws LocalError InvalidParameterException */
export function requiredText(input: Claims, name: string): string {
  const value = input[name];
  if (typeof value === "string" && value !== "") return value;
  const member = `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
  throw new LocalError(
    "InvalidParameterException",
    `1 validation error detected: Value at '${member}' failed to satisfy constraint: Member must not be null`,
    400,
  );
}

/** A text member that may be missing. @throws LocalError InvalidParameterException */
export function optionalText(input: Claims, name: string): string | undefined {
  return input[name] === undefined || input[name] === null ? undefined : requiredText(input, name);
}

/** A member that maps texts to texts; empty when missing. @throws LocalError InvalidParameterException */
export function textMap(input: Claims, name: string): Readonly<Record<string, string>> {
  const value = input[name] ?? {};
  const isMap = typeof value === "object" && !Array.isArray(value);
  if (isMap && Object.values(value).every((each) => typeof each === "string")) {
    return value as Readonly<Record<string, string>>;
  }
  throw new LocalError("InvalidParameterException", `${name} must map texts to texts`, 400);
}

function operationOf(
  prefix: string,
  operations: Readonly<Record<string, JsonOperation>>,
  target: string,
): readonly [string, JsonOperation] {
  const name = target.startsWith(`${prefix}.`) ? target.slice(prefix.length + 1) : "";
  const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
  if (operation !== undefined) return [name, operation];
  const known = Object.keys(operations).join(", ");
  const message = `${target} is not among the operations of the stand-in AWS: ${prefix} has ${known}.`;
  throw new LocalError("UnknownOperationException", message, 400);
}

function parse(body: string | Uint8Array): Claims {
  try {
    const input: unknown = JSON.parse(typeof body === "string" ? body : Buffer.from(body).toString("utf8"));
    if (typeof input === "object" && input !== null && !Array.isArray(input)) return input as Claims;
  } catch {
    // Not JSON: the same answer as JSON that is no object.
  }
  throw new LocalError("SerializationException", "The body is not a JSON object.", 400);
}

/** How the services of Cognito tell an error: the bare type in the body, and with a colon behind it in the header. */
export function cognitoRefusal(error: LocalError): TextAnswer {
  const plain = answer(error.status, { __type: error.code, message: error.message });
  const named = { "x-amzn-errortype": `${error.code}:`, "x-amzn-errormessage": headerText(error.message) };
  return { ...plain, headers: { ...plain.headers, ...named } };
}

function answer(status: number, output: unknown): TextAnswer {
  return {
    status,
    headers: { "content-type": "application/x-amz-json-1.1", "x-amzn-requestid": randomUUID() },
    body: JSON.stringify(output),
  };
}

/** A message may quote what a client sent; a header takes printable ASCII only. */
function headerText(message: string): string {
  return message.replaceAll(/[^ -~]/g, "?");
}
