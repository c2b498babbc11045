import type { Credentials } from "../domain/credentials.ts";
import { Refusal } from "../domain/refusal.ts";

/** What an answer says of credentials, before any of it is believed. */
export interface AnsweredCredentials {
  readonly accessKeyId: unknown;
  readonly secretAccessKey: unknown;
  readonly sessionToken: unknown;
  /** Epoch milliseconds; NaN where the answer has no time that can be read. */
  readonly expiresAtMs: number;
}

/**
 * Makes credentials of an answer, if they can be used: every part printable and not empty, and an end still to come.
 * How long a session token is, AWS leaves open.
 *
 * @throws Refusal credentials-unavailable
 */
export function usableCredentials(
  { accessKeyId, secretAccessKey, sessionToken, expiresAtMs }: AnsweredCredentials,
  nowMs: number,
): Credentials {
  if (!isPrintable(accessKeyId) || !isPrintable(secretAccessKey) || !isPrintable(sessionToken))
    throw unusable("credentials that cannot be used");
  if (!Number.isFinite(expiresAtMs)) throw unusable("credentials without an end");
  if (expiresAtMs <= nowMs) throw unusable("credentials that have expired");
  return { accessKeyId, secretAccessKey, sessionToken, expiresAtMs };
}

/** Whether a value is text that can stand in a header, which is where credentials go: ASCII without spaces and controls. */
export function isPrintable(value: unknown): value is string {
  return typeof value === "string" && PRINTABLE.test(value);
}

const PRINTABLE = /^[\x21-\x7e]+$/;

/** Of a 200 that is not what the API promises. What a parser says of it is no cause to give: it quotes the answer. */
export function unusable(detail: string): Refusal {
  return new Refusal("credentials-unavailable", { detail });
}
