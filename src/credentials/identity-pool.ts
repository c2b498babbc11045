import { endpointOf } from "../aws/endpoint.ts";
import type { Caller } from "../domain/caller.ts";
import type { Clock } from "../domain/clock.ts";
import type { Credentials } from "../domain/credentials.ts";
import type { Permit } from "../domain/decision.ts";
import { Refusal, type RefusalCode } from "../domain/refusal.ts";
import type { Reply } from "../outbound/call.ts";
import { AwsError, isDecision, type Meaning, refusalOf } from "./aws-error.ts";
import type { Broker } from "./broker.ts";
import type { ExchangeCall } from "./exchange.ts";
import { createIdentities } from "./identities.ts";
import { grants, type ProveRole } from "./sts.ts";

/** What {@link createIdentityPool} needs. */
export interface IdentityPoolOptions {
  /** Such as `us-east-1:00000000-0000-4000-8000-000000000001`; its region is the first part. */
  readonly identityPoolId: string;
  /** One address for every AWS call, for testing. */
  readonly endpoint: string | undefined;
  readonly exchange: ExchangeCall;
  /** Asks STS which role credentials hold; undefined where the configuration switched the proof off. */
  readonly proveRole: ProveRole | undefined;
  readonly now: Clock;
  /** Identity ids kept. Default 100,000: they are small, and GetId is the narrowest quota. */
  readonly maxIdentities?: number;
}

/**
 * The enhanced flow of an identity pool: GetId, then GetCredentialsForIdentity, naming the role where the rule names
 * one, then the proof by STS that the credentials hold that role.
 */
export function createIdentityPool(options: IdentityPoolOptions): Broker {
  const { proveRole, maxIdentities = 100_000 } = options;
  const calls = createCalls(options);
  const identities = createIdentities(calls.getId, maxIdentities);

  const obtain = async (permit: Permit, caller: Caller): Promise<Credentials> => {
    const { id, known } = await identities.find(caller);
    try {
      const credentials = await calls.getCredentials(id, permit, caller);
      if (credentials.identityId !== id) identities.forget(caller); // merged into another
      return credentials;
    } catch (error) {
      // Only a decision can be about the identity, and after a fault GetId would be one call more for nothing.
      if (isDecision(error)) identities.forget(caller);
      if (!known || !isUnknownIdentity(error)) throw error;
    }
    const anew = await identities.find(caller);
    return calls.getCredentials(anew.id, permit, caller);
  };

  return async (permit, caller) => {
    const credentials = await obtain(permit, caller);
    if (proveRole === undefined) return credentials;
    const assumedRoleArn = await proveRole(credentials, caller);
    if (permit.role !== POOL && !grants(assumedRoleArn, permit.role))
      throw new Refusal("role-mismatch", { detail: `${assumedRoleArn} is not ${permit.role}` });
    return { ...credentials, assumedRoleArn };
  };
}

/** The role of a rule that leaves the choice to the identity pool. */
const POOL = "pool";

/** Public, unsigned calls (Amazon Cognito Federated Identities API, 2014-06-30): Postern needs no keys for them. */
const TARGET = "AWSCognitoIdentityService.";

function createCalls({ identityPoolId, endpoint, exchange, now }: IdentityPoolOptions) {
  const region = identityPoolId.slice(0, identityPoolId.indexOf(":"));
  const url = `${endpointOf("cognito-identity", region, endpoint)}/`;

  const ask = <T>(
    operation: string,
    input: object,
    { caller, read, denied }: { caller: Caller; read: (answer: JsonObject) => T; denied: RefusalCode },
  ): Promise<T> => {
    const headers = { "content-type": "application/x-amz-json-1.1", "x-amz-target": `${TARGET}${operation}` };
    return exchange({
      service: "cognito-identity",
      caller,
      operation,
      call: { url, method: "POST", headers, body: JSON.stringify(input) },
      read: (body) => read(readObject(operation, body)),
      refusalOf: (reply) =>
        refusalOf({ operation, status: reply.status, type: errorType(reply) }, MEANINGS, denied),
    });
  };

  return {
    getId: (caller: Caller) =>
      ask(
        "GetId",
        { IdentityPoolId: identityPoolId, Logins: loginsOf(caller) },
        { caller, read: readIdentityId, denied: "credentials-refused" },
      ),
    getCredentials: (identityId: string, { role }: Permit, caller: Caller) =>
      ask(
        "GetCredentialsForIdentity",
        { IdentityId: identityId, Logins: loginsOf(caller), ...(role !== POOL && { CustomRoleArn: role }) },
        {
          caller,
          read: (answer) => readCredentials({ IdentityId: identityId, ...answer }, now()),
          denied: role === POOL ? "credentials-refused" : "role-not-granted",
        },
      ),
  };
}

