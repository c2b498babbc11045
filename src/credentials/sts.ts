import { endpointOf } from "../aws/endpoint.ts";
import type { Caller } from "../domain/caller.ts";
import type { Clock } from "../domain/clock.ts";
import type { Credentials } from "../domain/credentials.ts";
import { Refusal } from "../domain/refusal.ts";
import { hashPayload } from "../signing/payload.ts";
import type { Signer } from "../signing/sign.ts";
import { type Meaning, refusalOf } from "./aws-error.ts";
import type { ExchangeCall } from "./exchange.ts";

/** Asks STS whose credentials these are: `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`. */
export type ProveRole = (credentials: Credentials, caller: Caller) => Promise<string>;

/** What {@link createProveRole} needs. */
export interface ProveRoleOptions {
  readonly region: string;
  /** One address for every AWS call, for testing. */
  readonly endpoint: string | undefined;
  readonly exchange: ExchangeCall;
  readonly signer: Signer;
  readonly now: Clock;
}

const OPERATION = "GetCallerIdentity";
const BODY = `Action=${OPERATION}&Version=2011-06-15`;
const BODY_HASH = hashPayload(Buffer.from(BODY));
const CONTENT_TYPE = "application/x-www-form-urlencoded; charset=utf-8";

/** STS takes these credentials from nobody else, so no error of it is about the caller's token. */
const MEANINGS: ReadonlyMap<string, Meaning> = new Map();

/** Makes the proof: GetCallerIdentity (AWS STS API, 2011-06-15), signed with the credentials in question. */
export function createProveRole({ region, endpoint, exchange, signer, now }: ProveRoleOptions): ProveRole {
  const origin = endpointOf("sts", region, endpoint);
  const headers = { host: new URL(origin).host, "content-type": CONTENT_TYPE };
  return (credentials, caller) => {
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
    return exchange({
      service: "sts",
      caller,
      operation: OPERATION,
      call: { url: `${origin}/`, method: "POST", headers: { ...headers, ...pairsOf(added) }, body: BODY },
      read: readArn,
      refusalOf: ({ status, body }) =>
        refusalOf(
          { operation: OPERATION, status, type: element(body, "Code") },
          MEANINGS,
          "credentials-refused",
        ),
    });
  };
}

/** Whether an assumed-role ARN is a session of a role: same partition, account and role name, whatever the role's path. */
export function grants(assumedRoleArn: string, roleArn: string): boolean {
  const assumed = ASSUMED.exec(assumedRoleArn)?.groups;
  const role = ROLE.exec(roleArn)?.groups;
  if (assumed === undefined || role === undefined) return false;
  return (["partition", "account", "name"] as const).every((part) => assumed[part] === role[part]);
}

const ASSUMED =
  /^arn:(?<partition>[\w-]+):sts::(?<account>\d{12}):assumed-role\/(?<name>[\w+=,.@-]+)\/[\w+=,.@-]+$/;
const ROLE = /^arn:(?<partition>[\w-]+):iam::(?<account>\d{12}):role\/(?:[!-~]*\/)?(?<name>[\w+=,.@-]+)$/;

function readArn(body: string): string {
  const arn = element(body, "Arn");
  if (arn === undefined)
    throw new Refusal("credentials-unavailable", { detail: `${OPERATION} named nobody` });
  return arn;
}

/** The text of the only element of that name: STS writes neither attributes nor escapes into these two. */
function element(xml: string, name: string): string | undefined {
  const [found, second] = [...xml.matchAll(new RegExp(`<${name}>([^<&]+)</${name}>`, "g"))];
  return second === undefined ? found?.[1] : undefined;
}

function pairsOf(raw: readonly string[]): Record<string, string> {
  return Object.fromEntries(raw.flatMap((name, i) => (i % 2 === 0 ? [[name, raw[i + 1] ?? ""]] : [])));
}
