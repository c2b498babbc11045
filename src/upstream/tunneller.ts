import { createConnector } from "./connect.ts";
import { Handshake } from "./handshake.ts";
import { createPools } from "./pools.ts";
import { RawTunnel } from "./raw-tunnel.ts";
import type { OnForwarded, SignedRequest } from "./signed-request.ts";
import type { OnTunnelEnd, Tunnel, UpgradeClient } from "./tunnel.ts";

/** Opens WebSocket connections to one origin, and passes bytes both ways as they come. */
export interface Tunneller {
  /**
   * Sends a signed handshake upstream. Where AWS takes it the client gets AWS's own 101, and a tunnel is open; where not, AWS's
   * answer is passed on like any other.
   */
  readonly open: (request: SignedRequest, client: UpgradeClient, on: TunnelEvents) => void;
  /** Cuts handshakes that are under way; tunnels that are open stand by themselves. */
  readonly close: () => Promise<void>;
}

/** Who is told what becomes of a handshake: either of an answer, or of a tunnel and later of its end. */
export interface TunnelEvents {
  /** Without a byte either way a tunnel is ended. */
  readonly idleMs: number;
  readonly onAnswer: OnForwarded;
  readonly onOpen: (tunnel: Tunnel) => void;
  readonly onEnd: OnTunnelEnd;
}

/** What {@link createTunneller} needs. */
export interface TunnellerOptions {
  /** Scheme, host and port. */
  readonly origin: string;
  /** For connecting. Default 5 s. */
  readonly connectMs?: number;
  /** From the handshake sent to the first byte of its answer, and between two bytes of one that is passed on. Default 60 s. */
  readonly headersMs?: number;
  /** Of an answer's headers. Default 64 KiB. */
  readonly maxHeaderBytes?: number;
}

/** Makes the tunneller of an origin: each tunnel has a connection of its own. */
export function createTunneller(options: TunnellerOptions): Tunneller {
  const headersMs = options.headersMs ?? 60_000;
  const pools = createPools(options.origin, {
    pipelining: 1,
    maxHeaderSize: options.maxHeaderBytes ?? 64 * 1024,
    headersTimeout: headersMs,
    bodyTimeout: headersMs,
    connect: createConnector(options.connectMs ?? 5000),
  });
  return {
    open: (request, client, { idleMs, onAnswer, onOpen, onEnd }) => {
      const handshake = new Handshake(request, client, {
        onAnswer,
        onJoined: (joined) => onOpen(new RawTunnel(joined, { idleMs, onEnd })),
      });
      // A client that left while credentials were got: its response has closed already and tells no more of it.
      if (client.response.destroyed) return handshake.onClientClose();
      client.response.once("close", handshake.onClientClose);
      const { path, headers, hostPrefix = "" } = request;
      pools.of(hostPrefix).dispatch({ method: "GET", path, headers, upgrade: "websocket" }, handshake);
    },
    close: pools.close,
  };
}
