/** What policy knows of a request besides its caller and its operation. */
export interface RequestContext {
  /** Address of the socket's peer, IPv4 as IPv4; undefined where there is none, as on a unix socket. */
  readonly sourceIp: string | undefined;
  /** Epoch milliseconds. */
  readonly nowMs: number;
}
