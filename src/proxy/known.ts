import type { Caller } from "../domain/caller.ts";
import type { Decision } from "../domain/decision.ts";
import type { Operation } from "../domain/operation.ts";
import { withoutTokens } from "../telemetry/without-tokens.ts";
import type { Live } from "./live.ts";

/** What a request asks, as far as that is known. */
interface Asked {
  readonly live: Live | undefined;
  readonly operation: Operation | undefined;
  readonly operationName: string | undefined;
}

/** What records say of it. */
export function askedOf({ live, operation, operationName }: Asked) {
  return {
    upstream: live === undefined ? "none" : live.upstream.name,
    service: live === undefined ? "none" : live.upstream.service,
    operation: operation === undefined ? operationName : operation.name,
    resource: resourceOf(operation),
    requirements: operation?.requirements ?? [],
  };
}

/** As the records show it: of what a client wrote in the wrong place nothing is left. */
export function resourceOf(operation: Operation | undefined): string | undefined {
  const resource = operation?.requirements[0]?.resource;
  return resource && withoutTokens(resource);
}

/** What was decided, and for whom, likewise. */
interface Decided {
  readonly caller: Caller | undefined;
  readonly decision: Decision | undefined;
  readonly assumedRole: string | undefined;
  readonly accessKeyId: string | undefined;
}

/**
 * What records say of it.
 *
 * @param nameCaller a caller's keyed digest
 */
export function decidedOf(
  { caller, decision, assumedRole, accessKeyId }: Decided,
  nameCaller: (caller: Caller) => string,
) {
  const permit = decision?.verdict === "permit" ? decision : undefined;
  return {
    ...callerOf(caller, nameCaller),
    verdict: decision?.verdict,
    rule: decision?.rule,
    role: permit?.role,
    recorded: permit?.recorded === true,
    assumedRole,
    accessKeyId,
  };
}

/** Of whom nobody knows groups. */
export const NO_GROUPS: readonly string[] = [];

function callerOf(caller: Caller | undefined, nameCaller: (caller: Caller) => string) {
  return {
    caller: caller && nameCaller(caller),
    callerKind: caller?.kind,
    groups: caller?.groups ?? NO_GROUPS,
    subject: caller?.kind === "user" ? caller.subject : undefined,
    issuer: caller?.issuer,
  };
}
