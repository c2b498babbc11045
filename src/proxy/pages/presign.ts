import { checkBodyHeaders } from "../../aws/body.ts";
import { needsBody } from "../../aws/service.ts";
import type { Caller } from "../../domain/caller.ts";
import type { Permit } from "../../domain/decision.ts";
import type { HeaderLine, Operation } from "../../domain/operation.ts";
import { Refusal } from "../../domain/refusal.ts";
import { ANY_MOMENT } from "../../domain/request-context.ts";
import { decide } from "../../policy/decide.ts";
import { brokerFor, permitted } from "../attempt.ts";
import { contextOf } from "../context.ts";
import { checkDoor } from "../door.ts";
import { atHome } from "../handle.ts";
import type { Asked } from "../next-attempt.ts";
import type { Pipeline } from "../pipeline.ts";
import { refuseInJson } from "../respond.ts";
import { withWish } from "../role-wish.ts";
import { whileStanding } from "../still-stands.ts";
import type { Visit } from "../visit.ts";
import type { Page } from "./page.ts";
import { type PresignedUrl, presignedUrl } from "./presigned-url.ts";
import { type PresignQuestion, readPresignQuestion } from "./presign-question.ts";
import { RESERVED } from "./reserved.ts";

/** `/.postern/presign`: a URL by which anybody may do one thing at S3 that the caller may do, for a while. */
export const PRESIGN: Page = {
  method: "POST",
  isOn: ({ presign }) => presign !== undefined,
  isForBrowsers: true,
  takes: ["body", "role"],
  word: refuseInJson,
  answer: presign,
};

const MAX_QUESTION_BYTES = 16 * 1024;

/** All of S3 that is presigned: of each its URL says all that it does. */
const OPERATIONS: ReadonlySet<string> = new Set(["GetObject", "HeadObject", "PutObject", "UploadPart"]);

/**
 * Goes the way of the request itself, up to the signature, which goes into the URL.
 *
 * @throws Refusal presign-refused, and as the token's, the request's and the credentials'
 */
async function presign(stages: Pipeline, visit: Visit): Promise<PresignedUrl> {
  visit.operationName = "Presign";
  await identify(stages, visit);
  checkBodyHeaders(visit.head.headers, ["application/json"]);
  const body = await stages.bodies.read(visit, MAX_QUESTION_BYTES);
  // A body may take long, and its sender may be revoked by then, or the token over.
  const caller = await identify(stages, visit);
  const question = readPresignQuestion(body, visit.head.headers.get("host") ?? "");
  const asked = readAsked(stages, visit, question, caller);
  const headers = boundHeaders(question, asked.operation);
  visit.stages.enter("decision");
  const permit = permitAtAnyMoment(stages, visit, asked);
  stages.shares.byRules(visit, permit, caller);
  visit.stages.enter("credentials");
  const obtaining = brokerFor(stages, permit).obtain(permit, caller);
  const credentials = await whileStanding(obtaining, visit, stages, caller);
  visit.use(credentials);
  visit.stages.enter("answer");
  const nowMs = asked.live.clock.now();
  const most = stages.selfService.presign?.maxExpiresSeconds ?? 0;
  const endsMs = Math.min(credentials.expiresAtMs, caller.expiresAtMs);
  const expiresSeconds = Math.min(question.expiresSeconds ?? most, most, Math.floor((endsMs - nowMs) / 1000));
  if (expiresSeconds < 1) throw refused("the token or the credentials are about to end");
  visit.handedOut = "presign";
  return presignedUrl({ ...asked, headers, credentials, nowMs, expiresSeconds });
}

/** Whoever need not have meant to say who it is gets nothing that others can use. */
async function identify({ authenticate, shares }: Pipeline, visit: Visit): Promise<Caller> {
  const caller = await authenticate(visit.head.headers);
  visit.caller = caller;
  shares.ofCaller(visit, caller);
  visit.stages.enter("operation");
  if (caller.ambient) throw refused("no token in a header");
  return caller;
}

/** What the URL is to do, read as if it were asked for now. */
function readAsked(stages: Pipeline, visit: Visit, { head }: PresignQuestion, caller: Caller): Asked {
  checkDoor(head);
  if (head.target.startsWith(RESERVED)) throw refused("a page of Postern's own");
  const to = stages.route(head);
  const { upstream, service } = to.live;
  visit.live = to.live;
  if (upstream.service !== "s3") throw refused("a service other than S3");
  if (upstream.hashesBodies) throw refused("plain HTTP to another machine, where bodies are hashed");
  const found = service.recognise({ ...head, target: to.target }, upstream);
  if (needsBody(found) || !OPERATIONS.has(found.name)) throw refused(`S3 ${found.name}`);
  const asked = atHome(stages, to, found, caller);
  visit.live = asked.live;
  // To whoever reads the log it was asked for, and not done.
  visit.operation = { ...asked.operation, name: `Presign ${found.name}` };
  return asked;
}

/** All headers that go with the URL: what was given and the service does not take is not left out in silence. */
function boundHeaders({ head }: PresignQuestion, { headers }: Operation): readonly HeaderLine[] {
  const given = [...head.headers.entries()].filter(([name]) => name !== "host");
  const unheard = given.find(([name]) => name.startsWith("x-amz-") && !headers.some(([own]) => own === name));
  if (unheard !== undefined)
    throw new Refusal("header-not-allowed", { detail: `${unheard[0]} with a presigned URL` });
  return [...headers, ...given.filter(([name]) => !name.startsWith("x-amz-"))];
}

/**
 * Leave to do it now, and at any time from anywhere: nobody knows who will use the URL when. What the rules say of that
 * counts, the role too.
 *
 * @throws Refusal presign-refused, role-not-granted, and the denial's reason
 */
function permitAtAnyMoment({ policy, now }: Pipeline, visit: Visit, { operation, caller }: Asked): Permit {
  const atPresent = permitted(visit, decide(policy, caller, operation, contextOf(visit.request, now)));
  if (atPresent.recorded === true) throw refused("no rule allows it");
  const decision = decide(policy, caller, operation, ANY_MOMENT);
  if (decision.verdict === "denial")
    throw refused(`${decision.detail}: it depends on the source address or the time`);
  return withWish(visit.head.headers, permitted(visit, decision), caller);
}

function refused(detail: string): Refusal {
  return new Refusal("presign-refused", { detail });
}
