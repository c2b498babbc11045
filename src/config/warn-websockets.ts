import type { Draft } from "./draft.ts";
import type { Found } from "./problem.ts";
import { awsLifetimeMs } from "./websocket-rules.ts";

/** Finds limits of WebSockets that AWS's own come before, and an IoT policy that nobody can be given. */
export function warnOfWebSockets({ upstreams, sources }: Draft): readonly Found[] {
  const mayHaveIdentities = sources.some(({ fit }) => fit === undefined || fit.type === "identity-pool");
  return upstreams.flatMap(({ key, fit }) => {
    if (fit === undefined) return [];
    const { service, websocket, iotPolicy } = fit;
    const path = ["upstreams", key];
    const { lifetime = 0, idle = 0 } = websocket ?? {};
    return [
      ...(lifetime > awsLifetimeMs(fit)
        ? [{ path: [...path, "websocket", "lifetime"], message: closedAfter(awsLifetimeMs(fit)) }]
        : []),
      ...(service === "execute-api" && idle > IDLE_MS
        ? [{ path: [...path, "websocket", "idle"], message: IDLE }]
        : []),
      ...(iotPolicy !== undefined && !mayHaveIdentities
        ? [{ path: [...path, "iotPolicy"], message: NO_IDENTITIES }]
        : []),
    ];
  });
}

function closedAfter(ms: number): string {
  return `AWS itself closes a connection after ${ms / 3_600_000}h`;
}

/** API Gateway quotas, idle connection timeout. */
const IDLE_MS = 600_000;
const IDLE = "AWS itself closes a connection after 10m without a message";

const NO_IDENTITIES =
  "it is attached to identities of an identity pool, and no credential source is one: nobody gets it";
