import { endpointProblem } from "../config/address.ts";
import type { Environment } from "../config/load.ts";
import { ask, jsonOf } from "./ask.ts";
import { command, type Parsed, seeHelp, textOf } from "./command.ts";
import { Complaint, misuse } from "./complaint.ts";
import { EXIT } from "./exit.ts";
import { bearerOf, signInLocally } from "./local-login.ts";
import { portsOf } from "./ports.ts";
import { terminal } from "./terminal.ts";

const HELP = `Usage: postern whoami [USER] [--token TOKEN] [--url URL]

Asks a running Postern who a token is, and which roles its rules give.
The token is that of USER at the stand-in AWS, or --token, or POSTERN_TOKEN, or AWS_SESSION_TOKEN; the USER guest has none.

  --token TOKEN   other users of this machine can see it in the list of processes: better POSTERN_TOKEN
  --url URL       of Postern; default http://127.0.0.1:4480 (POSTERN_PORT moves the port)`;

/** `postern whoami`. */
export const whoami = command(
  {
    name: "whoami",
    help: HELP,
    options: { token: { type: "string" }, url: { type: "string" } },
    words: 1,
  },
  async (parsed, env) => {
    const url = textOf(parsed, "url") ?? `http://127.0.0.1:${portsOf(env).POSTERN_PORT}`;
    // A token goes there: what holds for an upstream's address holds for this one.
    const problem = endpointProblem(url);
    if (problem !== undefined) throw misuse(`--url ${url}: ${problem}`);
    const token = await tokenFor(parsed, env);
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const answer = await ask(new URL("/.postern/whoami", url), { headers });
    const told = jsonOf(answer);
    if (told === undefined) throw new Complaint(`what answers at ${url} is not Postern`);
    const lines = JSON.stringify(told, undefined, 2).split("\n");
    terminal.out(lines.map(terminal.plain).join("\n"));
    return answer.ok ? EXIT.ok : EXIT.failure;
  },
);

/** Undefined for a guest, who has none. */
async function tokenFor(parsed: Parsed, env: Environment): Promise<string | undefined> {
  const [user] = parsed.words;
  const named = textOf(parsed, "token");
  if (user !== undefined && named !== undefined)
    throw misuse(`a user and a token are two answers to one question; ${seeHelp("whoami")}`);
  if (user === "guest") return undefined;
  if (user !== undefined) return bearerOf(await signInLocally(user, env));
  const token = (named ?? (env["POSTERN_TOKEN"] || env["AWS_SESSION_TOKEN"]) ?? "").trim();
  if (token === "") throw misuse(`no token: name a user, or set POSTERN_TOKEN; ${seeHelp("whoami")}`);
  if (!/^[\x21-\x7e]+$/.test(token)) throw misuse("a token has no spaces and only ASCII characters");
  return token;
}
