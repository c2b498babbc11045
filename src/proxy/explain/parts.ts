import type { Upstream } from "../../aws/service.ts";
import type { Caller } from "../../domain/caller.ts";
import type { Clock } from "../../domain/clock.ts";
import type { Headers } from "../../domain/head.ts";
import type { RequestContext } from "../../domain/request-context.ts";
import type { ClaimedCaller } from "../../identity/claimed-caller.ts";
import type { Policy } from "../../policy/compile.ts";
import type { SourceTraits } from "../../policy/document.ts";
import type { AmbientRules } from "../ambient.ts";
import type { Routed } from "../live.ts";
import type { Router } from "../route.ts";
import type { Arrival } from "./arrival.ts";
import type { Asking } from "./question.ts";

/** The stages that a question is put to: those of the pipeline, without any that exchanges or sends. */
export interface ExplainParts {
  readonly route: Router<Routed>;
  /** Those that take MQTT. */
  readonly mqtt: readonly Upstream[];
  /** Says who sends a request, at a time in epoch milliseconds where it has no clock of its own. */
  readonly authenticate: (headers: Headers, nowMs: number) => Caller | Promise<Caller>;
  /** Takes claims at their word. */
  readonly callerOf: ClaimedCaller;
  readonly ambient: AmbientRules;
  readonly policy: Policy;
  /** What a credential source is; undefined where there is none of the name. */
  readonly sourceKindOf: (source: string) => SourceTraits["kind"] | undefined;
  readonly arrival: Arrival;
  readonly now: Clock;
}

/** From where and when something is asked: somebody says, or it is now. */
export interface Moment extends RequestContext {
  readonly nowMs: number;
}

/** From where and when it is asked. */
export function contextOf({ arrival, now }: ExplainParts, { sourceIp, atMs }: Asking): Moment {
  return { sourceIp: sourceIp ?? arrival.sourceIp, nowMs: atMs ?? now() };
}

/** Who asks. */
export function identify(
  { authenticate, callerOf }: ExplainParts,
  { caller }: Asking,
  headers: Headers,
  { nowMs }: Moment,
): Caller | Promise<Caller> {
  if (typeof caller === "string" || !("claims" in caller)) return authenticate(headers, nowMs);
  const { claims, issuer } = caller;
  return callerOf({ claims, issuer, headers, nowMs });
}
