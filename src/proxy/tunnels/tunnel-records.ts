import type { Operation } from "../../domain/operation.ts";
import type { Decision } from "../../domain/decision.ts";
import { Refusal } from "../../domain/refusal.ts";
import type { PacketOutcome, TunnelOutcome } from "../../telemetry/tunnel-outcome.ts";
import type { TunnelReport } from "../../upstream/tunnel.ts";
import { withoutTokens } from "../../telemetry/without-tokens.ts";
import { resourceOf } from "../known.ts";
import { toRefusal } from "../respond.ts";
import type { Visit } from "../visit.ts";

/** The record of a tunnel, of the visit that it began with. */
export function tunnelOutcome(visit: Visit, report: TunnelReport): TunnelOutcome {
  return { ...visit.known(), ...report, durationMs: visit.elapsedMs() };
}

/**
 * Has a packet read and decided, and gives the record of that. What cannot be read is nothing's name, and what goes wrong is a
 * refusal.
 */
export function judged(
  visit: Visit,
  name: string,
  read: () => Operation,
  decide: (operation: Operation) => Decision,
): PacketOutcome {
  let operation: Operation | undefined;
  let decision: Decision | undefined;
  try {
    operation = read();
    decision = decide(operation);
  } catch (error) {
    return packetOutcome(visit, { name, operation, decision, refusal: toRefusal(error) });
  }
  return packetOutcome(visit, { name, operation, decision, refusal: refusalBy(decision) });
}

function refusalBy(decision: Decision): Refusal | undefined {
  if (decision.verdict === "permit") return undefined;
  return new Refusal(decision.reason, { detail: decision.detail });
}

interface Judged {
  readonly name: string;
  readonly operation: Operation | undefined;
  readonly decision: Decision | undefined;
  readonly refusal: Refusal | undefined;
}

function packetOutcome(visit: Visit, { name, operation, decision, refusal }: Judged): PacketOutcome {
  const requirements = operation?.requirements ?? [];
  return {
    ...visit.known(),
    operation: name,
    resource: resourceOf(operation),
    requirements,
    verdict: decision?.verdict,
    rule: decision?.rule,
    role: decision?.verdict === "permit" ? decision.role : undefined,
    outcome: refusal === undefined ? "passed" : "refused",
    reason: refusal?.code,
    detail: refusal?.detail && withoutTokens(refusal.detail),
    durationMs: visit.elapsedMs(),
  };
}
