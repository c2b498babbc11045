import { command, textOf } from "./command.ts";
import { EXIT } from "./exit.ts";
import { signInLocally } from "./local-login.ts";
import { portsOf } from "./run.ts";
import { terminal } from "./terminal.ts";

const HELP = `Usage: postern whoami [USER] [--token TOKEN] [--url URL]

Asks a running Postern who a token is, and which roles its rules give.
The token is that of USER at the stand-in AWS, or --token, or POSTERN_TOKEN, or AWS_SESSION_TOKEN.

  --url URL   of Postern; default http://127.0.0.1:4480 (POSTERN_PORT moves the port)`;

const TIMEOUT_MS = 5000;

/** `postern whoami`. */
export const whoami = command(
  HELP,
  { token: { type: "string" }, url: { type: "string" } },
  async (parsed, env) => {
    const url = textOf(parsed, "url") ?? `http://127.0.0.1:${portsOf(env).POSTERN_PORT}`;
    const [user] = parsed.words;
    try {
      const given = textOf(parsed, "token") ?? env["POSTERN_TOKEN"] ?? env["AWS_SESSION_TOKEN"];
      const token = user === undefined ? given : (await signInLocally(user, env)).id;
      if (token === undefined) throw new Error("no token: name a user, or give --token or POSTERN_TOKEN");
      const headers = { authorization: `Bearer ${token}` };
      const answer = await fetch(`${url}/.postern/whoami`, {
        headers,
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      terminal.out(JSON.stringify(await answer.json(), undefined, 2));
      return answer.ok ? EXIT.ok : EXIT.failure;
    } catch (error) {
      const why =
        error instanceof TypeError
          ? `nothing answers at ${url}`
          : error instanceof Error
            ? error.message
            : String(error);
      terminal.err(`postern: ${terminal.plain(why)}`);
      return EXIT.failure;
    }
  },
);
