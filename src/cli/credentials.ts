import { askPostern, posternUrl, textsTold } from "./ask-postern.ts";
import { callerToken } from "./caller-token.ts";
import { command, textOf } from "./command.ts";
import { EXIT } from "./exit.ts";
import { terminal } from "./terminal.ts";

const HELP = `Usage: postern credentials [USER] [--token-file FILE] [--role ARN] [--url URL]

Prints credentials as the AWS SDKs and the AWS CLI want them of a credential_process: placeholders to sign with, and the
token as session token, which is what Postern goes by. Postern needs selfService.credentials in its configuration.
In ~/.aws/config:

  [profile reports]
  endpoint_url = http://127.0.0.1:4480
  credential_process = postern credentials --token-file /run/app/token

The token is that of USER at the stand-in AWS, or in --token-file, or POSTERN_TOKEN, or AWS_SESSION_TOKEN.

  --token-file FILE   which holds the token and nothing else; it is read anew each time
  --role ARN          the real credentials of the role, where a rule allows postern:GetCredentials on it. They are used
                      without Postern, and end by their own time, which may be after the token's
  --url URL           of Postern; default http://127.0.0.1:4480 (POSTERN_PORT moves the port)`;

const TEXT = { type: "string" } as const;
const NAMES = ["AccessKeyId", "SecretAccessKey", "Token", "Expiration"] as const;

/** `postern credentials`. */
export const credentials = command(
  {
    name: "credentials",
    help: HELP,
    options: { "token-file": TEXT, role: TEXT, url: TEXT },
    words: 1,
    completes: { words: "users", "token-file": "files" },
  },
  async (parsed, env) => {
    const [user] = parsed.words;
    const role = textOf(parsed, "role");
    const url = posternUrl(parsed, env);
    const token = await callerToken(parsed, env, { user, command: "credentials" });
    const query = role === undefined ? "" : `?role=${encodeURIComponent(role)}`;
    const told = await askPostern(url, `/.postern/credentials${query}`, token);
    const { Token: SessionToken, ...rest } = textsTold(told, url, NAMES);
    const { AccountId } = told.json;
    // What JSON leaves out of an undefined is what the SDKs take as not said (AWS CLI user guide, credential_process).
    const printed = JSON.stringify({ Version: 1, ...rest, SessionToken, AccountId });
    terminal.out(terminal.plain(printed));
    return EXIT.ok;
  },
);
