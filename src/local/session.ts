import { randomBytes } from "node:crypto";

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
  /** The session of an access key id, expired or not; undefined when there never was one. */
  readonly find: (accessKeyId: string) => Session | undefined;
}

const ARN = /^arn:(?<partition>[^:]+):iam::(?<account>\d{12}):role\/(?:.*\/)?(?<name>[^/]+)$/;

/** Makes an empty session table. */
export function createSessions(): Sessions {
  const byAccessKeyId = new Map<string, Session>();
  return {
    issue: (request) => {
      const session = newSession(request);
      byAccessKeyId.set(session.accessKeyId, session);
      return session;
    },
    find: (accessKeyId) => byAccessKeyId.get(accessKeyId),
  };
}

function newSession(request: SessionRequest): Session {
  const arn = ARN.exec(request.roleArn)?.groups;
  if (arn === undefined) throw new TypeError(`not a role ARN: ${request.roleArn}`);
  return {
    accessKeyId: `ASIA${letters(16)}`,
    secretAccessKey: randomBytes(30).toString("base64"),
    sessionToken: `local.${randomBytes(96).toString("base64")}`,
    expiresAtMs: request.expiresAtMs,
    roleArn: request.roleArn,
    userId: `AROA${letters(17)}:${request.sessionName}`,
    assumedRoleArn: `arn:${arn["partition"]}:sts::${arn["account"]}:assumed-role/${arn["name"]}/${request.sessionName}`,
    tags: request.tags ?? {},
    sessionPolicies: request.sessionPolicies ?? [],
    context: request.context ?? {},
  };
}

function letters(count: number): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  return Array.from(randomBytes(count), (byte) => alphabet[byte % 32]).join("");
}
