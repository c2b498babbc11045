import { needsBody, type Upstream } from "../aws/service.ts";
import type { CachedBroker } from "../credentials/cached.ts";
import type { Caller } from "../domain/caller.ts";
import type { Clock } from "../domain/clock.ts";
import type { Decision, Permit } from "../domain/decision.ts";
import type { Head } from "../domain/head.ts";
import type { Operation } from "../domain/operation.ts";
import { Refusal } from "../domain/refusal.ts";
import type { Authenticate } from "../identity/verifier.ts";
import type { Policy } from "../policy/compile.ts";
import { decide } from "../policy/decide.ts";
import type { Signer } from "../signing/sign.ts";
import { type AmbientRules, checkAmbient } from "./ambient.ts";
import { attempt } from "./attempt.ts";
import type { BodyReader } from "./body.ts";
import { contextOf } from "./context.ts";
import { checkDoor } from "./door.ts";
import { guarded } from "./respond.ts";
import { withWish } from "./role-wish.ts";
import type { Live, Route, Router } from "./route.ts";
import { proceed } from "./proceed.ts";
import type { Visit } from "./visit.ts";

/** One immutable set of stages; a request keeps to the set that it began with. */
export interface Pipeline {
  readonly route: Router;
  /** Names and services of the upstreams, for telling. */
  readonly upstreams: readonly Pick<Upstream, "name" | "service">[];
  readonly authenticate: Authenticate;
  /** Of callers who need not have meant to say who they are. */
  readonly ambient: AmbientRules;
  readonly policy: Policy;
  readonly bodies: BodyReader;
  /** The broker of a credential source; the configuration was checked, so there is one for each that a rule names. */
  readonly brokerOf: (source: string) => CachedBroker | undefined;
  readonly signer: Signer;
  readonly now: Clock;
}

/**
 * The way of a request: door, route, caller, operation, decision, credentials, signature, upstream.
 *
 * Each stage hands on a value or throws a Refusal. Whatever comes of it, the visit ends once.
 */
export function handle(pipeline: Pipeline, visit: Visit): void {
  const { route, authenticate, ambient, policy, signer, now } = pipeline;
  guarded(visit, () => {
    const to = enter(visit, route);
    return proceed(authenticate(visit.head.headers), (caller) => {
      visit.caller = caller;
      if (caller.ambient) checkAmbient(visit.head, ambient);
      return proceed(readOperation(pipeline, visit, to, caller), (operation) => {
        visit.operation = operation;
        const decision = decide(policy, caller, operation, contextOf(visit.request, now));
        const permit = withWish(visit.head.headers, permitted(visit, decision), caller);
        const broker = brokerFor(pipeline, permit);
        return attempt(visit, { live: to.live, operation, permit, caller, broker, signer });
      });
    });
  });
}

/** Who is turned away at the door is told in the words of the service that was meant, where one can be found. */
function enter(visit: Visit, route: Router): Route {
  const { head, request } = visit;
  try {
    checkDoor(head, request.httpVersion);
  } catch (refusal) {
    visit.live = meantBy(head, route);
    throw refusal;
  }
  const to = route(head);
  visit.live = to.live;
  return to;
}

function meantBy(head: Head, route: Router): Live | undefined {
  try {
    return route(head).live;
  } catch {
    return undefined;
  }
}

/** The operation that the request asks for. A body is read only for a caller whom some rule lets use the service at all. */
function readOperation(
  { authenticate, policy, bodies, now }: Pipeline,
  visit: Visit,
  { live, target }: Route,
  caller: Caller,
): Operation | Promise<Operation> {
  const { upstream, service } = live;
  const found = service.recognise({ ...visit.head, target }, upstream);
  visit.operationName = found.name;
  if (!needsBody(found)) return found;
  if (!policy.mayUse(caller, upstream.service, now())) {
    throw new Refusal("denied-no-rule", { detail: `nothing allows this caller ${upstream.service}` });
  }
  // A body may take long, and its sender may be revoked by then, or the token over.
  return bodies
    .read(visit, upstream.maxBodyBytes)
    .then((body) => proceed(authenticate(visit.head.headers), () => found.read(body)));
}

function permitted(visit: Visit, decision: Decision): Permit {
  visit.decision = decision;
  if (decision.verdict === "permit") return decision;
  throw new Refusal(decision.reason, { detail: decision.detail });
}

function brokerFor({ brokerOf }: Pipeline, { source }: Permit): CachedBroker {
  const broker = brokerOf(source);
  if (broker === undefined) throw new Refusal("internal", { detail: `no credential source ${source}` });
  return broker;
}
