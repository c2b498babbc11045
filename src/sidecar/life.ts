import { once } from "node:events";
import type { Faces } from "../admin/faces.ts";
import { checkSpot, listenOn } from "../inbound/listen-on.ts";
import type { Listener } from "../proxy/listener.ts";
import type { Log } from "../telemetry/log.ts";
import type { AuthorizeFace } from "./authorize.ts";
import type { Changing } from "./reload.ts";
import { spotOf } from "./spot.ts";
import type { Tracing } from "./tracing.ts";
import { whenReady } from "./when-ready.ts";

/** A sidecar: nothing listens and nothing is fetched until it is started. */
export interface Sidecar extends Pick<Changing, "reload" | "reloadFailed"> {
  /**
   * Answers probes and operators, and begins to fetch keys and to connect to the shared tier. Call it once.
   *
   * Rejects where an address is taken.
   */
  readonly start: () => Promise<Started>;
  /** Takes no new requests, finishes those in flight up to the configured deadline, then lets go of everything. */
  readonly drain: () => Promise<void>;
}

/** Where a sidecar listens, on the configured hosts; 0 stands for a unix socket. */
export interface Started extends Readonly<Record<"probes" | "operator", number>> {
  /**
   * Resolves when requests are taken, which they are when nothing is missing to serve them: whoever finds the data face
   * there may rely on it, and nobody is told that his token is no good because an issuer is away. Of two issuers both are
   * waited for, as `/readyz` does: an orchestrator begins the application when this has come (a startupProbe), and what
   * half of the callers miss shows then, before anybody is served. Later an issuer that is away hinders nobody else.
   *
   * Undefined where the end came first. Rejects where the address is taken.
   */
  readonly listen: Promise<number | undefined>;
}

/** Of unix sockets. */
const LISTEN_MODE = 0o660;
const OPERATOR_MODE = 0o600;

/** What starts and ends. */
export interface Living {
  readonly faces: Faces;
  readonly listener: Listener;
  readonly authorize: AuthorizeFace;
  readonly tracing: Tracing;
  /** What is let go of when nobody is served any more. */
  readonly closing: readonly { readonly close: () => Promise<void> }[];
  /** Called when all is up. */
  readonly started: () => void;
  readonly log: Log;
}

/** Makes a sidecar of what is wired. */
export function lifeOf(changing: Changing, living: Living): Sidecar {
  const { faces, listener, authorize, tracing, closing, started, log } = living;
  const { snapshot, reload, reloadFailed } = changing;
  const end = new AbortController();
  const listen = async (): Promise<number | undefined> => {
    const { config, issuers, tier } = snapshot();
    await Promise.race([Promise.all([issuers.refresh(), tier?.connect()]), once(end.signal, "abort")]);
    await whenReady({
      conditions: () => snapshot().issuers.ready(),
      onWaiting: (waitingFor) => log.warn("it waits before it listens", { waitingFor }),
      signal: end.signal,
    });
    if (end.signal.aborted) return undefined;
    await at("authorize", authorize.listen());
    const port = await listenOn(listener.server, spotOf(config.listen, LISTEN_MODE));
    started();
    return port;
  };
  let listening: Promise<unknown> | undefined;
  return {
    start: async () => {
      const { config } = snapshot();
      await tracing.adopt(config.tracing);
      const probes = await listenOn(faces.probes, config.probes.address);
      const operator = await at("operator", listenOn(faces.operator, spotOf(config.operator, OPERATOR_MODE)));
      // What is waited for before may take long, and whoever has to move the address is told of it now.
      await at("listen", checkSpot(spotOf(config.listen, LISTEN_MODE)));
      const port = listen();
      listening = port.catch(() => {});
      return { probes, operator, listen: port };
    },
    reload,
    reloadFailed,
    drain: async () => {
      faces.readiness.drain();
      end.abort();
      // Of a start that failed there is nothing to end.
      if (listening !== undefined)
        log.audit("drain", "Postern ends: nothing new is taken, and what is in flight may end");
      await listening;
      const { drain } = snapshot().config.timeouts;
      await Promise.all([listener.drain(drain), authorize.drain(drain)]);
      await faces.close();
      for (const one of closing) await one.close();
      log.flush();
    },
  };
}

/** Says of what went wrong at a socket which setting it is about. A port tells that by itself. */
async function at<T>(face: "listen" | "operator" | "authorize", listening: Promise<T>): Promise<T> {
  try {
    return await listening;
  } catch (error) {
    if (!(error instanceof Error) || "port" in error) throw error;
    throw new Error(`${face}.address: ${error.message}`, { cause: error });
  }
}
