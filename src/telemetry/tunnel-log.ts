import type { Logger } from "pino";
import type { Clock } from "../domain/clock.ts";
import type { TunnelEnd } from "../domain/tunnel-end.ts";
import { createThrottle } from "./throttle.ts";
import { toMicros } from "./to-micros.ts";
import type { PacketOutcome, TunnelOutcome, TunnelRecorder } from "./tunnel-outcome.ts";

/** Lines of refused packets in a second, of all tunnels together: a client may go on sending what is refused. */
const REFUSED_PER_SECOND = 10;

/** Ends that are refusals, as those of requests are. That credentials end is the way of all of them. */
const REFUSING: ReadonlySet<TunnelEnd> = new Set(["token", "denied", "refused", "protocol", "locked"]);

/**
 * Lines of tunnels: one for each that ended, and one for a packet that was refused. Those that passed are for debugging.
 *
 * @param isWanted whether what was refused, or was not, has a line at this time
 */
export function createTunnelLog(
  logger: Logger,
  isWanted: (isRefused: boolean) => boolean,
  now: Clock,
): Pick<TunnelRecorder, "ended" | "packet"> {
  const throttle = createThrottle(REFUSED_PER_SECOND, now);
  const refused = (outcome: PacketOutcome): void => {
    const heldBack = throttle();
    if (heldBack === undefined) return;
    const suppressed = heldBack === 0 ? undefined : heldBack;
    logger.info({ ...packetLineOf(outcome), suppressed }, "packet");
  };
  return {
    ended: (outcome) => {
      if (isWanted(REFUSING.has(outcome.why))) logger.info(tunnelLineOf(outcome), "tunnel");
    },
    packet: (outcome) => {
      const isRefused = outcome.outcome === "refused";
      if (!isWanted(isRefused)) return;
      if (isRefused) refused(outcome);
      else if (logger.isLevelEnabled("debug")) logger.debug(packetLineOf(outcome), "packet");
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
    role: outcome.role,
    assumedRole: outcome.assumedRole,
    outcome: outcome.outcome,
    reason: outcome.reason,
    detail: outcome.detail,
  };
}

function askedIn(outcome: TunnelOutcome | PacketOutcome): object {
  return {
    requestId: outcome.requestId,
    upstream: outcome.upstream,
    service: outcome.service,
    operation: outcome.operation,
    resource: outcome.resource,
    caller: outcome.caller,
    callerKind: outcome.callerKind,
    groups: outcome.groups.length === 0 ? undefined : outcome.groups,
  };
}
