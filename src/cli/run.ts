import type { Environment } from "../config/load.ts";
import { createSidecar, type Ports, type Sidecar } from "../sidecar.ts";
import type { Log } from "../telemetry/log.ts";
import type { LoadedConfig } from "./config-file.ts";
import { terminal } from "./terminal.ts";
import { version } from "./usage.ts";

/** A sidecar that runs, and where. */
export interface Running {
  readonly sidecar: Sidecar;
  readonly ports: Ports;
}

/** Starts a sidecar; a taken port is said in one line, and then there is none. */
export async function startSidecar(
  { config, document }: LoadedConfig,
  log: Log,
  portHint: (port: number) => string,
): Promise<Running | undefined> {
  const sidecar = createSidecar(config, { version: version(), log, now: Date.now, document });
  try {
    return { sidecar, ports: await sidecar.start() };
  } catch (error) {
    terminal.err(`postern: ${whyNotStarted(error, portHint)}`);
    await sidecar.drain();
    return undefined;
  }
}

/** Why listening failed, in one line. */
export function whyNotStarted(error: unknown, portHint: (port: number) => string): string {
  if (error instanceof Error && "code" in error && "port" in error && typeof error.port === "number") {
    if (error.code === "EADDRINUSE") return `port ${error.port} is taken; ${portHint(error.port)}`;
    if (error.code === "EACCES")
      return `port ${error.port} may not be used by this user; ${portHint(error.port)}`;
  }
  return error instanceof Error ? error.message : String(error);
}

/** Resolves at the first SIGTERM or SIGINT; a second one ends the process at once. */
export function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    const stop = (): void => {
      if (asked) process.exit(1);
      asked = true;
      resolve();
    };
    process.on("SIGTERM", stop);
    process.on("SIGINT", stop);
  });
}

/** The ports that `dev` and the commands which talk to it use, moved by environment variables. */
export function portsOf(
  env: Environment,
): Readonly<
  Record<"POSTERN_PORT" | "POSTERN_PROBES_PORT" | "POSTERN_OPERATOR_PORT" | "POSTERN_LOCAL_PORT", string>
> {
  return {
    POSTERN_PORT: env["POSTERN_PORT"] ?? "4480",
    POSTERN_PROBES_PORT: env["POSTERN_PROBES_PORT"] ?? "4481",
    POSTERN_OPERATOR_PORT: env["POSTERN_OPERATOR_PORT"] ?? "4482",
    POSTERN_LOCAL_PORT: env["POSTERN_LOCAL_PORT"] ?? "4483",
  };
}
