import { constants } from "node:crypto";
import { createServer, type Server, type ServerOptions } from "node:http";
import { createServer as createSecureServer, type Server as SecureServer } from "node:https";
import type { SecureContextOptions, TlsOptions } from "node:tls";
import { handshakesOf } from "./handshakes.ts";

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
  /**
   * Shows and asks for other certificates from the next connection on. Whether they are asked for at all stays.
   *
   * @returns whether an authority may be gone: who was heard until now might not be heard any more
   */
  readonly show: (tls: ServerTls | undefined) => boolean;
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
  if (tls === undefined) return { server: createServer(options), show: () => false };
  const server: SecureServer = createSecureServer({ ...options, ...secureOptions(tls, handshakeMs) });
  const handshakes = handshakesOf(server);
  let shown = tls;
  return {
    server,
    show: (next) => {
      if (next === undefined || isSame(next, shown)) return false;
      server.setSecureContext(contextOf(next));
      const isNarrower = loses(shown.clientCa, next.clientCa);
      // They go on with the authorities with which they began.
      if (isNarrower) handshakes.cut();
      shown = next;
      return isNarrower;
    },
  };
}

/** What a server by TLS is made with. */
function secureOptions(tls: ServerTls, handshakeTimeout: number): TlsOptions {
  const asksClients = tls.clientCa !== undefined;
  return { ...contextOf(tls), handshakeTimeout, requestCert: asksClients, rejectUnauthorized: asksClients };
}

function contextOf({ cert, key, clientCa }: ServerTls): SecureContextOptions {
  return { cert, key, ...(clientCa !== undefined && { ca: clientCa, secureOptions: NO_TICKETS }) };
}

/**
 * Nobody's certificate is taken on the word of an earlier connection: it may have ended since, and a session that is
 * resumed is not asked for it again.
 */
const NO_TICKETS = constants.SSL_OP_NO_TICKET;

/**
 * Whether an authority may be gone from a PEM file. Which certificates OpenSSL finds in one is OpenSSL's to say: a line that
 * is turned into a comment takes one away, other names for a block do not. So every change counts, but lines that are put
 * behind all others: those before them are read as they were.
 */
function loses(before = "", after = ""): boolean {
  if (after === before) return false;
  return !(before.endsWith("\n") && after.startsWith(before));
}

function isSame(one: ServerTls, other: ServerTls): boolean {
  return one.cert === other.cert && one.key === other.key && one.clientCa === other.clientCa;
}
