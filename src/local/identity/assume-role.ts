import { LocalError } from "../request.ts";
import type { Session, Sessions } from "../session.ts";
import type { Role, World } from "../world.ts";
import type { Lifetimes } from "./lifetimes.ts";
import { constrained, readMembers, readSessionParameters, readTags } from "./sts-parameters.ts";
import { sessionEnd, validationError } from "./sts-parameters.ts";
import { SOURCE_IDENTITY, SOURCE_IDENTITY_TEXT, TRANSITIVE_KEYS } from "./trust.ts";
import { carriedContext, findRole, tagContext } from "./trust.ts";
import type { TrustContext, Trusts } from "./trust.ts";

/**
 * Who signed the call: a session, or an IAM user given the shape of one, its ARN in both `assumedRoleArn` and
 * `roleArn`.
 */
export type StsCaller = Pick<Session, "assumedRoleArn" | "roleArn" | "userId" | "tags" | "context">;

/** Whether a caller's own policies allow an action. */
export type Permits = (
  caller: StsCaller,
  request: { readonly action: string; readonly resource: string },
) => boolean;

/** What AssumeRole stands on. */
export interface AssumeRoleOptions {
  readonly world: World;
  readonly sessions: Sessions;
  readonly trusts: Trusts;
  /** Asked where a role trusts the caller's whole account, so that the caller's own policies decide. */
  readonly permits: Permits;
  readonly lifetimes: Lifetimes;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** A session with what STS tells of it besides its credentials. */
export interface AssumedRole {
  readonly session: Session;
  readonly packedPolicySize: number | undefined;
  readonly sourceIdentity: string | undefined;
}

const CHAINED_MAX_SECONDS = 3600;

interface Tagging {
  /** Tags of the request. */
  readonly requested: Readonly<Record<string, string>>;
  /** Those, and the caller's transitive ones. */
  readonly all: Readonly<Record<string, string>>;
  readonly transitiveKeys: readonly string[];
}

/**
 * Gives a session of a role to a caller that the role trusts.
 *
 * @throws LocalError AccessDenied, ValidationError, MalformedPolicyDocument, PackedPolicyTooLarge
 */
export function assumeRole(
  form: URLSearchParams,
  caller: StsCaller,
  options: AssumeRoleOptions,
): AssumedRole {
  const tagging = readTagging(form, caller);
  const asked = readSessionParameters(form, tagging.all);
  const sourceIdentity = readSourceIdentity(form, caller);
  const context = trustContext(form, caller, { tagging, sourceIdentity });
  const actions = [
    "sts:AssumeRole",
    ...(Object.keys(tagging.requested).length > 0 ? ["sts:TagSession"] : []),
    ...(sourceIdentity === undefined ? [] : ["sts:SetSourceIdentity"]),
  ];
  const role = findRole(options.world, asked.roleArn);
  const refused = actions.find((action) => !mayDo(action, role, { caller, context, options }));
  if (role === undefined || refused !== undefined) {
    throw accessDenied(caller, refused ?? "sts:AssumeRole", asked.roleArn);
  }
  if (isRoleSession(caller) && (asked.durationSeconds ?? 0) > CHAINED_MAX_SECONDS) {
    throw validationError(
      "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
    );
  }
  const clock = { nowMs: options.now(), defaultMs: options.lifetimes.credentialsMs };
  const session = options.sessions.issue({
    roleArn: asked.roleArn,
    sessionName: asked.sessionName,
    expiresAtMs: sessionEnd(asked.durationSeconds, role, clock),
    tags: tagging.all,
    sessionPolicies: asked.policies,
    context: carriedContext(sourceIdentity, tagging.transitiveKeys),
  });
  return { session, packedPolicySize: asked.packedPolicySize, sourceIdentity };
}

/** The account of a caller or role. */
export function accountOf(arn: string): string {
  return arn.split(":")[4] ?? "";
}

/**
 * Whether the role's trust policy takes the caller. A role that trusts the whole account leaves the last word to the
 * caller's own policies; one that names the caller does not need them. Source: IAM user guide, evaluation logic.
 */
function mayDo(
  action: string,
  role: Role | undefined,
  who: { readonly caller: StsCaller; readonly context: TrustContext; readonly options: AssumeRoleOptions },
): boolean {
  if (role === undefined) return false;
  const { caller, context, options } = who;
  const account = `arn:aws:iam::${accountOf(caller.assumedRoleArn)}:root`;
  if (!options.trusts(role.trust, { action, principal: caller.assumedRoleArn, context })) return false;
  if (!options.trusts(role.trust, { action, principal: account, context })) return true;
  const resource = `arn:aws:iam::${options.world.account}:role/${role.name}`;
  return options.permits(caller, { action, resource });
}

function readTagging(form: URLSearchParams, caller: StsCaller): Tagging {
  const requested = readTags(form);
  const given = caller.context[TRANSITIVE_KEYS] ?? [];
  const inheritedKeys = typeof given === "string" ? [given] : given;
  const clash = inheritedKeys.some((key) =>
    Object.keys(requested).some((name) => name.toLowerCase() === key.toLowerCase()),
  );
  if (clash) {
    throw validationError(
      "One of the specified tag keys conflicts with a transitive tag of the calling session.",
    );
  }
  const newKeys = readMembers(form, "TransitiveTagKeys");
  if (!newKeys.every((key) => Object.hasOwn(requested, key))) {
    throw validationError("The specified transitive tag key must be included in the requested tags.");
  }
  const inherited = Object.fromEntries(inheritedKeys.map((key) => [key, caller.tags[key] ?? ""]));
  return { requested, all: { ...inherited, ...requested }, transitiveKeys: [...inheritedKeys, ...newKeys] };
}

/** Once set, a source identity stays through every further role. */
function readSourceIdentity(form: URLSearchParams, caller: StsCaller): string | undefined {
  const kept = caller.context[SOURCE_IDENTITY];
  const given = form.has("SourceIdentity")
    ? constrained(form, "SourceIdentity", SOURCE_IDENTITY_TEXT)
    : undefined;
  if (typeof kept !== "string") return given;
  if (given === undefined || given === kept) return kept;
  throw accessDenied(caller, "sts:SetSourceIdentity", form.get("RoleArn") ?? "");
}

function trustContext(
  form: URLSearchParams,
  caller: StsCaller,
  asked: { readonly tagging: Tagging; readonly sourceIdentity: string | undefined },
): Record<string, string | readonly string[]> {
  const { tagging, sourceIdentity } = asked;
  const externalId = form.get("ExternalId");
  return {
    "aws:PrincipalArn": caller.roleArn,
    "aws:PrincipalAccount": accountOf(caller.roleArn),
    "aws:userid": caller.userId,
    ...Object.fromEntries(Object.entries(caller.tags).map(([key, tag]) => [`aws:PrincipalTag/${key}`, tag])),
    "sts:RoleSessionName": form.get("RoleSessionName") ?? "",
    ...(externalId === null ? {} : { "sts:ExternalId": externalId }),
    ...(sourceIdentity === undefined ? {} : { "sts:SourceIdentity": sourceIdentity }),
    ...tagContext(tagging.requested),
    ...(tagging.transitiveKeys.length === 0 ? {} : { [TRANSITIVE_KEYS]: tagging.transitiveKeys }),
  };
}

function isRoleSession(caller: StsCaller): boolean {
  return caller.assumedRoleArn.includes(":assumed-role/");
}

function accessDenied(caller: StsCaller, action: string, roleArn: string): LocalError {
  return new LocalError(
    "AccessDenied",
    `User: ${caller.assumedRoleArn} is not authorized to perform: ${action} on resource: ${roleArn}`,
    403,
  );
}
