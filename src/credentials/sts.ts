import { endpointOf } from "../aws/endpoint.ts";
import type { Clock } from "../domain/clock.ts";
import type { Credentials } from "../domain/credentials.ts";
import { Refusal } from "../domain/refusal.ts";
import type { Reply } from "../outbound/call.ts";
import { hashPayload } from "../signing/payload.ts";
import type { Signer } from "../signing/sign.ts";
import type { ExchangeCall } from "./exchange.ts";

/** Asks STS whose credentials these are: `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`. */
export type ProveRole = (credentials: Credentials) => Promise<string>;

/** What {@link createProveRole} needs. */
export interface ProveRoleOptions {
  readonly region: string;
  /** One address for every AWS call, for testing. */
  readonly endpoint: string | undefined;
  readonly exchange: ExchangeCall;
  readonly signer: Signer;
  readonly now: Clock;
}

const BODY = "Action=GetCallerIdentity&Version=2011-06-15";
const BODY_HASH = hashPayload(Buffer.from(BODY));
const CONTENT_TYPE = "application/x-www-form-urlencoded; charset=utf-8";

/** Makes the proof: GetCallerIdentity (AWS STS API, 2011-06-15), signed with the credentials in question. */
export function createProveRole({ region, endpoint, exchange, signer, now }: ProveRoleOptions): ProveRole {
  const origin = endpointOf("sts", region, endpoint);
  const { host } = new URL(origin);
  return async (credentials) => {
    const headers = { host, "content-type": CONTENT_TYPE };
    const added = signer.sign({
      method: "POST",
      path: "/",
      query: "",
      headers: Object.entries(headers),
      payloadHash: BODY_HASH,
      service: "sts",
      region,
      credentials,
      nowMs: now(),
    });
    const call = {
      url: `${origin}/`,
      method: "POST",
      headers: { ...headers, ...pairs(added) },
      body: BODY,
    } as const;
    const body = await exchange("GetCallerIdentity", call, refusalOf);
    const arn = /<Arn>(?<arn>[^<]+)<\/Arn>/.exec(body)?.groups?.["arn"];
    if (arn === undefined)
      throw new Refusal("credentials-unavailable", { detail: "GetCallerIdentity named nobody" });
    return arn;
  };
}

/** Whether an assumed-role ARN is a session of a role: same partition, account and role name. */
export function grants(assumedRoleArn: string, roleArn: string): boolean {
  const assumed = /^arn:(?<partition>[^:]+):sts::(?<account>\d{12}):assumed-role\/(?<name>[^/]+)\/./.exec(
    assumedRoleArn,
  )?.groups;
  const role = /^arn:(?<partition>[^:]+):iam::(?<account>\d{12}):role\/(?:.*\/)?(?<name>[^/]+)$/.exec(
    roleArn,
  )?.groups;
  if (assumed === undefined || role === undefined) return false;
  return (["partition", "account", "name"] as const).every((part) => assumed[part] === role[part]);
}

function refusalOf({ status, body }: Reply): Refusal {
  const code = /<Code>(?<code>[^<]+)<\/Code>/.exec(body)?.groups?.["code"] ?? `status ${status}`;
  const throttled = status === 429 || /Throttl/i.test(code);
  const refused = status === 403 && !throttled;
  return new Refusal(
    throttled ? "credentials-throttled" : refused ? "credentials-refused" : "credentials-unavailable",
    {
      detail: `GetCallerIdentity: ${code}`,
    },
  );
}

function pairs(raw: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let i = 0; i + 1 < raw.length; i += 2) headers[raw[i] as string] = raw[i + 1] as string;
  return headers;
}
