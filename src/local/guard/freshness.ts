import type { Authorization } from "./credential.ts";
import { refuse } from "./fault.ts";
import type { ServiceRules } from "./service-rules.ts";
import { basicTime, epochMsOf, isoTime } from "./timestamp.ts";

/**
 * Checks that the scope names the day of the timestamp, and this region where only one will do.
 *
 * @throws LocalError in the dialect of the service.
 */
export function checkScope(
  authorization: Authorization,
  rules: ServiceRules,
  region: string | undefined,
): void {
  const { scope, timestamp } = authorization;
  const day = timestamp.slice(0, 8);
  if (scope.date !== day) {
    const malformed = authorization.form === "header" ? "malformed-authorization" : "malformed-presigned";
    const subject = authorization.form === "header" ? "The authorization header is malformed; " : "";
    const s3 = `${subject}Invalid credential date "${scope.date}". This date is not the same as X-Amz-Date: "${day}".`;
    const others = `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${scope.date}' != '${day}', from '${timestamp}'.`;
    if (rules.dialect === "s3") throw refuse(malformed, "s3", { message: s3 });
    throw refuse("wrong-signature", rules.dialect, { message: others });
  }
  if (region === undefined || scope.region === region) return;
  const message = `Credential should be scoped to a valid region, not '${scope.region}'. `;
  throw refuse("wrong-signature", rules.dialect, { message });
}

/**
 * Checks the timestamp against the clock, and the expiry of a presigned request.
 *
 * @throws LocalError in the dialect of the service.
 */
export function checkFreshness(authorization: Authorization, rules: ServiceRules, nowMs: number): void {
  const signedMs = epochMsOf(authorization.timestamp);
  if (authorization.expiresSeconds !== undefined) {
    checkExpiry(authorization.expiresSeconds, signedMs, { rules, nowMs });
    return;
  }
  if (Math.abs(nowMs - signedMs) <= rules.skewMs) return;
  if (rules.dialect !== "s3")
    throw refuse("wrong-time", rules.dialect, { message: tooFar(signedMs, nowMs, rules.skewMs) });
  const fields = {
    RequestTime: authorization.timestamp,
    ServerTime: isoTime(nowMs),
    MaxAllowedSkewMilliseconds: String(rules.skewMs),
  };
  throw refuse("wrong-time", "s3", { fields });
}

function checkExpiry(
  expiresSeconds: number,
  signedMs: number,
  { rules, nowMs }: { readonly rules: ServiceRules; readonly nowMs: number },
): void {
  const endMs = signedMs + expiresSeconds * 1000;
  if (signedMs - nowMs > rules.skewMs) {
    const message =
      rules.dialect === "s3" ? "Request is not yet valid" : tooFar(signedMs, nowMs, rules.skewMs);
    throw refuse("expired-presigned", rules.dialect, { message });
  }
  if (nowMs <= endMs) return;
  if (rules.dialect !== "s3")
    throw refuse("expired-presigned", rules.dialect, { message: tooFar(endMs, nowMs, 0) });
  const fields = {
    "X-Amz-Expires": String(expiresSeconds),
    Expires: isoTime(endMs),
    ServerTime: isoTime(nowMs),
  };
  throw refuse("expired-presigned", "s3", { fields });
}

function tooFar(signedMs: number, nowMs: number, skewMs: number): string {
  const signed = basicTime(signedMs);
  const now = basicTime(nowMs);
  const minutes = skewMs / 60_000;
  return signedMs < nowMs
    ? `Signature expired: ${signed} is now earlier than ${basicTime(nowMs - skewMs)} (${now} - ${minutes} min.)`
    : `Signature not yet current: ${signed} is still later than ${basicTime(nowMs + skewMs)} (${now} + ${minutes} min.)`;
}
