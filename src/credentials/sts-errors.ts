import type { Refusal } from "../domain/refusal.ts";
import { type Meaning, refusalOf } from "./aws-error.ts";
import type { StsError } from "./sts-answer.ts";
import type { StsAction } from "./sts-question.ts";

type Meanings = Readonly<Record<string, Meaning>>;

/** What the errors of both AssumeRole actions mean (AWS STS API reference, "Errors"). */
const OF_SESSIONS: Meanings = {
  AccessDenied: "denied", // the role does not trust whoever asks
  MalformedPolicyDocument: "misconfigured",
  PackedPolicyTooLarge: "misconfigured",
  RegionDisabled: "misconfigured",
  ValidationError: "misconfigured",
  Validation: "misconfigured",
  Throttling: "throttled",
  RequestLimitExceeded: "throttled",
};

const MEANINGS: Readonly<Record<StsAction, ReadonlyMap<string, Meaning>>> = {
  AssumeRole: spelt(OF_SESSIONS),
  AssumeRoleWithWebIdentity: spelt({
    ...OF_SESSIONS,
    ExpiredToken: "denied",
    InvalidIdentityToken: "denied",
    IDPRejectedClaim: "denied",
    IDPCommunicationError: "failed", // STS could not fetch the issuer's keys
  }),
  // It takes these credentials from nobody else, so no error of it is about the caller's token.
  GetCallerIdentity: new Map(),
};

/** Error names end in `Exception` on the wire of some and not of others; the SDKs add it to more of them. */
function spelt(meanings: Meanings): ReadonlyMap<string, Meaning> {
  return new Map(
    Object.entries(meanings).flatMap(([name, meaning]) => [
      [name, meaning] as const,
      [`${name}Exception`, meaning] as const,
    ]),
  );
}

/** Makes the refusal of an error answer of STS: where the role does not trust the caller, it is the role that is not granted. */
export function stsRefusal(action: StsAction, status: number, { code }: StsError): Refusal {
  const denied = code?.startsWith("AccessDenied") === true ? "role-not-granted" : "credentials-refused";
  return refusalOf({ operation: action, status, type: code }, MEANINGS[action], denied);
}

/** Errors that are about the clock and nothing else. */
const CLOCK: ReadonlySet<string> = new Set(["RequestExpired", "RequestInTheFuture", "RequestTimeTooSkewed"]);

/** Errors that say so only in their message: most other causes are the signature itself. */
const SIGNATURE: ReadonlySet<string> = new Set([
  "InvalidSignature",
  "InvalidSignatureException",
  "SignatureDoesNotMatch",
]);
const OF_TIME = /\b(?:expired|not yet current)\b/i;

/** Whether STS refused a signature for its time: its clock and ours differ. */
export function isAboutTheClock({ code, message }: StsError): boolean {
  if (code === undefined) return false;
  return CLOCK.has(code) || (SIGNATURE.has(code) && OF_TIME.test(message));
}
