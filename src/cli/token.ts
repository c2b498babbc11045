import { command, seeHelp, textOf } from "./command.ts";
import { Complaint, misuse } from "./complaint.ts";
import { EXIT } from "./exit.ts";
import { signInLocally } from "./local-login.ts";
import { terminal } from "./terminal.ts";

const HELP = `Usage: postern token USER [--use id|access]

Signs a user in at the stand-in AWS of a running "postern dev" and prints the token, and nothing else.
Users: admin, analyst, editor, member; service is the app client with client credentials.

  --use id|access   which token; default id, for service access`;

/** `postern token`. */
export const token = command(
  { name: "token", help: HELP, options: { use: { type: "string" } }, words: 1 },
  async (parsed, env) => {
    const [user] = parsed.words;
    if (user === undefined) throw misuse(`token needs a USER; ${seeHelp("token")}`);
    const use = textOf(parsed, "use") ?? (user === "service" ? "access" : "id");
    if (use !== "id" && use !== "access")
      throw misuse(`--use is id or access, and not "${use}"; ${seeHelp("token")}`);
    const printed = (await signInLocally(user, env))[use];
    if (printed === undefined) throw new Complaint(`${user} has no ID token; use --use access`);
    terminal.out(terminal.plain(printed));
    return EXIT.ok;
  },
);
