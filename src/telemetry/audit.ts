import { REFUSALS, type RefusalCode } from "../domain/refusal.ts";
import type { TunnelEnd } from "../domain/tunnel-end.ts";
import type { HandedOut, Outcome } from "./outcome.ts";

/**
 * What an audit asks for: what was denied, what was handed out and what record mode let through; and what became of the
 * sidecar itself.
 */
export type AuditEvent = HandedOut | "recorded" | OperatorEvent;

/** What became of the sidecar itself; a denial is that of somebody who is no operator. */
export type OperatorEvent =
  | "denial"
  | "reload"
  | "lock"
  | "unlock"
  | "revoke"
  | "quit"
  | "drain"
  | "iot-policy";

/** Codes that say who may not do what: those of 401 and 403, in whatever status a service puts them. */
const DENIALS: ReadonlySet<string> = new Set(
  Object.entries(REFUSALS)
    .filter(([, { status }]) => status === 401 || status === 403)
    .map(([code]) => code),
);

/** Ends of tunnels that are denials too. */
const DENYING_ENDS: ReadonlySet<TunnelEnd> = new Set(["token", "denied", "locked"]);

/** What an audit has to know of a request: one event at most. */
export function auditEventOf({
  reason,
  handedOut,
  recorded,
}: Pick<Outcome, "reason" | "recorded"> & Partial<Pick<Outcome, "handedOut">>): AuditEvent | undefined {
  if (isDenial(reason)) return "denial";
  return handedOut ?? (recorded ? "recorded" : undefined);
}

/** The same of a tunnel that has ended. */
export function auditEventOfEnd(why: TunnelEnd): AuditEvent | undefined {
  return DENYING_ENDS.has(why) ? "denial" : undefined;
}

function isDenial(reason: RefusalCode | undefined): boolean {
  return reason !== undefined && DENIALS.has(reason);
}
