import { createServer, type Server, type ServerOptions } from "node:http";
import { createServer as createSecureServer, type Server as SecureServer } from "node:https";
import type { SecureContextOptions, TlsOptions } from "node:tls";

/** What a server shows of itself, the key that proves it, and what it asks of clients, all as PEM. */
export interface ServerTls {
  /** The certificate and those that vouch for it. */
  readonly cert: string;
  readonly key: string;
  /** Authorities of client certificates; undefined where none is asked for. */
  readonly clientCa: string | undefined;
}

/** A server that may speak TLS, as HTTP/1.1 inside it. */
export interface MaybeSecure {
  readonly server: Server;
  /** Shows and asks for other certificates from the next connection on. Whether they are asked for at all stays. */
  readonly show: (tls: ServerTls | undefined) => void;
}

/**
 * Makes a server, with TLS where there is a certificate. Who shows no certificate of the authorities that are asked for
 * is not heard.
 *
 * @param handshakeMs for the whole of a handshake
 */
export function createMaybeSecure(
  options: ServerOptions,
  tls: ServerTls | undefined,
  handshakeMs: number,
): MaybeSecure {
  if (tls === undefined) return { server: createServer(options), show: () => {} };
  const server: SecureServer = createSecureServer({ ...options, ...secureOptions(tls, handshakeMs) });
  let shown = tls;
  return {
    server,
    show: (next) => {
      if (next === undefined || isSame(next, shown)) return;
      server.setSecureContext(contextOf(next));
      shown = next;
    },
  };
}

/** What a server by TLS is made with. */
function secureOptions(tls: ServerTls, handshakeTimeout: number): TlsOptions {
  const asksClients = tls.clientCa !== undefined;
  return { ...contextOf(tls), handshakeTimeout, requestCert: asksClients, rejectUnauthorized: asksClients };
}

function contextOf({ cert, key, clientCa }: ServerTls): SecureContextOptions {
  return { cert, key, ...(clientCa !== undefined && { ca: clientCa }) };
}

function isSame(one: ServerTls, other: ServerTls): boolean {
  return one.cert === other.cert && one.key === other.key && one.clientCa === other.clientCa;
}
