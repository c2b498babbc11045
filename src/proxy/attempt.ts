import type { ErrorAnswer, Service } from "../aws/service.ts";
import type { CachedBroker } from "../credentials/cached.ts";
import type { Decision, Permit } from "../domain/decision.ts";
import { Refusal } from "../domain/refusal.ts";
import { decide } from "../policy/decide.ts";
import type { SignedRequest } from "../upstream/signed-request.ts";
import { accessTokenOf } from "./access-token.ts";
import { applicationOf } from "./application-of.ts";
import { withHashedBody } from "./bodies/hashed-body.ts";
import { contextOf } from "./context.ts";
import type { Live } from "./live.ts";
import { type Asked, type Next, nextOf, PASS } from "./next-attempt.ts";
import type { Pipeline } from "./pipeline.ts";
import { proceed } from "./proceed.ts";
import { giveUp, guarded } from "./respond.ts";
import { withWish } from "./role-wish.ts";
import { signOperation } from "./sign-operation.ts";
import { stillStands, whileStanding } from "./still-stands.ts";
import type { Visit } from "./visit.ts";

/**
 * Decides, obtains the caller's credentials, signs and sends; where AWS says no to the signature or to the region alone,
 * once more. To an API with an authorizer of its own goes the caller's access token, and no credentials are got.
 *
 * @throws Refusal denied-by-rule, denied-no-rule, roles-disagree, claim-unusable, role-not-granted …
 */
export function attempt(visit: Visit, pipeline: Pipeline, asked: Asked): unknown {
  return send(visit, pipeline, asked, true);
}

/** @param first whether another attempt may follow this one */
function send(visit: Visit, pipeline: Pipeline, asked: Asked, first: boolean): unknown {
  const { live, operation, caller } = asked;
  visit.live = live;
  visit.operation = operation;
  visit.stages.enter("decision");
  // Anew for each attempt: a rule may ask for the region.
  const decision = decide(pipeline.policy, caller, operation, contextOf(visit.request, pipeline.now));
  const permit = withWish(visit.head.headers, permitted(visit, decision), caller);
  pipeline.shares.byRules(visit, permit, caller);
  const { hashesBodies, maxBodyBytes } = live.upstream;
  const carryOut = live.auth === "token" ? passOn : signAndSend;
  if (!hashesBodies) return carryOut(visit, pipeline, asked, { permit, first });
  visit.stages.enter("operation");
  const hashing = withHashedBody(visit, operation, pipeline.bodies, maxBodyBytes);
  return proceed(whileStanding(hashing, visit, pipeline, caller), (hashed) =>
    carryOut(visit, pipeline, { ...asked, operation: hashed }, { permit, first }),
  );
}

/** By whose leave something is done, and whether it may be done once more. */
interface Leave {
  readonly permit: Permit;
  readonly first: boolean;
}

/** What was permitted is done with the caller's own credentials. */
function signAndSend(visit: Visit, pipeline: Pipeline, asked: Asked, { permit, first }: Leave): unknown {
  if (isOver(visit)) return undefined;
  const { live, operation, caller } = asked;
  const broker = brokerFor(pipeline, permit);
  visit.stages.enter("credentials");
  const obtaining = broker.obtain(permit, caller);
  return proceed(whileStanding(obtaining, visit, pipeline, caller), (credentials) => {
    if (isOver(visit)) return;
    visit.use(credentials);
    visit.stages.enter("upstream");
    const offsetMs = live.clock.offsetMs();
    const signed = signOperation(visit, live, operation, { signer: pipeline.signer, credentials });
    const mayRepeat = first && isRepeatable(live.service, signed);
    let next: Next = PASS;
    const withhold = (answer: ErrorAnswer): boolean => {
      next = nextOf(answer, { pipeline, asked, permit, broker, credentials, offsetMs, mayRepeat });
      return next !== PASS;
    };
    const application = applicationOf(live, asked.mount, pipeline.cookie);
    // What an application answers is its own affair, whatever it looks like.
    const watched = application === undefined ? { ...signed, withhold } : { ...signed, application };
    forward(visit, live, watched, () => goOn(visit, pipeline, next));
  });
}

/** What was permitted is asked for with the caller's access token. */
function passOn(visit: Visit, pipeline: Pipeline, { live, operation, caller, mount }: Asked): void {
  if (isOver(visit)) return;
  visit.stages.enter("upstream");
  const accessToken = accessTokenOf(visit.head.headers, pipeline.cookie, caller);
  const request = signOperation(visit, live, operation, { accessToken });
  const application = applicationOf(live, mount, pipeline.cookie);
  forward(visit, live, { ...request, application }, () => {});
}

/** Whether nobody waits for it any more: the client has left, or it was refused while it waited for something. */
function isOver(visit: Visit): boolean {
  if (!visit.hasEnded && !visit.response.destroyed) return false;
  visit.end({});
  return true;
}

/** @param onWithheld goes on where the answer is kept from the client */
function forward(visit: Visit, live: Live, request: SignedRequest, onWithheld: () => unknown): void {
  visit.isSent = true;
  live.forwarder.forward(request, visit.response, (end, ids) => {
    visit.wasCalled(ids);
    if (end === "withheld") guarded(visit, onWithheld);
    else if (end instanceof Refusal) giveUp(visit, end);
    else visit.end({ forwarded: end });
  });
}

/** RFC 9110 section 9.2.2, without TRACE, which nobody sends. */
const IDEMPOTENT: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "PUT", "DELETE"]);

/** A body that came from the client as a stream is gone once it was sent; and not every service may be asked twice. */
function isRepeatable({ repeats }: Service, { method, body }: SignedRequest): boolean {
  return (body === null || Buffer.isBuffer(body)) && (repeats === "always" || IDEMPOTENT.has(method));
}

/**
 * Takes note of a decision.
 *
 * @throws Refusal the denial's reason
 */
export function permitted(visit: Visit, decision: Decision): Permit {
  visit.decision = decision;
  if (decision.verdict === "permit") return decision;
  throw new Refusal(decision.reason, { detail: decision.detail });
}

/**
 * The broker of the source that a permit names.
 *
 * @throws Refusal locked: no credentials are got then, however far a visit had come
 */
export function brokerFor({ brokerOf, isLocked }: Pipeline, { source }: Permit): CachedBroker {
  if (isLocked()) throw new Refusal("locked", { detail: "it was under way" });
  const broker = brokerOf(source);
  if (broker === undefined) throw new Refusal("internal", { detail: `no credential source ${source}` });
  return broker;
}

function goOn(visit: Visit, pipeline: Pipeline, next: Next): unknown {
  if (next === PASS) return undefined;
  if ("refuse" in next) throw next.refuse;
  const { repeat } = next;
  return proceed(stillStands(visit, pipeline, repeat.caller), () => send(visit, pipeline, repeat, false));
}
