import { command, textOf } from "./command.ts";
import { EXIT } from "./exit.ts";
import { signInLocally } from "./local-login.ts";
import { terminal } from "./terminal.ts";

const HELP = `Usage: postern token USER [--use id|access]

Signs a user in at the stand-in AWS of a running "postern dev" and prints the token, and nothing else.
Users: admin, analyst, editor, member; service is the app client with client credentials.

  --use id|access   which token; default id, for service access`;

/** `postern token`. */
export const token = command(HELP, { use: { type: "string" } }, async (parsed, env) => {
  const [user, ...others] = parsed.words;
  const use = textOf(parsed, "use") ?? (user === "service" ? "access" : "id");
  if (user === undefined || others.length > 0 || (use !== "id" && use !== "access")) {
    terminal.err("postern: postern token USER [--use id|access]");
    return EXIT.usage;
  }
  try {
    const printed = (await signInLocally(user, env))[use];
    if (printed === undefined) throw new Error(`${user} has no ID token; use --use access`);
    terminal.out(printed);
    return EXIT.ok;
  } catch (error) {
    terminal.err(`postern: ${terminal.plain(error instanceof Error ? error.message : String(error))}`);
    return EXIT.failure;
  }
});
