import type { Clock } from "../domain/clock.ts";
import type { TunnelEnd } from "../domain/tunnel-end.ts";
import { type AuditEvent, auditEventOf, auditEventOfEnd } from "./audit.ts";
import type { Cause, Lines } from "./lines.ts";
import { createAuditedPackets } from "./audited-packets.ts";
import { createThrottle } from "./throttle.ts";
import { toMicros } from "./to-micros.ts";
import type { PacketOutcome, TunnelOutcome, TunnelRecorder } from "./tunnel-outcome.ts";

/** Lines of refused packets in a second, of all tunnels together: a client may go on sending what is refused. */
const REFUSED_PER_SECOND = 10;

/** Ends that are refusals, as those of requests are. That credentials end is the way of all of them. */
const REFUSING: ReadonlySet<TunnelEnd> = new Set(["token", "denied", "refused", "protocol", "locked"]);

/**
 * Lines of tunnels: one for each that ended, and one for a packet that was refused. Those that passed are for debugging.
 */
export function createTunnelLog(lines: Lines, now: Clock): Pick<TunnelRecorder, "ended" | "packet"> {
  const throttle = createThrottle(REFUSED_PER_SECOND, now);
  const audited = createAuditedPackets(now);
  const tell = (cause: Cause, message: string, members: object, event: AuditEvent | undefined): void => {
    if (cause === "audit") lines.audit("info", message, { audit: event, ...members });
    else if (cause === "wish") lines.say("info", message, members);
  };
  return {
    ended: (outcome) => {
      // What was held back at last was of the audit, and so is the line that tells of it.
      const { heldBack, event } = audited.end(outcome.requestId, auditEventOfEnd(outcome.why));
      const cause = lines.causeOf(event, REFUSING.has(outcome.why));
      if (cause === undefined) return;
      tell(cause, "tunnel", { ...tunnelLineOf(outcome), suppressed: heldBack || undefined }, event);
    },
    packet: (outcome) => {
      const isRefused = outcome.outcome === "refused";
      const event = auditEventOf(outcome);
      const cause = lines.causeOf(event, isRefused);
      if (cause === undefined) return;
      // What passes by a rule is for debugging.
      if (cause === "wish" && !isRefused) {
        if (lines.isOn("debug")) lines.say("debug", "packet", packetLineOf(outcome));
        return;
      }
      const isAudited = cause === "audit" && event !== undefined;
      const heldBack = isAudited ? audited.packet(outcome.requestId, event) : throttle();
      if (heldBack === undefined) return;
      tell(cause, "packet", { ...packetLineOf(outcome), suppressed: heldBack || undefined }, event);
    },
  };
}

/** A tunnel's line: these fields and no others, whatever an object of the type may carry besides. */
function tunnelLineOf(outcome: TunnelOutcome): object {
  return {
    ...askedIn(outcome),
    rule: outcome.rule,
    role: outcome.role,
    assumedRole: outcome.assumedRole,
    accessKeyId: outcome.accessKeyId,
    why: outcome.why,
    code: outcome.code,
    detail: outcome.detail,
    bytesUp: outcome.bytesUp,
    bytesDown: outcome.bytesDown,
    durationMs: toMicros(outcome.durationMs),
  };
}

/** A packet's line, likewise. */
function packetLineOf(outcome: PacketOutcome): object {
  return {
    ...askedIn(outcome),
    verdict: outcome.verdict,
    rule: outcome.rule,
    recorded: outcome.recorded ? true : undefined,
    role: outcome.role,
    assumedRole: outcome.assumedRole,
    accessKeyId: outcome.accessKeyId,
    outcome: outcome.outcome,
    reason: outcome.reason,
    detail: outcome.detail,
  };
}

function askedIn(outcome: TunnelOutcome | PacketOutcome): object {
  return {
    requestId: outcome.requestId,
    traceId: outcome.traceId,
    spanId: outcome.spanId,
    upstream: outcome.upstream,
    service: outcome.service,
    operation: outcome.operation,
    resource: outcome.resource,
    caller: outcome.caller,
    callerKind: outcome.callerKind,
    groups: outcome.groups.length === 0 ? undefined : outcome.groups,
  };
}
