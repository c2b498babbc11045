import { LocalError } from "../request.ts";
import type { Session } from "../session.ts";
import { accountOf, assumeRole } from "./assume-role.ts";
import type { AssumeRoleOptions, AssumedRole, StsCaller } from "./assume-role.ts";
import type { CallCounter } from "./call-counts.ts";
import { constrained, readSessionParameters, sessionEnd } from "./sts-parameters.ts";
import { stsAnswer, stsRefusal } from "./sts-xml.ts";
import type { XmlContent } from "./sts-xml.ts";
import type { TextAnswer } from "./text-answer.ts";
import { carriedContext, findRole, trustsWebIdentity } from "./trust.ts";
import { verifyWebIdentity } from "./web-identity.ts";
import type { WebIdentityOptions } from "./web-identity.ts";

/** What STS stands on. */
export interface StsOptions extends AssumeRoleOptions, WebIdentityOptions {
  readonly calls: CallCounter;
}

/**
 * STS over the query protocol.
 *
 * @param caller Who signed the request; undefined for an unsigned one.
 */
export type Sts = (form: URLSearchParams, caller?: StsCaller) => Promise<TextAnswer>;

type Action = (
  form: URLSearchParams,
  caller: StsCaller | undefined,
  options: StsOptions,
) => Promise<XmlContent>;

const VERSION = "2011-06-15";

const ACTIONS: Readonly<Record<string, Action>> = {
  AssumeRole: async (form, caller, options) => {
    const assumed = assumeRole(form, signedBy(caller), options);
    return { ...credentials(assumed), SourceIdentity: assumed.sourceIdentity };
  },
  AssumeRoleWithWebIdentity: (form, _caller, options) => assumeRoleWithWebIdentity(form, options),
  GetCallerIdentity: async (_form, caller) => {
    const { assumedRoleArn, userId } = signedBy(caller);
    return { Arn: assumedRoleArn, UserId: userId, Account: accountOf(assumedRoleArn) };
  },
};

/** AssumeRole, AssumeRoleWithWebIdentity and GetCallerIdentity. */
export function createSts(options: StsOptions): Sts {
  return async (form, caller) => {
    try {
      const [name, action] = actionOf(form);
      options.calls.add(name);
      return stsAnswer(name, await action(form, caller, options));
    } catch (error) {
      if (error instanceof LocalError) return stsRefusal(error);
      throw error;
    }
  };
}

async function assumeRoleWithWebIdentity(form: URLSearchParams, options: StsOptions): Promise<XmlContent> {
  const token = constrained(form, "WebIdentityToken", /^[\s\S]{4,20000}$/);
  const who = await verifyWebIdentity(token, options);
  const asked = readSessionParameters(form, who.tags);
  const role = findRole(options.world, asked.roleArn);
  const named = { ...who, context: { ...who.context, "sts:RoleSessionName": asked.sessionName } };
  if (role === undefined || !trustsWebIdentity(options.trusts, role, named)) {
    throw new LocalError("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity", 403);
  }
  const clock = { nowMs: options.now(), defaultMs: options.lifetimes.credentialsMs };
  const session = options.sessions.issue({
    roleArn: asked.roleArn,
    sessionName: asked.sessionName,
    expiresAtMs: sessionEnd(asked.durationSeconds, role, clock),
    tags: who.tags,
    sessionPolicies: asked.policies,
    context: { ...who.context, ...carriedContext(who.sourceIdentity, who.transitiveKeys) },
  });
  return {
    SubjectFromWebIdentityToken: who.subject,
    Audience: who.audience,
    ...credentials({ session, packedPolicySize: asked.packedPolicySize }),
    Provider: who.federated,
    SourceIdentity: who.sourceIdentity,
  };
}

function credentials({ session, packedPolicySize }: Omit<AssumedRole, "sourceIdentity">): {
  readonly [name: string]: XmlContent | undefined;
} {
  return {
    AssumedRoleUser: { Arn: session.assumedRoleArn, AssumedRoleId: session.userId },
    Credentials: credentialElements(session),
    PackedPolicySize: packedPolicySize,
  };
}

function credentialElements(session: Session): XmlContent {
  return {
    AccessKeyId: session.accessKeyId,
    SecretAccessKey: session.secretAccessKey,
    SessionToken: session.sessionToken,
    Expiration: new Date(session.expiresAtMs).toISOString().replace(/\.\d{3}Z$/, "Z"),
  };
}

function actionOf(form: URLSearchParams): readonly [string, Action] {
  const [name, ...more] = form.getAll("Action");
  if (name === undefined || more.length > 0) {
    throw new LocalError("MissingAction", "The request must contain exactly one Action.", 400);
  }
  const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
  const version = form.get("Version") ?? "";
  if (action !== undefined && version === VERSION) return [name, action];
  throw new LocalError("InvalidAction", `Could not find operation ${name} for version ${version}`, 400);
}

function signedBy(caller: StsCaller | undefined): StsCaller {
  if (caller !== undefined) return caller;
  throw new LocalError("MissingAuthenticationToken", "Request is missing Authentication Token", 403);
}
