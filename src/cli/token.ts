import { command, seeHelp, textOf } from "./command.ts";
import { Complaint, misuse } from "./complaint.ts";
import { EXIT } from "./exit.ts";
import { signInLocally } from "./local-login.ts";
import { terminal } from "./terminal.ts";

const HELP = `Usage: postern token USER [--use id|access] [--json]

Signs a user in at the stand-in AWS of a running "postern dev" and prints the token, and nothing else.
Users: admin, analyst, editor, member; service is the app client with client credentials.

  --use id|access   which token; default id, for service access
  --json            use and token, as JSON`;

/** `postern token`. */
export const token = command(
  {
    name: "token",
    help: HELP,
    options: { use: { type: "string" }, json: { type: "boolean" } },
    words: 1,
    completes: { words: "users", use: ["id", "access"] },
  },
  async (parsed, env) => {
    const [user] = parsed.words;
    if (user === undefined) throw misuse(`token needs a USER; ${seeHelp("token")}`);
    const use = textOf(parsed, "use") ?? (user === "service" ? "access" : "id");
    if (use !== "id" && use !== "access")
      throw misuse(`--use is id or access, and not "${use}"; ${seeHelp("token")}`);
    const printed = (await signInLocally(user, env))[use];
    if (printed === undefined) throw new Complaint(`${user} has no ID token; use --use access`);
    if (parsed.values["json"] === true) terminal.json({ use, token: printed });
    else terminal.out(terminal.plain(printed));
    return EXIT.ok;
  },
);
