/** What policy knows of a request besides its caller and its operation. */
export interface RequestContext {
  /** Address of the socket's peer, IPv4 as IPv4; undefined where nobody can tell it, as on a unix socket. */
  readonly sourceIp: string | undefined;
  /** Epoch milliseconds; undefined where nobody can tell when it will be. */
  readonly nowMs: number | undefined;
}

/**
 * That of what is decided now and done some time by somebody somewhere, as by a presigned URL: a rule that depends on the
 * address or the time allows nothing of it, and denies it.
 */
export const ANY_MOMENT: RequestContext = { sourceIp: undefined, nowMs: undefined };
