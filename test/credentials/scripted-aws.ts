import type { ExchangeCall } from "../../src/credentials/exchange.ts";
import type { Caller } from "../../src/domain/caller.ts";
import type { Permit, RoleSession } from "../../src/domain/decision.ts";
import type { Call, Outbound, Reply } from "../../src/outbound/call.ts";
import type { ClockOffset } from "../../src/signing/clock-offset.ts";
import { permitOf } from "../support/callers.ts";
import { NOW } from "../support/signed-tokens.ts";

export const POOL_ID = "us-east-1:00000000-0000-4000-8000-000000000001";
export const IDENTITY = "us-east-1:aaaaaaaa-0000-4000-8000-000000000001";
export const ASSUMED = "arn:aws:sts::123456789012:assumed-role/analyst/anna";

export const SESSION: RoleSession = {
  name: "anna",
  sourceIdentity: undefined,
  tags: [],
  policy: undefined,
  durationSeconds: 3600,
  digest: "session",
};

/** A permit for a source that asks STS itself. */
export function sessionPermit(role?: string, session: Partial<RoleSession> = {}): Permit {
  return { ...permitOf(role), session: { ...SESSION, ...session } };
}

/** What STS answers to an action that went well. */
export function stsAnswer(action: string, result: string): string {
  return `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result>${result}</${action}Result><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></${action}Response>`;
}

export function stsError(code: string, message = "no"): string {
  return `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>r</RequestId></ErrorResponse>`;
}

/** The members of the credentials that STS gives, as XML. */
export const STS_MEMBERS = {
  AccessKeyId: "<AccessKeyId>ASIASTS</AccessKeyId>",
  SecretAccessKey: "<SecretAccessKey>sts/secret+</SecretAccessKey>",
  SessionToken: "<SessionToken>sts/token==</SessionToken>",
  Expiration: "<Expiration>2026-01-15T13:00:00Z</Expiration>",
};

/** The result of either AssumeRole action, with some members otherwise. */
export function stsResult(members: Partial<typeof STS_MEMBERS> = {}): string {
  const all = Object.values({ ...STS_MEMBERS, ...members }).join("\n  ");
  return `<AssumedRoleUser><Arn>${ASSUMED}</Arn></AssumedRoleUser><Credentials>\n  ${all}\n</Credentials><PackedPolicySize>6</PackedPolicySize>`;
}

export const COGNITO_CREDENTIALS = {
  AccessKeyId: "ASIACOGNITO",
  SecretKey: "cognito/secret+",
  SessionToken: "cognito/token==",
  Expiration: NOW / 1000 + 3600.5,
};

/** How every call is answered that goes well. */
export const GOOD = {
  GetId: JSON.stringify({ IdentityId: IDENTITY }),
  GetCredentialsForIdentity: JSON.stringify({ IdentityId: IDENTITY, Credentials: COGNITO_CREDENTIALS }),
  GetOpenIdToken: JSON.stringify({ IdentityId: IDENTITY, Token: "the.pools.token" }),
  AssumeRole: stsAnswer("AssumeRole", stsResult()),
  AssumeRoleWithWebIdentity: stsAnswer("AssumeRoleWithWebIdentity", stsResult()),
  GetCallerIdentity: stsAnswer("GetCallerIdentity", `<Arn>${ASSUMED}</Arn><UserId>A:anna</UserId>`),
  GetPolicy: JSON.stringify({ policyName: "device", policyDocument: "{}" }),
  AttachPolicy: "",
} as const;

export type CallName = keyof typeof GOOD;

/** One call that went out. */
export interface Asked {
  readonly operation: string;
  /** The members of the JSON, or the fields of the form. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly call: Call;
  readonly caller: Caller;
}

/** Answers every call: out of the script as long as it has an answer for the operation, and well from then on. */
export function scriptedAws(script: Partial<Record<CallName, readonly Partial<Reply>[]>> = {}) {
  const asked: Asked[] = [];
  const left = new Map(Object.entries(script).map(([operation, replies]) => [operation, [...replies]]));
  const exchange: ExchangeCall = async ({ operation, service, caller, call, read, refusalOf }) => {
    const body = call.body ?? "";
    const input = service === "sts" ? Object.fromEntries(new URLSearchParams(body)) : JSON.parse(body);
    asked.push({ operation, input, call, caller });
    const good = { status: 200, headers: {}, body: GOOD[operation] };
    const reply = { ...good, ...left.get(operation)?.shift() };
    if (reply.status !== 200) throw refusalOf(reply);
    return read(reply.body);
  };
  return { exchange, asked, names: () => asked.map(({ operation }) => operation) };
}

/** Asks once, as it was asked to: no pace, no other try. */
export function plainExchange(outbound: Outbound): ExchangeCall {
  return async ({ call, read, refusalOf }) => {
    const reply = await outbound(call);
    if (reply.status !== 200) throw refusalOf(reply);
    return read(reply.body);
  };
}

/** A clock that is right. */
export function rightClock(now = () => NOW): ClockOffset {
  return { now, learn: () => false, offsetMs: () => 0 };
}

/** What a promise ends with, if it ends badly. */
export async function endOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    (value) => new Error(`no error but ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
}
