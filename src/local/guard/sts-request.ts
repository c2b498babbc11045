import { LocalError } from "../request.ts";
import type { Requirement } from "./requirement.ts";

/** A signed STS call. */
export interface StsCall {
  readonly operation: string;
  /** The form's other fields. */
  readonly parameters: ReadonlyMap<string, string>;
  readonly requirements: readonly Requirement[];
}

/**
 * Reads a signed STS call from its form.
 *
 * GetCallerIdentity needs no permission at all: not even a deny keeps a caller from knowing who they are.
 *
 * @throws LocalError `MissingAction`, `InvalidAction` or `InvalidParameterValue`, 400.
 */
export function parseSts(body: Buffer): StsCall {
  const parameters = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(body.toString("utf8"))) {
    if (parameters.has(name))
      throw new LocalError("InvalidParameterValue", `${name} is given more than once`, 400);
    parameters.set(name, value);
  }
  const operation = parameters.get("Action");
  if (operation === undefined) throw new LocalError("MissingAction", "The request has no Action.", 400);
  parameters.delete("Action");
  return { operation, parameters, requirements: requirementsOf(operation, parameters) };
}

function requirementsOf(operation: string, parameters: ReadonlyMap<string, string>): readonly Requirement[] {
  if (operation === "GetCallerIdentity") return [];
  if (operation === "AssumeRole") {
    return [{ action: "sts:AssumeRole", resource: parameters.get("RoleArn") ?? "*", context: {} }];
  }
  const message = `Could not find operation ${operation} for version ${parameters.get("Version") ?? "NO_VERSION_SPECIFIED"}`;
  throw new LocalError("InvalidAction", message, 400);
}
