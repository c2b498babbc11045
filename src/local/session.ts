import { randomBytes } from "node:crypto";
import { createExpiringMap } from "./expiring-map.ts";

/** Temporary credentials that the stand-in gave out, with everything IAM needs to know of their holder. */
export interface Session {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiresAtMs: number;
  /** `arn:aws:iam::ACCOUNT:role/NAME`. */
  readonly roleArn: string;
  /** `AROA…:SESSION`, the value of `aws:userid`. */
  readonly userId: string;
  /** `arn:aws:sts::ACCOUNT:assumed-role/NAME/SESSION`. */
  readonly assumedRoleArn: string;
  /** Principal tags: `aws:PrincipalTag/<key>`. */
  readonly tags: Readonly<Record<string, string>>;
  /** Inline session policies (JSON documents): an action needs an allow in every one of them too. */
  readonly sessionPolicies: readonly unknown[];
  /** Condition keys fixed at federation, such as `cognito-identity.amazonaws.com:sub`. */
  readonly context: Readonly<Record<string, string | readonly string[]>>;
}

/** What an issuer of sessions says; keys, token and user id are made here. */
export interface SessionRequest {
  readonly roleArn: string;
  readonly sessionName: string;
  readonly expiresAtMs: number;
  readonly tags?: Readonly<Record<string, string>>;
  readonly sessionPolicies?: readonly unknown[];
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
}

/** The sessions of one stand-in: made by the identity pool and STS, looked up by the guard. */
export interface Sessions {
  readonly issue: (request: SessionRequest) => Session;
  /** The session of an access key id, expired or not; undefined when there was none, or it ended over an hour ago. */
  readonly find: (accessKeyId: string) => Session | undefined;
  /** Every session that `find` finds, oldest first. */
  readonly all: () => readonly Session[];
  /** Ends a session at once, as if its time were over; false when there is none. */
  readonly expire: (accessKeyId: string) => boolean;
  /** Makes the token of a session worthless, whatever its time; false when there is none. */
  readonly revoke: (accessKeyId: string) => boolean;
}

/** So that whoever comes late hears that the token has expired, and not that it never was. */
const KEPT_MS = 3_600_000;

const ARN = /^arn:(?<partition>[^:]+):iam::(?<account>\d{12}):role\/(?:.*\/)?(?<name>[^/]+)$/;

/**
 * Makes an empty session table.
 *
 * @param now Epoch milliseconds; default the clock of the machine. Only for forgetting.
 */
export function createSessions(now: () => number = Date.now): Sessions {
  const byAccessKeyId = createExpiringMap<Session>(now, KEPT_MS);
  return {
    issue: (request) => {
      const session = newSession(request);
      byAccessKeyId.set(session.accessKeyId, session, session.expiresAtMs);
      return session;
    },
    find: byAccessKeyId.get,
    all: byAccessKeyId.values,
    expire: (accessKeyId) =>
      byAccessKeyId.replace(accessKeyId, (session) => ({ ...session, expiresAtMs: 0 })),
    revoke: (accessKeyId) =>
      byAccessKeyId.replace(accessKeyId, (session) => ({ ...session, sessionToken: newToken() })),
  };
}

function newSession(request: SessionRequest): Session {
  const arn = ARN.exec(request.roleArn)?.groups;
  if (arn === undefined) throw new TypeError(`not a role ARN: ${request.roleArn}`);
  return {
    accessKeyId: `ASIA${letters(16)}`,
    secretAccessKey: randomBytes(30).toString("base64"),
    sessionToken: newToken(),
    expiresAtMs: request.expiresAtMs,
    roleArn: request.roleArn,
    userId: `AROA${letters(17)}:${request.sessionName}`,
    assumedRoleArn: `arn:${arn["partition"]}:sts::${arn["account"]}:assumed-role/${arn["name"]}/${request.sessionName}`,
    tags: request.tags ?? {},
    sessionPolicies: request.sessionPolicies ?? [],
    context: request.context ?? {},
  };
}

function newToken(): string {
  return `local.${randomBytes(96).toString("base64")}`;
}

function letters(count: number): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  return Array.from(randomBytes(count), (byte) => alphabet[byte % 32]).join("");
}
