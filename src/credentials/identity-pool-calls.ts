import { endpointOf } from "../aws/endpoint.ts";
import { isObject, type JsonObject, parseStrictJson } from "../aws/strict-json.ts";
import type { Caller } from "../domain/caller.ts";
import type { Clock } from "../domain/clock.ts";
import type { Credentials } from "../domain/credentials.ts";
import type { Role } from "../domain/decision.ts";
import type { RefusalCode } from "../domain/refusal.ts";
import { isPrintable, unusable, usableCredentials } from "./answered-credentials.ts";
import type { ExchangeCall, Question } from "./exchange.ts";
import { identityPoolRefusal } from "./identity-pool-errors.ts";
import { loginOf } from "./login.ts";
import { POOL } from "./role-arn.ts";

/** What {@link createIdentityPoolCalls} needs. */
export interface IdentityPoolCallsOptions {
  /** Such as `us-east-1:00000000-0000-4000-8000-000000000001`; its region is the first part. */
  readonly identityPoolId: string;
  /** One address for every AWS call, for testing. */
  readonly endpoint: string | undefined;
  readonly exchange: ExchangeCall;
  readonly now: Clock;
}

/** Credentials with the identity that they were given to, which may be another than asked for: identities are merged. */
export type IdentityCredentials = Credentials & { readonly identityId: string };

/** What an identity pool vouches for: a token that STS takes, good for ten minutes. */
export interface OpenIdToken {
  readonly identityId: string;
  readonly token: string;
}

/**
 * The calls of the identity pool (Amazon Cognito Federated Identities API, 2014-06-30). They are public and unsigned:
 * Postern needs no keys for them. A guest's are made without a login, and everybody else's with exactly one.
 *
 * Each throws Refusal id-token-required before it is made, where the caller is no guest and has no login.
 */
export interface IdentityPoolCalls {
  readonly getId: (caller: Caller) => Promise<string>;
  /** @param role an ARN, which is never named for a guest; or `pool` */
  readonly getCredentials: (identityId: string, role: Role, caller: Caller) => Promise<IdentityCredentials>;
  readonly getOpenIdToken: (identityId: string, caller: Caller) => Promise<OpenIdToken>;
}

interface Asked<T> {
  readonly caller: Caller;
  /** The code where the caller is denied. */
  readonly denied: RefusalCode;
  readonly read: (answer: JsonObject) => T;
}

/** Makes the calls to one identity pool. */
export function createIdentityPoolCalls(options: IdentityPoolCallsOptions): IdentityPoolCalls {
  const { identityPoolId, endpoint, exchange, now } = options;
  const region = identityPoolId.slice(0, identityPoolId.indexOf(":"));
  const url = `${endpointOf("cognito-identity", region, endpoint)}/`;

  const ask = async <T>(
    operation: Question<T>["operation"],
    input: object,
    { caller, denied, read }: Asked<T>,
  ): Promise<T> => {
    const headers = { "content-type": "application/x-amz-json-1.1", "x-amz-target": `${TARGET}${operation}` };
    const body = JSON.stringify({ ...input, ...loginsOf(caller) });
    return exchange({
      service: "cognito-identity",
      operation,
      caller,
      call: { url, method: "POST", headers, body },
      read: (text) => read(readObject(operation, text)),
      refusalOf: (reply) => identityPoolRefusal(operation, reply, denied),
    });
  };

  return {
    getId: (caller) =>
      ask(
        "GetId",
        { IdentityPoolId: identityPoolId },
        { caller, denied: "credentials-refused", read: readIdentityId },
      ),
    getCredentials: (identityId, role, caller) => {
      const isNamed = role !== POOL && caller.kind !== "guest";
      const denied = isNamed ? "role-not-granted" : "credentials-refused";
      const input = { IdentityId: identityId, ...(isNamed && { CustomRoleArn: role }) };
      const read = (answer: JsonObject) => readCredentials({ IdentityId: identityId, ...answer }, now());
      return ask("GetCredentialsForIdentity", input, { caller, denied, read });
    },
    getOpenIdToken: (identityId, caller) => {
      const read = (answer: JsonObject) => readToken({ IdentityId: identityId, ...answer });
      return ask(
        "GetOpenIdToken",
        { IdentityId: identityId },
        { caller, denied: "credentials-refused", read },
      );
    },
  };
}

const TARGET = "AWSCognitoIdentityService.";

/** Exactly one login, that of the token which was verified: two would be merged into one identity for good. */
function loginsOf(caller: Caller): { readonly Logins?: Readonly<Record<string, string>> } {
  if (caller.kind === "guest") return {};
  const { provider, token } = loginOf(caller);
  return { Logins: { [provider]: token } };
}

function readObject(operation: string, body: string): JsonObject {
  try {
    return parseStrictJson(body);
  } catch {
    throw unusable(`${operation} answered no JSON object that can be read`);
  }
}

/** What an identity id looks like: at most 55 characters of this pattern (API reference, `IdentityId`). */
export const IDENTITY_ID = /^(?=.{3,55}$)[\w-]+:[0-9a-f-]+$/;

function readIdentityId({ IdentityId: id }: JsonObject): string {
  if (typeof id !== "string" || !IDENTITY_ID.test(id)) throw unusable("no identity");
  return id;
}

function readToken(answer: JsonObject): OpenIdToken {
  const { Token: token } = answer;
  if (!isPrintable(token)) throw unusable("no token");
  return { identityId: readIdentityId(answer), token };
}

function readCredentials(answer: JsonObject, nowMs: number): IdentityCredentials {
  const { Credentials: given } = answer;
  if (!isObject(given)) throw unusable("no Credentials");
  const { AccessKeyId, SecretKey, SessionToken, Expiration } = given;
  const credentials = usableCredentials(
    {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretKey,
      sessionToken: SessionToken,
      expiresAtMs: typeof Expiration === "number" ? Expiration * 1000 : Number.NaN,
    },
    nowMs,
  );
  return { ...credentials, identityId: readIdentityId(answer) };
}
