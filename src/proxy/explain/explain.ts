import { needsBody, type Upstream } from "../../aws/service.ts";
import type { Caller } from "../../domain/caller.ts";
import type { Head } from "../../domain/head.ts";
import type { Operation } from "../../domain/operation.ts";
import { Refusal } from "../../domain/refusal.ts";
import type { RequestContext } from "../../domain/request-context.ts";
import type { Policy } from "../../policy/compile.ts";
import { checkAmbient } from "../ambient.ts";
import { checkAccessToken } from "../access-token.ts";
import { checkDoor } from "../door.ts";
import { arrive } from "./arrival.ts";
import { contextOf, type ExplainParts, identify } from "./parts.ts";
import { giveRole } from "./role.ts";
import { explainRules } from "./rules.ts";
import { explainSigning } from "./signing.ts";
import { Findings } from "./findings.ts";
import { walkPacket } from "./packet.ts";
import type { Explained, PacketQuestion, Question } from "./question.ts";
import { walkUpgrade } from "./upgrade.ts";
import { toRefusal } from "../respond.ts";
import { withWish } from "../role-wish.ts";
import type { Routed } from "../live.ts";
import type { Route, Router } from "../route.ts";
import { RESERVED } from "../pages/reserved.ts";

/** A question on its way. */
interface Asked {
  readonly question: Question;
  readonly head: Head;
  readonly context: RequestContext;
  readonly caller: Caller;
}

/**
 * Says what would become of a request: the way of `handle`, stage by stage, up to the one that refuses; or of an upgrade, or
 * of an MQTT packet. Nothing is exchanged and nothing is sent, but that `authenticate` may look for the key of a token. Never
 * rejects.
 */
export async function explainRequest(
  parts: ExplainParts,
  question: Question | PacketQuestion,
): Promise<Explained> {
  const findings = new Findings();
  try {
    if ("mqtt" in question) await walkPacket(parts, question, findings);
    else await walk(parts, question, findings);
    return findings.told();
  } catch (error) {
    return findings.told(toRefusal(error));
  }
}

async function walk(parts: ExplainParts, question: Question, findings: Findings): Promise<void> {
  const { policy, route, ambient, arrival } = parts;
  const context = contextOf(parts, question);
  const { head, handshake } = arrive(question, arrival);
  if (handshake !== undefined) return walkUpgrade(parts, question, handshake, findings);
  checkDoor(head);
  findings.stage = "route";
  const to = routed(route, head);
  findings.stage = "identity";
  const caller = await identify(parts, question, head.headers, context);
  findings.caller = caller;
  if (caller.ambient)
    checkAmbient(head, ambient, caller.kind === "guest" ? to.live.cors?.origins : undefined);
  findings.stage = "operation";
  const operation = readOperation(policy, to, { question, head, context, caller }, findings);
  findings.operation = operation;
  findings.stage = "policy";
  const ruled = findings.ruled(explainRules(policy, caller, operation, context));
  findings.stage = "credentials";
  const permit = withWish(head.headers, ruled, caller);
  // Without credentials, and without a signature.
  if (to.live.auth === "token") return checkAccessToken(caller);
  giveRole(parts, findings, permit, caller);
  findings.stage = "signing";
  const sent = withBody(operation, to.live.upstream, { head, body: question.body });
  const { nowMs } = context;
  findings.canonicalRequest = explainSigning(head, { operation: sent, live: to.live, caller, nowMs });
}

function routed(route: Router<Routed>, head: Head): Route<Routed> {
  if (head.target.startsWith(RESERVED))
    throw new Refusal("upstream-unknown", { detail: "a page of Postern's own, which no rule is about" });
  return route(head);
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
  const refusal = findings.mayNothing(upstream.actionPrefix);
  findings.lookInto(() => {
    const operation = read();
    findings.operation = operation;
    findings.rules = explainRules(policy, caller, operation, context).rules;
  });
  throw refusal;
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
