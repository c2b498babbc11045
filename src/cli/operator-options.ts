import type { Environment } from "../config/load.ts";
import { type Grammar, type Parsed, textOf } from "./command.ts";
import { type Operator, operatorAt } from "./operator-call.ts";

const TEXT = { type: "string" } as const;

/** Options of the commands that ask a running Postern's operator; a token without more is there a caller's. */
export const ASK_OPTIONS = {
  url: TEXT,
  "operator-token-file": TEXT,
  ca: TEXT,
  cert: TEXT,
  key: TEXT,
} as const;

/** What completes them. */
export const ASK_COMPLETES: NonNullable<Grammar["completes"]> = {
  "operator-token-file": "files",
  ca: "files",
  cert: "files",
  key: "files",
};

/** What their help says of them. */
export const ASK_HELP = `  --url URL            of a running Postern's operator, or unix:/path of its socket; default http://127.0.0.1:4482
                       (POSTERN_OPERATOR_PORT moves the port)
  --operator-token-file FILE   with the token of operator.tokenFile
  --ca FILE            the authority of the certificate that it shows, as PEM
  --cert FILE --key FILE       the client certificate that it asks for, as PEM`;

/** Who is asked. */
export function operatorOf(parsed: Parsed, env: Environment): Operator {
  const [operator, tokenFile, ca, cert, key] = ["url", "operator-token-file", "ca", "cert", "key"].map(
    (name) => textOf(parsed, name),
  );
  return operatorAt({ operator, option: "--url", tokenFile, ca, cert, key }, env);
}
