import { LocalError } from "../request.ts";
import { isObject } from "../shape.ts";
import type { Place } from "./dynamodb-resource.ts";
import { percentDecode, utf8 } from "./percent.ts";
import type { RequestHead } from "./request-head.ts";
import type { Requirement } from "./requirement.ts";

/** A call of AWS IoT's control plane, as its signed bytes say it. */
export interface IotCall {
  readonly operation: IotOperation;
  /** Empty where the operation names none. */
  readonly policyName: string;
  /** Whom a policy is attached to: here an id of an identity. Empty where the operation names none. */
  readonly target: string;
  readonly requirements: readonly Requirement[];
}

/** The operations that the stand-in has. */
export type IotOperation = "AttachPolicy" | "DetachPolicy" | "GetPolicy" | "ListAttachedPolicies";

/** Method, the beginning of the path before one label, and the operation. */
const ROUTES: readonly (readonly [method: string, prefix: string, operation: IotOperation])[] = [
  ["PUT", "/target-policies/", "AttachPolicy"],
  ["POST", "/target-policies/", "DetachPolicy"],
  ["GET", "/policies/", "GetPolicy"],
  ["POST", "/attached-policies/", "ListAttachedPolicies"],
];

/**
 * Reads a call by its method and path.
 *
 * What IAM is asked about is the policy for `GetPolicy` and the target for all others, as it stands: an identity has no
 * ARN, so that only a policy on `*` allows to attach anything to it. Sources: AWS IoT API reference; Service Authorization
 * Reference, "Actions, resources, and condition keys for AWS IoT"; what AWS was seen to refuse (aws-sdk-android #640).
 *
 * @throws LocalError `ResourceNotFoundException` 404 for another path, `InvalidRequestException` 400.
 */
export function parseIot({ method, path }: RequestHead, body: Buffer, { region, account }: Place): IotCall {
  const route = ROUTES.find(([verb, prefix]) => verb === method && path.startsWith(prefix));
  if (route === undefined) throw new LocalError("ResourceNotFoundException", "Not Found", 404);
  const [, prefix, operation] = route;
  const label = decoded(path.slice(prefix.length));
  const isList = operation === "ListAttachedPolicies";
  const policyName = isList ? "" : policyNameOf(label);
  const target = isList ? targetOf(label) : operation === "GetPolicy" ? "" : targetOf(targetIn(body));
  const resource = target === "" ? `arn:aws:iot:${region}:${account}:policy/${policyName}` : target;
  const requirements = [{ action: `iot:${operation}`, resource, context: {} }];
  return { operation, policyName, target, requirements };
}

function decoded(label: string): string {
  const bytes = label.includes("/") ? undefined : percentDecode(label, "plus-is-plus");
  const text = bytes === undefined ? undefined : utf8(bytes);
  if (text === undefined) throw invalid("The label in the path cannot be read.");
  return text;
}

function policyNameOf(label: string): string {
  if (/^[\w+=,.@-]{1,128}$/.test(label)) return label;
  throw invalid(
    `Value '${label}' at 'policyName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]+`,
  );
}

/** Of all that can be a target, the stand-in has identities. */
function targetOf(text: string): string {
  if (/^[a-z]{2,4}(?:-[a-z]+)+-\d:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)) return text;
  throw invalid(`Invalid target: ${text}`);
}

function targetIn(body: Buffer): string {
  try {
    const input: unknown = JSON.parse(body.toString("utf8"));
    const target = isObject(input) ? input["target"] : undefined;
    if (typeof target === "string") return target;
  } catch {
    // What is not JSON has no target either.
  }
  throw invalid("Missing required field: target");
}

function invalid(message: string): LocalError {
  return new LocalError("InvalidRequestException", message, 400);
}
