/** How an outer proxy asks, and shows who it is. Names of headers are in lower case. */
export interface AuthorizeRules {
  /** Undefined where its connection says it: a unix socket, or a client certificate. */
  readonly secret: string | undefined;
  readonly methodHeader: string;
  readonly uriHeader: string;
  /** Undefined where the Host of what it asks is in `Host` itself. */
  readonly hostHeader: string | undefined;
  /** Undefined where nobody says how long a body is: then there is none. */
  readonly lengthHeader: string | undefined;
  /** Whether what is signed must have the path and query that were asked for, since the outer proxy sends no others. */
  readonly exact: boolean;
}
