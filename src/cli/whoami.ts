import { askPostern, posternUrl } from "./ask-postern.ts";
import { callerToken } from "./caller-token.ts";
import { command } from "./command.ts";
import { EXIT } from "./exit.ts";
import { terminal } from "./terminal.ts";
import { paintWho, whoInWords } from "./who-in-words.ts";

const HELP = `Usage: postern whoami [USER] [--token TOKEN | --token-file FILE] [--url URL] [--json]

Asks a running Postern who a token is, and which roles its rules give.
The token is that of USER at the stand-in AWS, or --token, or in --token-file, or POSTERN_TOKEN, or AWS_SESSION_TOKEN;
the USER guest has none.

  --token TOKEN       other users of this machine can see it in the list of processes: better POSTERN_TOKEN
  --token-file FILE   which holds the token and nothing else
  --url URL           of Postern; default http://127.0.0.1:4480 (POSTERN_PORT moves the port)
  --json              the whole answer`;

const TEXT = { type: "string" } as const;

/** `postern whoami`. */
export const whoami = command(
  {
    name: "whoami",
    help: HELP,
    options: { token: TEXT, "token-file": TEXT, url: TEXT, json: { type: "boolean" } },
    words: 1,
    completes: { words: "users", "token-file": "files" },
  },
  async (parsed, env) => {
    const [user] = parsed.words;
    const url = posternUrl(parsed, env);
    const token = await callerToken(parsed, env, { user, command: "whoami" });
    const { ok, json } = await askPostern(url, "/.postern/whoami", token);
    if (parsed.values["json"] === true || !ok) terminal.json(json);
    else terminal.lines(whoInWords(json, Date.now()), paintWho);
    return ok ? EXIT.ok : EXIT.failure;
  },
);
