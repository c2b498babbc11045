import type { WebSocketPort } from "../../aws/service.ts";
import type { Caller } from "../../domain/caller.ts";
import type { Decision, Permit } from "../../domain/decision.ts";
import type { Operation } from "../../domain/operation.ts";
import type { RequestContext } from "../../domain/request-context.ts";
import { Refusal } from "../../domain/refusal.ts";
import type { TunnelEnd } from "../../domain/tunnel-end.ts";
import { decide } from "../../policy/decide.ts";
import type { Live, WebSocketRules } from "../live.ts";
import type { Pipeline } from "../pipeline.ts";
import { withWish } from "../role-wish.ts";
import type { Route } from "../route.ts";
import { checkAmbientUpgrade, checkOrigin } from "./check-origin.ts";
import type { Handshake } from "./handshake.ts";

/** What somebody wants a tunnel for, read by the rules and upstreams of one moment. */
export interface Opening {
  readonly pipeline: Pipeline;
  readonly handshake: Handshake;
  readonly to: Route;
  readonly rules: WebSocketRules;
  readonly port: WebSocketPort;
  readonly caller: Caller;
  readonly operation: Operation;
  /** From where it was asked. */
  readonly sourceIp: string | undefined;
  /** How often tunnels had been decided anew when it began. */
  readonly since: number;
}

/**
 * The WebSocket side of an upstream.
 *
 * @throws Refusal upgrade-not-accepted
 */
export function webSocketOf({
  service,
  webSocket: rules,
}: Pick<Live, "service" | "webSocket">): Pick<Opening, "rules" | "port"> {
  const { webSocket: port } = service;
  if (rules === undefined || port === undefined)
    throw new Refusal("upgrade-not-accepted", { detail: "an upstream that takes no WebSocket" });
  return { rules, port };
}

/** What is asked, once the caller is known. */
export function readOpening(asked: Omit<Opening, "operation">): Opening {
  const { handshake, to, port, caller, rules, pipeline } = asked;
  checkAmbientUpgrade(handshake.head, caller, pipeline.ambient, rules);
  return { ...asked, operation: port.open({ ...handshake.head, target: to.target }, to.live.upstream) };
}

/** Decides an operation of an opening, which may be another than it began with. */
export function decideFor(
  { pipeline, caller, sourceIp }: Pick<Opening, "pipeline" | "caller" | "sourceIp">,
  operation: Operation,
): Decision {
  const context: RequestContext = { sourceIp, nowMs: pipeline.now() };
  return decide(pipeline.policy, caller, operation, context);
}

/**
 * The decision in the role that was wished for.
 *
 * @throws Refusal role-not-granted
 */
export function wished<D extends Decision>({ handshake, caller }: Opening, decision: D): D | Permit {
  return decision.verdict === "denial" ? decision : withWish(handshake.head.headers, decision, caller);
}

/** Whether a decision gives the credentials that a permit gave. */
export function isSameGrant(one: Decision, other: Permit): boolean {
  return (
    one.verdict === "permit" &&
    one.source === other.source &&
    one.role === other.role &&
    one.session?.digest === other.session?.digest
  );
}

/**
 * Looks whether a tunnel may stand under the rules and upstreams as they are now: its token proves the same caller still, its
 * upstream is what it was, its page is still listed, and what it was opened for is still allowed with the same credentials.
 *
 * It is done at once, so that nothing passes by rules of which one half is old. A token that keys would have to be fetched for
 * proves nothing any more.
 *
 * @param mayGoOn decides what goes on in it
 */
export function review(
  opened: Opening,
  pipeline: Pipeline,
  mayGoOn: (again: Opening) => boolean,
): TunnelEnd | undefined {
  if (pipeline.isLocked()) return "locked";
  const caller = provedNow(opened, pipeline);
  if (caller === undefined) return "token";
  try {
    const to = pipeline.route(opened.handshake.head);
    const { rules, port } = webSocketOf(to.live);
    checkOrigin(opened.handshake, rules);
    const again = readOpening({ ...opened, pipeline, to, rules, port, caller });
    return isSame(opened, again) && mayGoOn(again) ? undefined : "denied";
  } catch {
    return "denied";
  }
}

function provedNow({ handshake }: Opening, { authenticate }: Pipeline): Caller | undefined {
  try {
    const caller = authenticate(handshake.head.headers);
    if (!(caller instanceof Promise)) return caller;
    caller.catch(() => {});
    return undefined;
  } catch {
    return undefined;
  }
}

/** Whether what would be opened now would be opened by whom the tunnel was, and lead to where it leads. */
function isSame(one: Opening, other: Opening): boolean {
  return one.caller.digest === other.caller.digest && placeOf(one) === placeOf(other);
}

function placeOf({ to: { live }, operation: { path, query, service, region } }: Opening): string {
  const { upstream, origin, host, auth } = live;
  const { name, api, account, partition } = upstream;
  return JSON.stringify([name, api, account, partition, origin, host, auth, service, region, path, query]);
}
