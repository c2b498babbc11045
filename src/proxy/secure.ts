import { createServer, type Server, type ServerOptions } from "node:http";
import { createServer as createSecureServer, type Server as SecureServer } from "node:https";

/** What a server shows of itself, and the key that proves it, both as PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** A server that may speak TLS, as HTTP/1.1 inside it. */
export interface MaybeSecure {
  readonly server: Server;
  /** Shows another certificate from the next connection on. */
  readonly show: (certificate: Certificate | undefined) => void;
}

/**
 * Makes a server, with TLS where there is a certificate.
 *
 * @param handshakeMs for the whole of a handshake
 */
export function createMaybeSecure(
  options: ServerOptions,
  certificate: Certificate | undefined,
  handshakeMs: number,
): MaybeSecure {
  if (certificate === undefined) return { server: createServer(options), show: () => {} };
  const server: SecureServer = createSecureServer({
    ...options,
    ...certificate,
    handshakeTimeout: handshakeMs,
  });
  let shown = certificate;
  return {
    server,
    show: (next) => {
      if (next === undefined || (next.cert === shown.cert && next.key === shown.key)) return;
      server.setSecureContext({ ...next });
      shown = next;
    },
  };
}
