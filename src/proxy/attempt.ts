import type { ErrorAnswer } from "../aws/service.ts";
import type { CachedBroker } from "../credentials/cached.ts";
import type { Caller } from "../domain/caller.ts";
import type { Credentials } from "../domain/credentials.ts";
import type { Decision, Permit } from "../domain/decision.ts";
import type { Operation } from "../domain/operation.ts";
import { Refusal } from "../domain/refusal.ts";
import { decide } from "../policy/decide.ts";
import { contextOf } from "./context.ts";
import { withHashedBody } from "./hashed-body.ts";
import type { Pipeline } from "./pipeline.ts";
import { proceed } from "./proceed.ts";

import { giveUp, guarded } from "./respond.ts";
import { withWish } from "./role-wish.ts";
import type { Live, Regions } from "./route.ts";
import { signOperation } from "./sign-operation.ts";
import type { Visit } from "./visit.ts";

/** What is asked, by whom, and where. */
export interface Asked {
  readonly live: Live;
  /** The upstream in all its regions. */
  readonly regions: Regions;
  readonly operation: Operation;
  readonly caller: Caller;
}

/**
 * Decides, obtains the caller's credentials, signs and sends; where AWS says no to the signature or to the region alone,
 * once more.
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
  // Anew for each attempt: a rule may ask for the region.
  const decision = decide(pipeline.policy, caller, operation, contextOf(visit.request, pipeline.now));
  const permit = withWish(visit.head.headers, permitted(visit, decision), caller);
  const { hashesBodies, maxBodyBytes } = live.upstream;
  if (!hashesBodies) return carryOut(visit, pipeline, asked, { permit, first });
  return proceed(withHashedBody(visit, operation, pipeline.bodies, maxBodyBytes), (hashed) =>
    carryOut(visit, pipeline, { ...asked, operation: hashed }, { permit, first }),
  );
}

/** What was permitted is done. */
function carryOut(
  visit: Visit,
  pipeline: Pipeline,
  asked: Asked,
  { permit, first }: { readonly permit: Permit; readonly first: boolean },
): unknown {
  const { live, operation, caller } = asked;
  const broker = brokerFor(pipeline, permit);
  return proceed(broker.obtain(permit, caller), (credentials) => {
    if (visit.hasEnded || visit.response.destroyed) return visit.end({});
    visit.assumedRole = credentials.assumedRoleArn;
    const offsetMs = live.clock.offsetMs();
    const signed = signOperation(visit, live, operation, { signer: pipeline.signer, credentials });
    // A body that came from the client as a stream is gone once it was sent.
    const mayRepeat = first && (signed.body === null || Buffer.isBuffer(signed.body));
    let next: Next = PASS;
    const withhold = (answer: ErrorAnswer): boolean => {
      next = nextOf(answer, { pipeline, asked, permit, broker, credentials, offsetMs, mayRepeat });
      return next !== PASS;
    };
    live.forwarder.forward({ ...signed, withhold }, visit.response, (end) => {
      if (end === "withheld") guarded(visit, () => goOn(visit, pipeline, next));
      else if (end instanceof Refusal) giveUp(visit, end);
      else visit.end({ forwarded: end });
    });
  });
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

/** What becomes of an answer: the client gets it, the request is sent anew, or it is refused in Postern's words. */
type Next = typeof PASS | { readonly repeat: Asked } | { readonly refuse: Refusal };

const PASS = "pass";

function goOn(visit: Visit, pipeline: Pipeline, next: Next): unknown {
  if (next === PASS) return undefined;
  if ("refuse" in next) throw next.refuse;
  return send(visit, pipeline, next.repeat, false);
}

/** What a request was signed with, and whether it may be sent again. */
interface Sent {
  readonly pipeline: Pipeline;
  readonly asked: Asked;
  readonly permit: Permit;
  readonly broker: CachedBroker;
  readonly credentials: Credentials;
  /** How far the upstream's clock was known to be ahead. */
  readonly offsetMs: number;
  readonly mayRepeat: boolean;
}

/**
 * AWS refuses expired credentials, a time that is far off and another region before it does anything, so that the same
 * request may be sent again. An answer about credentials or the signature is never passed on: it repeats the session
 * token.
 */
function nextOf(answer: ErrorAnswer, sent: Sent): Next {
  const { asked, permit, broker, credentials, offsetMs, mayRepeat } = sent;
  const { live, operation, caller } = asked;
  const region = live.service.redirectOf(answer);
  // A 400 may name the region that was asked, or that of no bucket: then another thing is wrong.
  const isHere = answer.status === 400 && (region === live.upstream.region || operation.bucket === undefined);
  if (region !== undefined && !isHere) return elsewhere(region, sent);
  const fault = live.service.faultOf(answer);
  if (fault === "credentials")
    return broker.drop(permit, caller, credentials) && mayRepeat
      ? { repeat: asked }
      : refuse("credentials-unavailable", "AWS did not take the credentials");
  if (fault === "signature") return refuse("signature-refused", "AWS made another signature");
  if (fault !== "clock") return PASS;
  live.clock.learn(answer.header("date"));
  // Whoever was refused at the same time may have taught the clock already.
  return live.clock.offsetMs() !== offsetMs && mayRepeat ? { repeat: asked } : PASS;
}

/** Only into a region that is configured, and never to an address that an answer names. */
function elsewhere(region: string, { pipeline, asked, mayRepeat }: Sent): Next {
  const { live, regions, operation } = asked;
  const { bucket } = operation;
  const home = regions.get(region);
  if (region === "unknown" || bucket === undefined || home === live)
    return refuse("redirect-not-followed", "a redirect to no other region");
  if (home === undefined) return refuse("region-not-configured", `the bucket is in ${region}`);
  pipeline.bucketRegions.learn(live.upstream.name, bucket, region);
  if (!mayRepeat) return refuse("region-learned", `the bucket is in ${region}`);
  return { repeat: { ...asked, live: home, operation: { ...operation, region } } };
}

function refuse(code: Refusal["code"], detail: string): Next {
  return { refuse: new Refusal(code, { detail }) };
}
