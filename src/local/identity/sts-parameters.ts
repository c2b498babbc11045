import { readSessionPolicy } from "../iam/session-policy.ts";
import { LocalError } from "../request.ts";
import type { Role } from "../world.ts";
import { tagProblem } from "./principal-tags.ts";

/** What every AssumeRole call may say about the session it wants. */
export interface SessionParameters {
  readonly roleArn: string;
  readonly sessionName: string;
  /** As asked; undefined asks for the default. */
  readonly durationSeconds: number | undefined;
  /** The inline session policy, parsed; none or one. */
  readonly policies: readonly unknown[];
  /** How much of the room for policies and tags is used, in percent; undefined when none is. */
  readonly packedPolicySize: number | undefined;
}

const MAX_POLICY_LENGTH = 2048;
const DEFAULT_MAX_SESSION_SECONDS = 3600;

/** AWS packs into a format it does not publish; this many bytes, unpacked, stand for a full one. */
const PACKED_BYTES = 4096;

/**
 * Reads the parameters that the AssumeRole calls share.
 *
 * @throws LocalError ValidationError, MalformedPolicyDocument, PackedPolicyTooLarge
 */
export function readSessionParameters(
  form: URLSearchParams,
  tags: Readonly<Record<string, string>>,
): SessionParameters {
  const roleArn = constrained(form, "RoleArn", /^[\s\S]{20,2048}$/);
  const sessionName = constrained(form, "RoleSessionName", /^[\w+=,.@-]{2,64}$/);
  if ([...form.keys()].some((name) => name.startsWith("PolicyArns."))) {
    throw validationError("The stand-in AWS has no managed policies: PolicyArns cannot be used.");
  }
  const policy = form.get("Policy");
  return {
    roleArn,
    sessionName,
    durationSeconds: readDuration(form),
    policies: policy === null ? [] : [readPolicyParameter(policy)],
    packedPolicySize: packedSize(policy ?? "", tags),
  };
}

/** A parameter that must be there and of a form. @throws LocalError ValidationError */
export function constrained(form: URLSearchParams, name: string, pattern: RegExp): string {
  const value = form.get(name);
  if (value !== null && pattern.test(value)) return value;
  const rule =
    value === null
      ? "Member must not be null"
      : `Member must satisfy regular expression pattern: ${pattern.source}`;
  throw constraintError(name, value, rule);
}

/** Session tags: `Tags.member.N.Key`, `.Value`. @throws LocalError ValidationError */
export function readTags(form: URLSearchParams): Readonly<Record<string, string>> {
  const tags: [string, string][] = [];
  for (let n = 1; form.has(`Tags.member.${n}.Key`); n += 1) {
    tags.push([form.get(`Tags.member.${n}.Key`) ?? "", form.get(`Tags.member.${n}.Value`) ?? ""]);
  }
  const problem = tagProblem(tags);
  if (problem !== undefined) throw validationError(problem);
  return Object.fromEntries(tags);
}

/** A list of texts: `<name>.member.N`. */
export function readMembers(form: URLSearchParams, name: string): readonly string[] {
  const members: string[] = [];
  for (let n = 1; form.has(`${name}.member.${n}`); n += 1)
    members.push(form.get(`${name}.member.${n}`) ?? "");
  return members;
}

/** The end of a session in epoch milliseconds, whole seconds. @throws LocalError ValidationError */
export function sessionEnd(
  durationSeconds: number | undefined,
  role: Role,
  { nowMs, defaultMs }: { readonly nowMs: number; readonly defaultMs: number },
): number {
  if ((durationSeconds ?? 0) > (role.maxSessionSeconds ?? DEFAULT_MAX_SESSION_SECONDS)) {
    throw validationError("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
  }
  const durationMs = durationSeconds === undefined ? defaultMs : durationSeconds * 1000;
  return Math.floor((nowMs + durationMs) / 1000) * 1000;
}

/** A parameter that breaks a rule, as STS names it. */
export function validationError(message: string): LocalError {
  return new LocalError("ValidationError", message, 400);
}

function readDuration(form: URLSearchParams): number | undefined {
  const text = form.get("DurationSeconds");
  if (text === null) return undefined;
  const seconds = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (seconds >= 900 && seconds <= 43_200) return seconds;
  const rule =
    seconds > 43_200
      ? "Member must have value less than or equal to 43200"
      : "Member must have value greater than or equal to 900";
  throw constraintError("DurationSeconds", text, rule);
}

/** What STS takes in a policy: everything else must be written as an escape of JSON. */
const POLICY_TEXT = /^[\t\n\r\u0020-\u00FF]+$/;

function readPolicyParameter(policy: string): unknown {
  if (policy.length > MAX_POLICY_LENGTH) {
    throw constraintError(
      "Policy",
      policy,
      `Member must have length less than or equal to ${MAX_POLICY_LENGTH}`,
    );
  }
  if (!POLICY_TEXT.test(policy)) {
    throw constraintError(
      "Policy",
      policy,
      String.raw`Member must satisfy regular expression pattern: [\u0009\u000A\u000D\u0020-\u00FF]+`,
    );
  }
  return readSessionPolicy(policy);
}

function packedSize(policy: string, tags: Readonly<Record<string, string>>): number | undefined {
  const bytes = Object.entries(tags).reduce(
    (sum, [key, value]) => sum + Buffer.byteLength(key + value),
    Buffer.byteLength(policy),
  );
  if (bytes === 0) return undefined;
  const percent = Math.ceil((100 * bytes) / PACKED_BYTES);
  if (percent <= 100) return percent;
  const message = `Packed size of session tags consumes ${percent}% of allotted space.`;
  throw new LocalError("PackedPolicyTooLarge", message, 400);
}

function constraintError(name: string, value: string | null, rule: string): LocalError {
  const member = `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
  const shown = value === null ? "Value null" : `Value '${value}'`;
  return validationError(
    `1 validation error detected: ${shown} at '${member}' failed to satisfy constraint: ${rule}`,
  );
}
