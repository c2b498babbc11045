import type { Config } from "./schema.ts";
import { defaultSourceOf, sessionPlansOf, upstreamSourcesOf } from "./sources.ts";

/** Whose requests are taken without a token in a header. */
export function callerOptionsOf({ identity }: Config) {
  return { guests: identity.guests === "allow", cookie: identity.cookie };
}

/** What rules mean where they do not say it. */
export function policyOptionsOf(config: Config) {
  return {
    defaultSource: defaultSourceOf(config),
    upstreamSources: upstreamSourcesOf(config),
    sessions: sessionPlansOf(config),
    recording: recordingOf(config),
  };
}

/** Until when what no rule allows is let through and remembered; undefined where it is refused at all times. */
function recordingOf({ policy: { mode, until } }: Config) {
  return mode === "record" && until !== undefined ? { untilMs: until } : undefined;
}

/** Which of Postern's own pages for callers there are. */
export function selfServiceOf({ selfService: { presign, credentials, origins } }: Config) {
  return {
    presign: presign && { maxExpiresSeconds: presign.maxExpires },
    credentials,
    origins: new Set(origins),
  };
}

/** Of the data face. */
export function listenerLimitsOf({ limits, timeouts }: Config) {
  return {
    maxInFlight: limits.inFlight,
    maxTunnels: limits.tunnels,
    maxTunnelsPerCaller: limits.tunnelsPerCaller,
    maxHeaderBytes: limits.headers,
    headersMs: timeouts.headers,
    // An upstream that thinks is as quiet as a client that sleeps; its own deadline comes first.
    idleMs: Math.max(timeouts.bodyIdle, timeouts.upstreamHeaders) + 5000,
    keepAliveMs: timeouts.keepAlive,
  };
}

/** Of every upstream. A request that waited for a connection would have no deadline, so that each gets one. */
export function forwarderLimitsOf({ timeouts, limits }: Config) {
  const { connect: connectMs, upstreamHeaders: headersMs, bodyIdle: bodyIdleMs } = timeouts;
  return { connectMs, headersMs, bodyIdleMs, connections: limits.inFlight };
}

/** Of bodies that are held in memory: how much of all, and how long one may take. */
export function bodyLimitsOf({ limits, timeouts }: Config) {
  return [limits.bufferedBody, { idleMs: timeouts.bodyIdle }] as const;
}

/** How an outer proxy asks; undefined where none does. */
export function authorizeRulesOf({ authorize }: Config) {
  if (authorize === undefined) return undefined;
  const { secret, methodHeader, uriHeader, hostHeader, lengthHeader, exact } = authorize;
  return { secret, methodHeader, uriHeader, hostHeader, lengthHeader, exact };
}
