import type { CaseCaller, CaseRequest } from "../config/cases-schema.ts";
import type { Case } from "../config/cases.ts";
import type { Config } from "../config/schema.ts";
import type { HeaderLine } from "../domain/operation.ts";
import type { Question, SupposedCaller } from "../proxy/explain/question.ts";

type Identity = Pick<Config, "identity">;

/** What a case asks of a configuration. */
export function questionOf({ caller, request, sourceIp, atMs }: Case, config: Identity): Question {
  const body = bodyOf(request);
  return {
    caller: supposed(caller, config),
    method: request.method,
    target: request.target,
    headers: headersOf(request),
    ...(body !== undefined && { body }),
    sourceIp,
    atMs,
  };
}

/** Who asks, in words. */
export function callerInWords(caller: CaseCaller): string {
  if (typeof caller === "string") return `a ${caller}`;
  const { machine, groups, sub, issuer } = caller;
  const who = machine === undefined ? (sub ?? "a user") : `the machine ${machine}`;
  return [
    who,
    ...(groups === undefined ? [] : [`in ${groups.join(", ")}`]),
    ...(issuer === undefined ? [] : [`of ${issuer}`]),
  ].join(" ");
}

function supposed(caller: CaseCaller, { identity }: Identity): SupposedCaller {
  if (caller === "guest") return caller;
  if (caller === "user") return { claims: {} };
  const { groups, issuer, claims = {}, sub, scopes, machine } = caller;
  const told = {
    ...claims,
    ...(groups !== undefined && { [groupsClaimOf(issuer, identity)]: groups }),
    ...(sub !== undefined && { sub }),
    ...(scopes !== undefined && { scope: scopes.join(" ") }),
    ...(machine !== undefined && { token_use: "access", sub: machine, client_id: machine }),
  };
  return { claims: { ...told, ...clientOf(caller, told) }, issuer };
}

/** An access token names its app client otherwise than an ID token does. */
function clientOf({ client }: Exclude<CaseCaller, string>, told: Readonly<Record<string, unknown>>) {
  if (client === undefined) return {};
  const isAccess = told["token_use"] === "access" || told["scope"] !== undefined;
  return isAccess ? { client_id: client } : { aud: client };
}

/** Where an issuer's tokens tell groups. Of one that tells none, as of one that is not there, nobody has any. */
function groupsClaimOf(name: string | undefined, { issuers, userPools }: Config["identity"]): string {
  const issuer =
    name === undefined && userPools.length === 0 ? issuers[0] : issuers.find((one) => one.name === name);
  return issuer?.groupsClaim ?? "cognito:groups";
}

function headersOf({ headers, body }: CaseRequest): readonly HeaderLine[] {
  const lines = Object.entries(headers);
  const names = new Set(lines.map(([name]) => name.toLowerCase()));
  if (!isStructure(body) || names.has("content-type")) return lines;
  // The protocol of whoever names the operation in a header (AWS JSON 1.0) has a type of its own.
  const type = names.has("x-amz-target") ? "application/x-amz-json-1.0" : "application/json";
  return [...lines, ["content-type", type]];
}

/** A text as it stands, anything else as JSON. */
function bodyOf({ body }: CaseRequest): Buffer | undefined {
  if (body === undefined || body === null) return undefined;
  return Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
}

function isStructure(body: unknown): boolean {
  return typeof body === "object" && body !== null;
}
