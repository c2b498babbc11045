import type { Operation } from "../../domain/operation.ts";
import type { Decision } from "../../domain/decision.ts";
import type { Refusal } from "../../domain/refusal.ts";
import type { PacketOutcome, TunnelOutcome } from "../../telemetry/tunnel-outcome.ts";
import type { TunnelReport } from "../../upstream/tunnel.ts";
import type { Visit } from "../visit.ts";

/** The record of a tunnel, of the visit that it began with. */
export function tunnelOutcome(visit: Visit, report: TunnelReport): TunnelOutcome {
  return { ...visit.known(), ...report, durationMs: visit.elapsedMs() };
}

/** The record of a packet that was decided. */
export function packetOutcome(
  visit: Visit,
  operation: Operation,
  decision: Decision | undefined,
  refusal: Refusal | undefined,
): PacketOutcome {
  return {
    ...visit.known(),
    operation: operation.name,
    resource: operation.requirements[0]?.resource,
    requirements: operation.requirements,
    verdict: decision?.verdict,
    rule: decision?.rule,
    role: decision?.verdict === "permit" ? decision.role : undefined,
    outcome: refusal === undefined ? "passed" : "refused",
    durationMs: visit.elapsedMs(),
    reason: refusal?.code,
    detail: refusal?.detail,
  };
}
