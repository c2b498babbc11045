import type { Config } from "../config/schema.ts";
import { authorizeRulesOf, listenerLimitsOf } from "../config/stages.ts";
import { listenOn } from "../inbound/listen-on.ts";
import type { ServerTls } from "../inbound/secure.ts";
import { createAuthorizeListener } from "../proxy/authorize/listener.ts";
import type { Registrar } from "../proxy/visit.ts";
import type { Snapshot } from "./snapshot.ts";
import { spotOf } from "./spot.ts";

/** The face on which an outer proxy asks: it does nothing where none is configured. */
export interface AuthorizeFace {
  readonly listen: () => Promise<unknown>;
  readonly adopt: (config: Config, tls: ServerTls | undefined) => void;
  /** Refuses what is under way: Postern is locked. */
  readonly stop: () => void;
  readonly settled: () => Promise<unknown>;
  readonly drain: (deadlineMs: number) => Promise<void>;
}

const DEFAULT_MODE = 0o660;

/** Makes the face as the process begins with it: where it listens, and whether by TLS, it keeps. */
export function authorizeFaceOf(
  first: Config,
  snapshot: () => Snapshot,
  registrar: Registrar,
): AuthorizeFace {
  const { authorize } = first;
  if (authorize === undefined) return NONE;
  const listener = createAuthorizeListener({
    ...registrar,
    pipeline: () => snapshot().pipeline,
    rules: () => authorizeRulesOf(snapshot().config),
    limits: listenerLimitsOf(first),
    tls: snapshot().tls.authorize,
  });
  return {
    listen: () => listenOn(listener.server, spotOf(authorize, DEFAULT_MODE)),
    adopt: (config, tls) => listener.adopt(listenerLimitsOf(config), tls),
    stop: listener.stop,
    settled: listener.settled,
    drain: listener.drain,
  };
}

const NONE: AuthorizeFace = {
  listen: async () => {},
  adopt: () => {},
  stop: () => {},
  settled: async () => {},
  drain: async () => {},
};
