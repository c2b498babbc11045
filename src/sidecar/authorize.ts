import type { Config } from "../config/schema.ts";
import { authorizeRulesOf, listenerLimitsOf } from "../config/stages.ts";
import { createAuthorizeListener, type OuterTls } from "../proxy/authorize/listener.ts";
import { listenOn, type OuterAddress } from "../proxy/authorize/listen-on.ts";
import type { Registrar } from "../proxy/visit.ts";
import type { Snapshot } from "./snapshot.ts";

/** The face on which an outer proxy asks: it does nothing where none is configured. */
export interface AuthorizeFace {
  readonly listen: () => Promise<void>;
  readonly adopt: (config: Config, tls: OuterTls | undefined) => void;
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
    tls: snapshot().outerTls,
  });
  return {
    listen: () => listenOn(listener.server, addressOf(authorize)),
    adopt: (config, tls) => listener.adopt(listenerLimitsOf(config), tls),
    settled: listener.settled,
    drain: listener.drain,
  };
}

const NONE: AuthorizeFace = {
  listen: async () => {},
  adopt: () => {},
  settled: async () => {},
  drain: async () => {},
};

function addressOf({ address, mode }: NonNullable<Config["authorize"]>): OuterAddress {
  return "socket" in address ? { ...address, mode: mode ?? DEFAULT_MODE } : address;
}
