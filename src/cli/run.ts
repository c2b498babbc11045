import { once } from "node:events";
import type { Ambient } from "../credentials/assume-role.ts";
import type { Sidecar } from "../sidecar/life.ts";
import { createSidecar } from "../sidecar/sidecar.ts";
import type { Log } from "../telemetry/log.ts";
import { Complaint } from "./complaint.ts";
import type { LoadedConfig } from "./config-file.ts";
import { version } from "./version.ts";

/** A sidecar that runs. */
export interface Running {
  readonly sidecar: Sidecar;
  /**
   * Resolves to its port when it takes requests; undefined where the end came first. Rejects with a {@link Complaint} where
   * its address cannot be had.
   */
  readonly listening: Promise<number | undefined>;
}

/** What {@link startSidecar} needs besides a configuration. */
export interface Start {
  readonly log: Log;
  /** What moves a port, for the line that says it is taken. */
  readonly movedBy: (port: number) => string;
  /** Ends the process as SIGTERM does. */
  readonly quit: () => void;
  /** Who the sidecar is itself, where not the machine's own AWS identity. */
  readonly ambient?: Ambient;
}

/**
 * Starts a sidecar, and logs what in its configuration is worth a second look. Probes and operators are answered from then
 * on, and requests when nothing is missing to serve them.
 *
 * @throws Complaint where an address cannot be had
 */
export async function startSidecar(
  loaded: LoadedConfig,
  { log, movedBy, quit, ambient }: Start,
): Promise<Running> {
  const sidecar = createSidecar(loaded, { version: version(), log, now: Date.now, quit, ambient });
  for (const { path, message } of loaded.warnings) log.warn("the configuration", { path, message });
  const giveUp = async (error: unknown): Promise<never> => {
    const why = whyNotStarted(error, movedBy);
    log.error("Postern did not start", { error: why instanceof Error ? why.message : String(why) });
    await sidecar.drain();
    throw why;
  };
  const { listen } = await sidecar.start().catch(giveUp);
  return { sidecar, listening: listen.catch(giveUp) };
}

const WHY: Readonly<Record<string, string>> = {
  EADDRINUSE: "is taken",
  EACCES: "may not be used by this user",
  EADDRNOTAVAIL: "is at an address that this machine does not have",
};

/** Why listening failed, in one line; what is not about a port comes back as it is. */
export function whyNotStarted(error: unknown, movedBy: (port: number) => string): unknown {
  if (!(error instanceof Error) || !("code" in error) || !("port" in error)) return error;
  const why = WHY[String(error.code)];
  if (why === undefined || typeof error.port !== "number") return error;
  return new Complaint(`port ${error.port} ${why}; ${movedBy(error.port)} moves it`);
}

/** Somebody's wish that the process ends. */
export interface Stop {
  /** Resolves at the first SIGTERM or SIGINT; a second one ends the process at once. */
  readonly asked: Promise<void>;
  /** Asks for it as a signal does. */
  readonly ask: () => void;
  /** Leaves signals to Node again. */
  readonly forget: () => void;
}

const SIGNALS = ["SIGTERM", "SIGINT"] as const;

/** Catches signals from now on: before anything is started, or one that comes early would end it half-way. */
export function catchStop(): Stop {
  const first = new AbortController();
  const onSignal = (): void => {
    if (first.signal.aborted) process.exit(1);
    first.abort();
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  process.on("SIGUSR1", ignore);
  return {
    asked: once(first.signal, "abort").then(() => undefined),
    ask: () => first.abort(),
    forget: () => {
      for (const signal of SIGNALS) process.off(signal, onSignal);
      process.off("SIGUSR1", ignore);
    },
  };
}

/**
 * At SIGUSR1 Node would open its inspector, and whatever shares the loopback could read every token through it: the
 * application beside Postern does.
 */
function ignore(): void {}
