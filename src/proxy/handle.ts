import { needsBody } from "../aws/service.ts";
import type { Caller } from "../domain/caller.ts";
import type { Head } from "../domain/head.ts";
import type { Operation } from "../domain/operation.ts";
import { Refusal } from "../domain/refusal.ts";
import { checkAmbient } from "./ambient.ts";
import { attempt } from "./attempt.ts";
import { answerPreflight, isPreflight } from "./cors.ts";
import { checkDoor } from "./door.ts";
import type { Asked } from "./next-attempt.ts";
import type { Pipeline } from "./pipeline.ts";
import { proceed } from "./proceed.ts";
import { guarded } from "./respond.ts";
import type { Live } from "./live.ts";
import type { Route, Router } from "./route.ts";
import { whileStanding } from "./still-stands.ts";
import type { Visit } from "./visit.ts";

/**
 * The way of a request: door, route, caller, operation; and then, in `attempt.ts`, decision, credentials, signature and
 * upstream, which come again where the request is sent once more.
 *
 * Each stage hands on a value or throws a Refusal. Whatever comes of it, the visit ends once.
 */
export function handle(pipeline: Pipeline, visit: Visit): void {
  const { route, authenticate, ambient, shares } = pipeline;
  guarded(visit, () => {
    const to = enter(visit, route);
    const { cors } = to.live;
    if (cors !== undefined && isPreflight(visit.head)) {
      visit.stages.enter("answer");
      return answerPreflight(visit, cors);
    }
    return proceed(authenticate(visit.head.headers), (caller) => {
      visit.caller = caller;
      if (visit.hasEnded) return undefined;
      shares.ofCaller(visit, caller);
      visit.stages.enter("operation");
      if (caller.ambient)
        checkAmbient(visit.head, ambient, caller.kind === "guest" ? cors?.origins : undefined);
      return proceed(readOperation(pipeline, visit, to, caller), (operation) =>
        attempt(visit, pipeline, atHome(pipeline, to, operation, caller)),
      );
    });
  });
}

/** A bucket that is known to be in another region of the upstream is asked there. */
export function atHome({ bucketRegions }: Pipeline, to: Route, operation: Operation, caller: Caller): Asked {
  const { live, regions, mount } = to;
  const { bucket } = operation;
  const region = bucket === undefined ? undefined : bucketRegions.find(live.upstream.name, bucket);
  const home = region === undefined ? undefined : regions.get(region);
  if (home === undefined || home === live) return { live, regions, mount, operation, caller };
  return { live: home, regions, mount, operation: { ...operation, region: home.upstream.region }, caller };
}

/** Who is turned away at the door is told in the words of the service that was meant, where one can be found. */
export function enter(visit: Visit, route: Router, upgrade?: "websocket"): Route {
  const { head, request } = visit;
  try {
    checkDoor(head, request.httpVersion, upgrade);
  } catch (refusal) {
    visit.live = meantBy(head, route);
    throw refusal;
  }
  const to = route(head);
  visit.live = to.live;
  return to;
}

/** The upstream that a head without a usable request names; undefined where it names none. */
export function meantBy(head: Head, route: Router): Live | undefined {
  try {
    return route(head).live;
  } catch {
    return undefined;
  }
}

/** The operation that the request asks for. A body is read only for a caller whom some rule lets use the service at all. */
function readOperation(
  pipeline: Pipeline,
  visit: Visit,
  { live, target }: Route,
  caller: Caller,
): Operation | Promise<Operation> {
  const { policy, bodies, now } = pipeline;
  const { upstream, service } = live;
  const found = service.recognise({ ...visit.head, target }, upstream);
  visit.operationName = found.name;
  if (!needsBody(found)) return found;
  if (!policy.mayUse(caller, upstream.actionPrefix, now())) {
    throw new Refusal("denied-no-rule", { detail: `nothing allows this caller ${upstream.actionPrefix}` });
  }
  const reading = bodies.read(visit, upstream.maxBodyBytes);
  return proceed(whileStanding(reading, visit, pipeline, caller), (body) => found.read(body));
}
