import { needsBody } from "../../aws/service.ts";
import type { Caller } from "../../domain/caller.ts";
import type { Permit } from "../../domain/decision.ts";
import type { Operation } from "../../domain/operation.ts";
import { Refusal } from "../../domain/refusal.ts";
import { decide } from "../../policy/decide.ts";
import { brokerFor, permitted } from "../attempt.ts";
import { checkDoor } from "../door.ts";
import { atHome } from "../handle.ts";
import type { Live } from "../live.ts";
import type { Asked } from "../next-attempt.ts";
import { RESERVED } from "../pages/reserved.ts";
import type { Pipeline } from "../pipeline.ts";
import { withWish } from "../role-wish.ts";
import { whileStanding } from "../still-stands.ts";
import type { Visit } from "../visit.ts";
import { checkOuter } from "./check-outer.ts";
import { checkCrossing } from "./check-crossing.ts";
import { type AskedRequest, readAsked } from "./read-asked.ts";
import type { AuthorizeRules } from "./rules.ts";
import { signForOuter } from "./sign-for-outer.ts";

/** All that is signed for another to send: of each, what its head says is all that it does. */
const OPERATIONS: Readonly<Record<string, ReadonlySet<string>>> = {
  s3: new Set(["GetObject", "HeadObject", "PutObject", "UploadPart"]),
  "execute-api": new Set(["Invoke"]),
};

/** Methods by which an API is asked without a body. */
const BODILESS: ReadonlySet<string> = new Set(["GET", "HEAD", "DELETE"]);

/**
 * Goes the way of the request that is asked about, up to the signature, which goes to the outer proxy.
 *
 * @returns what it must send: name, value, name, value …; undefined where it has left meanwhile
 * @throws Refusal authorize-refused, and as the token's, the request's and the credentials'
 */
export async function authorize(
  stages: Pipeline,
  visit: Visit,
  rules: AuthorizeRules,
): Promise<readonly string[] | undefined> {
  visit.operationName = "Authorize";
  checkOuter(visit.head, rules);
  const request = readAsked(visit.request.rawHeaders, rules);
  visit.head = request.head;
  checkDoor(request.head);
  const caller = await identify(stages, visit);
  const asked = recognise(stages, visit, request, caller);
  visit.stages.enter("decision");
  const permit = permitFor(stages, visit, asked);
  visit.stages.enter("credentials");
  if (visit.hasEnded) return undefined;
  stages.shares.byRules(visit, permit, caller);
  const obtaining = brokerFor(stages, permit).obtain(permit, caller);
  const credentials = await whileStanding(obtaining, visit, stages, caller);
  if (visit.hasEnded || visit.response.destroyed) return undefined;
  visit.use(credentials);
  visit.stages.enter("answer");
  visit.handedOut = "authorize";
  return signForOuter(request, asked, { signer: stages.signer, credentials, exact: rules.exact });
}

/** Whoever need not have meant to say who it is gets nothing that others send. */
async function identify({ authenticate, shares }: Pipeline, visit: Visit): Promise<Caller> {
  const caller = await authenticate(visit.head.headers);
  visit.caller = caller;
  shares.ofCaller(visit, caller);
  visit.stages.enter("operation");
  if (caller.kind === "guest")
    throw new Refusal("token-missing", { detail: "an outer proxy asks for no guest" });
  if (caller.ambient) throw new Refusal("origin-not-allowed", { detail: "an outer proxy asks by no cookie" });
  return caller;
}

function recognise(stages: Pipeline, visit: Visit, request: AskedRequest, caller: Caller): Asked {
  const { head, length } = request;
  if (head.target.startsWith(RESERVED)) throw refused("a page of Postern's own");
  const to = stages.route(head);
  const { upstream, service, auth } = to.live;
  visit.live = to.live;
  const known = Object.hasOwn(OPERATIONS, upstream.service) ? OPERATIONS[upstream.service] : undefined;
  if (known === undefined) throw refused("a service other than S3 and API Gateway");
  if (auth === "token") throw refused("an upstream that wants the caller's own token");
  // The same signature opens a connection, where an Upgrade goes with it: past $connect, and past every later look.
  if (to.live.webSocket !== undefined) throw refused("an upstream that takes WebSockets");
  const found = service.recognise({ ...head, target: to.target }, upstream);
  visit.operationName = `Authorize ${found.name}`;
  if (needsBody(found) || !known.has(found.name)) throw refused(found.name);
  checkBody(to.live, found, length);
  checkCrossing(head.headers, to.live);
  const asked = atHome(stages, to, found, caller);
  visit.live = asked.live;
  // To whoever reads the log it was asked for, and not done.
  visit.operation = { ...asked.operation, name: `Authorize ${found.name}` };
  return asked;
}

/** A body that nobody here sees may be there where it decides nothing: in what is put at S3. */
function checkBody({ upstream }: Live, { method }: Operation, length = 0): void {
  if (upstream.service === "s3" && method === "PUT") return;
  if (upstream.service !== "s3" && !BODILESS.has(method)) throw refused(`${method} of an API`);
  if (length > 0) throw new Refusal("body-malformed", { detail: "a body, where none is signed for" });
}

/**
 * Leave to do it now. From where is not known: the peer is the outer proxy, and what it says of its own is a header. So a
 * rule that depends on the address allows nothing, and denies.
 */
function permitFor({ policy, now }: Pipeline, visit: Visit, { operation, caller }: Asked): Permit {
  const context = { sourceIp: undefined, nowMs: now() };
  const permit = permitted(visit, decide(policy, caller, operation, context));
  if (permit.recorded === true) throw refused("no rule allows it");
  return withWish(visit.head.headers, permit, caller);
}

function refused(detail: string): Refusal {
  return new Refusal("authorize-refused", { detail });
}
