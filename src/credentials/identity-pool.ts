import { LRUCache } from "lru-cache";
import { endpointOf } from "../aws/endpoint.ts";
import type { Caller } from "../domain/caller.ts";
import type { Credentials } from "../domain/credentials.ts";
import type { Clock } from "../domain/clock.ts";
import { Refusal, type RefusalCode } from "../domain/refusal.ts";
import type { Reply } from "../outbound/call.ts";
import type { Broker } from "./broker.ts";
import type { ExchangeCall } from "./exchange.ts";
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
  /** Identity ids kept. Default 100,000: GetId is the narrowest quota, and an id is small and never changes. */
  readonly maxIdentities?: number;
}

/** Public, unsigned calls (Amazon Cognito Federated Identities API, 2014-06-30): Postern needs no keys for them. */
const TARGET = "AWSCognitoIdentityService.";

/**
 * The enhanced flow of an identity pool: GetId, then GetCredentialsForIdentity, naming the role where the rule names
 * one, then the proof by STS that the credentials hold that role.
 */
export function createIdentityPool(options: IdentityPoolOptions): Broker {
  const { identityPoolId, exchange, proveRole, now } = options;
  const url = `${endpointOf("cognito-identity", identityPoolId.slice(0, identityPoolId.indexOf(":")), options.endpoint)}/`;
  const identities = new LRUCache<string, string>({ max: options.maxIdentities ?? 100_000 });

  const ask = async (
    operation: string,
    input: object,
    refused: RefusalCode,
  ): Promise<Record<string, unknown>> => {
    const headers = { "content-type": "application/x-amz-json-1.1", "x-amz-target": `${TARGET}${operation}` };
    const call = { url, method: "POST", headers, body: JSON.stringify(input) } as const;
    const body = await exchange(operation, call, (reply) => refusalOf(operation, reply, refused));
    return readObject(operation, body);
  };

  const identityOf = async (caller: Caller): Promise<string> => {
    const known = identities.get(identityKey(caller));
    if (known !== undefined) return known;
    const { IdentityId: id } = await ask(
      "GetId",
      { IdentityPoolId: identityPoolId, Logins: loginsOf(caller) },
      "credentials-refused",
    );
    if (typeof id !== "string" || id === "") throw unavailable("GetId gave no identity");
    identities.set(identityKey(caller), id);
    return id;
  };

  return async ({ role }, caller) => {
    const identityId = await identityOf(caller);
    const input = {
      IdentityId: identityId,
      Logins: loginsOf(caller),
      ...(role !== "pool" && { CustomRoleArn: role }),
    };
    const refused = role === "pool" ? "credentials-refused" : "role-not-granted";
    const answer = await ask("GetCredentialsForIdentity", input, refused).catch((error: unknown) => {
      // The identity may have been deleted or merged into another: ask for it anew next time.
      identities.delete(identityKey(caller));
      throw error;
    });
    const credentials = readCredentials(answer, identityId, now());
    if (proveRole === undefined) return credentials;
    const assumedRoleArn = await proveRole(credentials);
    if (role !== "pool" && !grants(assumedRoleArn, role)) {
      throw new Refusal("role-mismatch", { detail: `${assumedRoleArn} is not ${role}` });
    }
    return { ...credentials, assumedRoleArn };
  };
}

/** Exactly one login, that of the token which was verified: two would be merged into one identity for good. */
function loginsOf({ login }: Caller): Readonly<Record<string, string>> {
  return { [login.provider]: login.token };
}

function identityKey({ login, subject }: Caller): string {
  return `${login.provider} ${subject}`;
}

function readCredentials(answer: Record<string, unknown>, identityId: string, nowMs: number): Credentials {
  const given = answer["Credentials"];
  if (typeof given !== "object" || given === null) throw unavailable("no Credentials");
  const { AccessKeyId, SecretKey, SessionToken, Expiration } = given as Record<string, unknown>;
  const strings = [AccessKeyId, SecretKey, SessionToken];
  if (!strings.every((value) => typeof value === "string" && value !== ""))
    throw unavailable("empty credentials");
  if (typeof Expiration !== "number" || !(Expiration * 1000 > nowMs))
    throw unavailable("credentials that have expired");
  return {
    accessKeyId: AccessKeyId as string,
    secretAccessKey: SecretKey as string,
    sessionToken: SessionToken as string,
    expiresAtMs: Expiration * 1000,
    identityId: typeof answer["IdentityId"] === "string" ? answer["IdentityId"] : identityId,
  };
}

function readObject(operation: string, body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch (cause) {
    throw unavailable(`${operation} answered no JSON`, cause);
  }
  throw unavailable(`${operation} answered no object`);
}

/** Errors of the API that are the caller's, by `__type`; the status says too little. */
const DENIALS = new Set(["NotAuthorizedException", "InvalidParameterException", "ResourceConflictException"]);
const THROTTLES = new Set(["TooManyRequestsException", "LimitExceededException"]);

function refusalOf(operation: string, reply: Reply, refused: RefusalCode): Refusal {
  const type = errorType(reply);
  const detail = `${operation}: ${type ?? `status ${reply.status}`}`;
  if (type !== undefined && DENIALS.has(type)) return new Refusal(refused, { detail });
  if (type !== undefined && THROTTLES.has(type)) return new Refusal("credentials-throttled", { detail });
  return new Refusal(reply.status === 429 ? "credentials-throttled" : "credentials-unavailable", { detail });
}

/** `NotAuthorizedException` out of `com.example#NotAuthorizedException:` and the like. */
function errorType(reply: Reply): string | undefined {
  try {
    const { __type: type } = JSON.parse(reply.body) as { __type?: unknown };
    if (typeof type === "string") return type.slice(type.indexOf("#") + 1).replace(/:.*$/s, "");
  } catch {
    // A gateway's page in place of AWS's JSON: the status is all there is.
  }
  return undefined;
}

function unavailable(detail: string, cause?: unknown): Refusal {
  return new Refusal("credentials-unavailable", { detail, cause });
}
