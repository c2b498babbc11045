import { LocalError } from "../request.ts";
import type { LambdaFunction } from "../world.ts";
import type { Place } from "./dynamodb-resource.ts";
import { percentDecode, utf8 } from "./percent.ts";
import { singleQuery } from "./request-head.ts";
import type { RequestHead } from "./request-head.ts";
import type { Requirement } from "./requirement.ts";

/** A call of Lambda, or of a function by its URL, as its signed bytes say it. */
export interface LambdaCall {
  /** `Invoke`, `GetFunction`, or `InvokeFunctionUrl`. */
  readonly operation: string;
  /** Without its qualifier. */
  readonly functionName: string;
  /** A version or an alias. */
  readonly qualifier?: string;
  readonly requirements: readonly Requirement[];
}

/** Operation → method, what follows the function's name in the path, and IAM's action. */
const ROUTES: readonly (readonly [operation: string, method: string, rest: string, action: string])[] = [
  ["Invoke", "POST", "/invocations", "lambda:InvokeFunction"],
  ["GetFunction", "GET", "", "lambda:GetFunction"],
];

const FUNCTION_NAME =
  /^(?:arn:aws:lambda:)?(?:(?<where>[a-z]{2}(?:-gov)?-[a-z]+-\d):)?(?:(?<owner>\d{12}):)?(?:function:)?(?<name>[a-zA-Z0-9-_]{1,140})(?::(?<qualifier>\$LATEST|[a-zA-Z0-9-_]{1,128}))?$/;

/**
 * Reads a call of Lambda's API: method and path say which, and the path names the function, by any of its names.
 *
 * Source: AWS Lambda API reference, `Invoke` and `GetFunction`.
 *
 * @throws LocalError `ResourceNotFoundException` 404 or `InvalidParameterValueException` 400.
 */
export function parseLambda(head: RequestHead, place: Place): LambdaCall {
  const [, label, rest = ""] = /^\/2015-03-31\/functions\/([^/]+)((?:\/[^/]+)*)\/?$/.exec(head.path) ?? [];
  const route = ROUTES.find(([, method, end]) => method === head.method && end === rest);
  if (label === undefined || route === undefined) throw notThere(`${head.method} ${head.path}`);
  const [operation, , , action] = route;
  const { name, qualifier } = readName(label, place);
  const asked = qualifier ?? singleQuery(head, "Qualifier");
  const resource = functionArn(asked === undefined ? name : `${name}:${asked}`, place);
  return {
    operation,
    functionName: name,
    ...(asked !== undefined && { qualifier: asked }),
    requirements: [{ action, resource, context: {} }],
  };
}

/** Both, since November 2026 (Lambda developer guide, access control of function URLs). */
const URL_ACTIONS = ["lambda:InvokeFunctionUrl", "lambda:InvokeFunction"];

/**
 * What a request to a function's URL needs.
 *
 * @throws LocalError `AccessDeniedException` 403 where no function has the URL.
 */
export function parseFunctionUrl(named: LambdaFunction | undefined, place: Place): LambdaCall {
  if (named === undefined) throw new LocalError("AccessDeniedException", "Forbidden", 403);
  const resource = functionArn(named.name, place);
  const requirements = URL_ACTIONS.map((action) => ({ action, resource, context: {} }));
  return { operation: "InvokeFunctionUrl", functionName: named.name, requirements };
}

/**
 * A name or an ARN, or what is left of one without its first parts, each with a qualifier or without.
 *
 * Source: AWS Lambda API reference, `Invoke`, FunctionName: each part is taken for the first that it can be.
 */
function readName(label: string, { region, account }: Place): { name: string; qualifier?: string } {
  const bytes = percentDecode(label, "plus-is-plus");
  const text = (bytes === undefined ? undefined : utf8(bytes)) ?? "";
  const { where, owner, name, qualifier } = FUNCTION_NAME.exec(text)?.groups ?? {};
  if (name === undefined || (where ?? region) !== region || (owner ?? account) !== account) {
    const message = `Value '${text}' at 'functionName' failed to satisfy constraint`;
    throw new LocalError("InvalidParameterValueException", message, 400);
  }
  return { name, ...(qualifier !== undefined && { qualifier }) };
}

function functionArn(name: string, { region, account }: Place): string {
  return `arn:aws:lambda:${region}:${account}:function:${name}`;
}

function notThere(what: string): LocalError {
  return new LocalError("ResourceNotFoundException", `The stand-in's Lambda has no ${what}`, 404);
}
