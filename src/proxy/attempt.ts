import type { ErrorAnswer } from "../aws/service.ts";
import type { CachedBroker } from "../credentials/cached.ts";
import type { Caller } from "../domain/caller.ts";
import type { Credentials } from "../domain/credentials.ts";
import type { Permit } from "../domain/decision.ts";
import type { Operation } from "../domain/operation.ts";
import { Refusal } from "../domain/refusal.ts";
import type { Signer } from "../signing/sign.ts";
import { proceed } from "./proceed.ts";
import { giveUp, guarded } from "./respond.ts";
import type { Live } from "./route.ts";
import { signOperation } from "./sign-operation.ts";
import type { Visit } from "./visit.ts";

/** What was decided, and who carries it out. */
export interface Decided {
  readonly live: Live;
  readonly operation: Operation;
  readonly permit: Permit;
  readonly caller: Caller;
  readonly broker: CachedBroker;
  readonly signer: Signer;
}

/** Obtains the caller's credentials, signs and sends; where AWS says no to the signature alone, once more. */
export function attempt(visit: Visit, decided: Decided): unknown {
  return send(visit, decided, true);
}

/** @param first whether another attempt may follow this one */
function send(visit: Visit, decided: Decided, first: boolean): unknown {
  const { live, operation, permit, caller, broker, signer } = decided;
  return proceed(broker.obtain(permit, caller), (credentials) => {
    if (visit.hasEnded || visit.response.destroyed) return visit.end({});
    visit.assumedRole = credentials.assumedRoleArn;
    const offsetMs = live.clock.offsetMs();
    const signed = signOperation(visit, live, operation, { signer, credentials });
    // A body that came from the client as a stream is gone once it was sent.
    const mayRepeat = first && (signed.body === null || Buffer.isBuffer(signed.body));
    let next: Next = "pass";
    const withhold = (answer: ErrorAnswer): boolean => {
      next = nextOf(answer, decided, { credentials, offsetMs, mayRepeat });
      return next !== "pass";
    };
    live.forwarder.forward({ ...signed, withhold }, visit.response, (end) => {
      if (end === "withheld") again(visit, decided, next);
      else if (end instanceof Refusal) giveUp(visit, end);
      else visit.end({ forwarded: end });
    });
  });
}

/** What a request was signed with, and whether it may be sent again. */
interface Sent {
  readonly credentials: Credentials;
  /** How far the upstream's clock was known to be ahead. */
  readonly offsetMs: number;
  readonly mayRepeat: boolean;
}

/** What becomes of an error answer: the client gets it, the request is sent anew, or it is refused in Postern's words. */
type Next = "pass" | "repeat" | "refuse";

/**
 * AWS refuses expired credentials and a time that is far off before it does anything, so that the same request may be
 * sent again. An answer about credentials is never passed on: S3's repeats the session token.
 */
function nextOf(
  answer: ErrorAnswer,
  { live, permit, caller, broker }: Decided,
  { credentials, offsetMs, mayRepeat }: Sent,
): Next {
  const fault = live.service.faultOf(answer);
  if (fault === "credentials")
    return broker.drop(permit, caller, credentials) && mayRepeat ? "repeat" : "refuse";
  if (fault !== "clock") return "pass";
  live.clock.learn(answer.header("date"));
  // Whoever was refused at the same time may have taught the clock already.
  return live.clock.offsetMs() !== offsetMs && mayRepeat ? "repeat" : "pass";
}

function again(visit: Visit, decided: Decided, next: Next): void {
  guarded(visit, () => {
    if (next === "repeat") return send(visit, decided, false);
    throw new Refusal("credentials-unavailable", { detail: "AWS did not take the credentials" });
  });
}
