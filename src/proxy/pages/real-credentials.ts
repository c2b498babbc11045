import { splitTarget } from "../../aws/parameters.ts";
import { isRoleArn } from "../../credentials/role-arn.ts";
import type { Caller } from "../../domain/caller.ts";
import type { Permit } from "../../domain/decision.ts";
import type { Operation } from "../../domain/operation.ts";
import { decodePercent } from "../../domain/percent.ts";
import { Refusal } from "../../domain/refusal.ts";
import { ANY_MOMENT } from "../../domain/request-context.ts";
import { decide } from "../../policy/decide.ts";
import { brokerFor, permitted } from "../attempt.ts";
import { contextOf } from "../context.ts";
import type { Pipeline } from "../pipeline.ts";
import { whileStanding } from "../still-stands.ts";
import type { Visit } from "../visit.ts";
import { type GivenCredentials, inSeconds } from "./given-credentials.ts";

/** No upstream can have this name, so that no rule for certain upstreams means it. */
const POSTERN = ".postern";

/**
 * The real credentials of a role: for a caller whom a rule allows `postern:GetCredentials` on it, and gives that very
 * role, whatever the time and the caller's address. They outlive the caller's token.
 *
 * @throws Refusal role-not-granted, and as the decision's and the credentials'
 */
export async function realCredentials(
  stages: Pipeline,
  visit: Visit,
  caller: Caller,
  role: string,
): Promise<GivenCredentials> {
  const operation = getCredentials(role);
  visit.operation = operation;
  visit.stages.enter("decision");
  const permit = permitAtAnyMoment(stages, visit, caller, operation);
  // What record mode lets through has the role that the identity pool chooses, and so ends here too.
  if (permit.role !== role) throw new Refusal("role-not-granted", { detail: "the rule gives another role" });
  visit.stages.enter("credentials");
  stages.shares.ofCaller(visit, caller);
  stages.shares.byRules(visit, permit, caller);
  const obtaining = brokerFor(stages, permit).obtain(permit, caller);
  const credentials = await whileStanding(obtaining, visit, stages, caller);
  visit.use(credentials);
  visit.stages.enter("answer");
  visit.handedOut = "credentials";
  return {
    AccessKeyId: credentials.accessKeyId,
    SecretAccessKey: credentials.secretAccessKey,
    Token: credentials.sessionToken,
    Expiration: inSeconds(credentials.expiresAtMs),
    AccountId: role.split(":")[4] ?? "",
  };
}

/**
 * The role whose real credentials a query asks for, which has nothing else; undefined where there is no query.
 *
 * @param isReal whether there are any
 * @throws Refusal query-not-allowed, role-not-granted
 */
export function readRole(target: string, isReal: boolean): string | undefined {
  if (!target.includes("?")) return undefined;
  const { query } = splitTarget(target);
  if (!isReal || !query.startsWith("role=") || query.includes("&"))
    throw new Refusal("query-not-allowed", { detail: "a query other than the one role" });
  const role = decodePercent(query.slice("role=".length));
  if (role === undefined || !isRoleArn(role))
    throw new Refusal("role-not-granted", { detail: "what is asked for is no role's ARN" });
  return role;
}

/** Leave to have them now, and to use them at any time from anywhere: nobody knows who will do so when. */
function permitAtAnyMoment(
  { policy, now }: Pipeline,
  visit: Visit,
  caller: Caller,
  operation: Operation,
): Permit {
  permitted(visit, decide(policy, caller, operation, contextOf(visit.request, now)));
  const decision = decide(policy, caller, operation, ANY_MOMENT);
  if (decision.verdict === "permit") return permitted(visit, decision);
  const detail = `${decision.detail}: it depends on the source address or the time`;
  return permitted(visit, { ...decision, detail });
}

function getCredentials(role: string): Operation {
  return {
    upstream: POSTERN,
    service: "postern",
    region: "",
    name: "GetCredentials",
    requirements: [{ action: "postern:GetCredentials", resource: role }],
    method: "GET",
    path: "/.postern/credentials",
    query: "",
    headers: [],
    payload: { kind: "streamed" },
  };
}
