import { command, textOf } from "./command.ts";
import { EXIT } from "./exit.ts";
import { portsOf } from "./run.ts";
import { terminal } from "./terminal.ts";

const HELP = `Usage: postern health [--url URL]

Asks a running Postern whether it is ready: exit code 0 if so, 1 if not. Good for a container's health check.

  --url URL   of its probes listener; default http://127.0.0.1:4481 (POSTERN_PROBES_PORT moves the port)`;

/** How long an answer may take: a health check that hangs is a failed one. */
const TIMEOUT_MS = 3000;

/** `postern health`. */
export const health = command(HELP, { url: { type: "string" } }, async (parsed, env) => {
  const url = textOf(parsed, "url") ?? `http://127.0.0.1:${portsOf(env).POSTERN_PROBES_PORT}`;
  try {
    const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    terminal.out(terminal.plain((await answer.text()).trim()));
    return answer.ok ? EXIT.ok : EXIT.failure;
  } catch {
    terminal.err(`postern: nothing answers at ${terminal.plain(url)}`);
    return EXIT.failure;
  }
});
