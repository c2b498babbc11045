import { ask } from "./ask.ts";
import { command, seeHelp, textOf } from "./command.ts";
import { misuse } from "./complaint.ts";
import { EXIT } from "./exit.ts";
import { portsOf } from "./ports.ts";
import { terminal } from "./terminal.ts";

const HELP = `Usage: postern health [--url URL]

Asks a running Postern whether it is well: exit code 0 if it is ready or an operator has locked it, 1 if not. Good for a
container's health check: one that is locked must not be started anew, and be open again. Prints what it says of itself, as
JSON.

  --url URL   of its probes listener; default http://127.0.0.1:4481 (POSTERN_PROBES_PORT moves the port)`;

/** `postern health`. */
export const health = command(
  { name: "health", help: HELP, options: { url: { type: "string" } } },
  async (parsed, env) => {
    const url = textOf(parsed, "url") ?? `http://127.0.0.1:${portsOf(env).POSTERN_PROBES_PORT}`;
    if (!/^https?:\/\//.test(url) || !URL.canParse(url))
      throw misuse(`"${url}" is not a URL such as http://127.0.0.1:4481; ${seeHelp("health")}`);
    const { ok, text } = await ask(new URL("/readyz?locked=ok", url));
    terminal.out(terminal.plain(text.trim()));
    return ok ? EXIT.ok : EXIT.failure;
  },
);