/** Exactly one login, that of the token which was verified: two would be merged into one identity for good. */
function loginsOf({ login }: Caller): Readonly<Record<string, string>> {
  return login === undefined ? {} : { [login.provider]: login.token };
}

type JsonObject = Readonly<Record<string, unknown>>;

function readObject(operation: string, body: string): JsonObject {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === "object" && value !== null) return value as JsonObject;
  } catch (cause) {
    throw unusable(`${operation} answered no JSON`, cause);
  }
  throw unusable(`${operation} answered no object`);
}

function readIdentityId({ IdentityId: id }: JsonObject): string {
  if (typeof id !== "string" || id === "") throw unusable("GetId gave no identity");
  return id;
}

/** What can stand in a header, which is where credentials go. */
const PRINTABLE = /^[\x21-\x7e]+$/;

function readCredentials({ IdentityId, Credentials: given }: JsonObject, nowMs: number): Credentials {
  if (typeof given !== "object" || given === null) throw unusable("no Credentials");
  const { AccessKeyId, SecretKey, SessionToken, Expiration } = given as JsonObject;
  if (!isPrintable(AccessKeyId) || !isPrintable(SecretKey) || !isPrintable(SessionToken))
    throw unusable("Credentials that cannot be used");
  if (typeof Expiration !== "number" || !Number.isFinite(Expiration))
    throw unusable("Credentials without an end");
  if (Expiration * 1000 <= nowMs) throw unusable("Credentials that have expired");
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretKey,
    sessionToken: SessionToken,
    expiresAtMs: Expiration * 1000,
    identityId: readIdentityId({ IdentityId }),
  };
}

function isPrintable(value: unknown): value is string {
  return typeof value === "string" && PRINTABLE.test(value);
}

const MEANINGS: ReadonlyMap<string, Meaning> = new Map([
  ["NotAuthorizedException", "denied"],
  ["InvalidParameterException", "denied"],
  ["ResourceConflictException", "denied"], // the login is linked to another identity
  ["ResourceNotFoundException", "misconfigured"], // no such pool; or no such identity, which is asked for anew
  ["InvalidIdentityPoolConfigurationException", "misconfigured"], // no role, or one that does not trust the pool
  ["TooManyRequestsException", "throttled"],
  ["LimitExceededException", "throttled"],
  ["ExternalServiceException", "failed"], // the user pool did not answer the identity pool
  ["InternalErrorException", "failed"],
]);

function isUnknownIdentity(error: unknown): boolean {
  const cause = error instanceof Refusal ? error.cause : undefined;
  return cause instanceof AwsError && cause.type === "ResourceNotFoundException";
}

/** `NotAuthorizedException` out of `com.example#NotAuthorizedException:` and the like, of body or header. */
function errorType({ body, headers }: Reply): string | undefined {
  const named = typeOfBody(body) ?? headers["x-amzn-errortype"];
  return typeof named === "string"
    ? /^(?:[^#]*#)?(?<type>\w{1,100})(?::|$)/.exec(named)?.groups?.["type"]
    : undefined;
}

function typeOfBody(body: string): unknown {
  try {
    const { __type: type } = JSON.parse(body) as { __type?: unknown };
    return type;
  } catch {
    return undefined; // a gateway's page in place of AWS's JSON
  }
}

function unusable(detail: string, cause?: unknown): Refusal {
  return new Refusal("credentials-unavailable", { detail, cause });
}
