/**
 * Why a tunnel ended:
 *
 * - `client`, `upstream`: that side closed it, or was gone;
 * - `token`: the caller's token ended, was revoked, or can no longer be proved;
 * - `credentials`: those that it was opened with ended;
 * - `denied`: what it was opened for, or goes on doing, is no longer allowed, or its upstream is there no more;
 * - `refused`: the client did over it what it may not, and the protocol knows no milder answer;
 * - `protocol`: one side sent what cannot be read;
 * - `idle`, `lifetime`: a limit of the upstream's settings;
 * - `drain`: Postern ends, or lets clients in by other certificates;
 * - `locked`: an operator has stopped all that goes through Postern.
 */
export type TunnelEnd = (typeof TUNNEL_ENDS)[number];

/** Every {@link TunnelEnd}: a label of a metric. */
export const TUNNEL_ENDS = [
  "client",
  "upstream",
  "token",
  "credentials",
  "denied",
  "refused",
  "protocol",
  "idle",
  "lifetime",
  "drain",
  "locked",
] as const;

/**
 * The close code that both sides are told (RFC 6455 section 7.4.1, and the registry of close codes for 1014). A side that closed
 * with a code of its own is not told another.
 */
export const CLOSE_CODES: Readonly<Record<TunnelEnd, number>> = {
  client: 1001,
  upstream: 1014,
  token: 1008,
  credentials: 1008,
  denied: 1008,
  refused: 1008,
  protocol: 1002,
  idle: 1001,
  lifetime: 1001,
  drain: 1001,
  locked: 1008,
};
