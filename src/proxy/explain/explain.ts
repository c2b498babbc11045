import { needsBody, type Upstream } from "../../aws/service.ts";
import type { Caller } from "../../domain/caller.ts";
import type { Clock } from "../../domain/clock.ts";
import type { Head, Headers } from "../../domain/head.ts";
import type { Operation } from "../../domain/operation.ts";
import { Refusal } from "../../domain/refusal.ts";
import type { RequestContext } from "../../domain/request-context.ts";
import type { ClaimedCaller } from "../../identity/claimed-caller.ts";
import type { Policy } from "../../policy/compile.ts";
import type { SourceTraits } from "../../policy/document.ts";
import { type AmbientRules, checkAmbient } from "../ambient.ts";
import { checkAccessToken } from "../access-token.ts";
import { checkDoor } from "../door.ts";
import { type Arrival, arrive } from "./arrival.ts";
import { checkSource, whyRole } from "./role.ts";
import { explainRules } from "./rules.ts";
import { explainSigning } from "./signing.ts";
import { Findings } from "./findings.ts";
import type { Explained, Question } from "./question.ts";
import { toRefusal } from "../respond.ts";
import { withWish } from "../role-wish.ts";
import type { Routed } from "../live.ts";
import type { Route, Router } from "../route.ts";
import { RESERVED } from "../pages/reserved.ts";

/** The stages that a question is put to: those of the pipeline, without any that exchanges or sends. */
export interface ExplainParts {
  readonly route: Router<Routed>;
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

/** A question on its way. */
interface Asked {
  readonly question: Question;
  readonly head: Head;
  readonly context: RequestContext;
  readonly caller: Caller;
}

/**
 * Says what would become of a request: the way of `handle`, stage by stage, up to the one that refuses. Nothing is
 * exchanged and nothing is sent, but that `authenticate` may look for the key of a token. Never rejects.
 */
export async function explainRequest(parts: ExplainParts, question: Question): Promise<Explained> {
  const findings = new Findings();
  try {
    await walk(parts, question, findings);
    return findings.told();
  } catch (error) {
    return findings.told(toRefusal(error));
  }
}

async function walk(parts: ExplainParts, question: Question, findings: Findings): Promise<void> {
  const { policy, route, ambient, now } = parts;
  const { sourceIp = "127.0.0.1", atMs: nowMs = now() } = question;
  const context: RequestContext = { sourceIp, nowMs };
  const head = arrive(question, parts.arrival);
  checkDoor(head);
  findings.stage = "route";
  const to = routed(route, head);
  findings.stage = "identity";
  const caller = await identify(parts, question, { head, nowMs });
  findings.caller = caller;
  if (caller.ambient)
    checkAmbient(head, ambient, caller.kind === "guest" ? to.live.cors?.origins : undefined);
  findings.stage = "operation";
  const operation = readOperation(policy, to, { question, head, context, caller }, findings);
  findings.operation = operation;
  findings.stage = "policy";
  const { decision, rules } = explainRules(policy, caller, operation, context);
  findings.rules = rules;
  findings.decision = decision;
  if (decision.verdict === "denial") throw new Refusal(decision.reason, { detail: decision.detail });
  findings.stage = "credentials";
  const permit = withWish(head.headers, decision, caller);
  // Without credentials, and without a signature.
  if (to.live.auth === "token") return checkAccessToken(caller);
  findings.role = { role: permit.role, source: permit.source, why: whyRole(decision, permit, caller) };
  checkSource(parts.sourceKindOf(permit.source), permit, caller);
  findings.stage = "signing";
  const sent = withBody(operation, to.live.upstream, { head, body: question.body });
  findings.canonicalRequest = explainSigning(head, { operation: sent, live: to.live, caller, nowMs });
}

function routed(route: Router<Routed>, head: Head): Route<Routed> {
  if (head.target.startsWith(RESERVED))
    throw new Refusal("upstream-unknown", { detail: "a page of Postern's own, which no rule is about" });
  return route(head);
}

function identify(
  { authenticate, callerOf }: ExplainParts,
  { caller }: Question,
  { head, nowMs }: { readonly head: Head; readonly nowMs: number },
): Caller | Promise<Caller> {
  if (typeof caller === "string" || !("claims" in caller)) return authenticate(head.headers, nowMs);
  const { claims, issuer } = caller;
  return callerOf({ claims, issuer, headers: head.headers, nowMs });
}

/**
 * The operation that is asked for. Whom no rule lets use the service is refused before the body is read; here it is read
 * all the same where it can be, to tell of the rules.
 */
function readOperation(
  policy: Policy,
  { live, target }: Route<Routed>,
  asked: Asked,
  findings: Findings,
): Operation {
  const { question, head, context, caller } = asked;
  const { upstream, service } = live;
  const found = service.recognise({ ...head, target }, upstream);
  if (!needsBody(found)) return found;
  const read = (): Operation => found.read(bodyOf(head, question.body, upstream.maxBodyBytes));
  if (policy.mayUse(caller, upstream.actionPrefix, context.nowMs)) return read();
  const detail = `nothing allows this caller ${upstream.actionPrefix}`;
  findings.stage = "policy";
  findings.decision = { verdict: "denial", reason: "denied-no-rule", detail };
  findings.lookInto(() => {
    const operation = read();
    findings.operation = operation;
    findings.rules = explainRules(policy, caller, operation, context).rules;
  });
  throw new Refusal("denied-no-rule", { detail });
}

/** What is sent where a body is read for nothing but its hash, as of all services but S3. */
function withBody(
  operation: Operation,
  { service, maxBodyBytes }: Upstream,
  { head, body }: { readonly head: Head; readonly body: Buffer | undefined },
): Operation {
  if (service === "s3" || operation.payload.kind === "buffered") return operation;
  return { ...operation, payload: { kind: "buffered", bytes: bodyOf(head, body, maxBodyBytes) } };
}

function bodyOf({ headers }: Head, body: Buffer = Buffer.alloc(0), maxBytes: number): Buffer {
  const stated = headers.get("content-length");
  if (Math.max(Number(stated ?? 0), body.length) > maxBytes) throw new Refusal("body-too-large");
  if (stated === undefined || Number(stated) === body.length) return body;
  throw new Refusal("payload-mismatch", { detail: "the body has another length than is stated" });
}
