import type { ErrorAnswer, SignatureFault } from "../aws/service.ts";
import type { CachedBroker } from "../credentials/cached.ts";
import type { Caller } from "../domain/caller.ts";
import type { Credentials } from "../domain/credentials.ts";
import type { Permit } from "../domain/decision.ts";
import type { Operation } from "../domain/operation.ts";
import { Refusal } from "../domain/refusal.ts";
import type { Pipeline } from "./pipeline.ts";
import type { Live } from "./live.ts";
import type { Regions } from "./route.ts";

/** What is asked, by whom, and where. */
export interface Asked {
  readonly live: Live;
  /** The upstream in all its regions. */
  readonly regions: Regions;
  /** What the client has in its path in place of an API's base path. */
  readonly mount: string;
  readonly operation: Operation;
  readonly caller: Caller;
}

/** What becomes of an answer: the client gets it, the request is sent anew, or it is refused in Postern's words. */
export type Next = typeof PASS | { readonly repeat: Asked } | { readonly refuse: Refusal };

/** The client gets the answer. */
export const PASS = "pass";

/** What a request was signed with, and whether it may be sent again. */
export interface Sent {
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
 * request may be sent again. An answer about credentials or the signature is never passed on. Nor is any other that
 * repeats the session token: the upstream's guard sees to that.
 */
export function nextOf(answer: ErrorAnswer, sent: Sent): Next {
  const { live, operation } = sent.asked;
  const region = live.service.redirectOf(answer);
  // A 400 may name the region that was asked, or that of no bucket: then another thing is wrong.
  const isHere = answer.status === 400 && (region === live.upstream.region || operation.bucket === undefined);
  if (region !== undefined && !isHere) return elsewhere(region, sent);
  return byFault(live.service.faultOf(answer), answer, sent);
}

function byFault(fault: SignatureFault | undefined, answer: ErrorAnswer, sent: Sent): Next {
  const { asked, permit, broker, credentials, offsetMs, mayRepeat } = sent;
  const { live, caller } = asked;
  if (fault === "signature") return refuse("signature-refused", "AWS made another signature");
  if (fault === "credentials" || fault === "unsaid") {
    if (broker.drop(permit, caller, credentials) && mayRepeat) return { repeat: asked };
    return fault === "unsaid" ? PASS : refuse("credentials-unavailable", "AWS did not take the credentials");
  }
  if (fault === undefined) return PASS;
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
