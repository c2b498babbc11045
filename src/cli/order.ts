import type { Environment } from "../config/load.ts";
import { type Grammar, type Parsed, textOf } from "./command.ts";
import { EXIT } from "./exit.ts";
import { type Operator, operatorAt } from "./operator-call.ts";
import { whyRefused } from "./operator-trouble.ts";
import { terminal } from "./terminal.ts";

const TEXT = { type: "string" } as const;

/** Options of the commands that change a running Postern. */
export const ORDER_OPTIONS = {
  operator: TEXT,
  "token-file": TEXT,
  ca: TEXT,
  cert: TEXT,
  key: TEXT,
  json: { type: "boolean" },
} as const;

/** What completes them. */
export const ORDER_COMPLETES: NonNullable<Grammar["completes"]> = {
  "token-file": "files",
  ca: "files",
  cert: "files",
  key: "files",
};

/** What their help says of them. */
export const ORDER_HELP = `  --operator URL      of a running Postern's operator, or unix:/path of its socket; default http://127.0.0.1:4482
                      (POSTERN_OPERATOR_PORT moves the port)
  --token-file FILE   with the token of operator.tokenFile
  --ca FILE           the authority of the certificate that it shows, as PEM
  --cert FILE --key FILE   the client certificate that it asks for, as PEM
  --json              the answer as JSON`;

/** Where an order goes. */
export function operatorFor(parsed: Parsed, env: Environment): Operator {
  const [operator, tokenFile, ca, cert, key] = ["operator", "token-file", "ca", "cert", "key"].map((name) =>
    textOf(parsed, name),
  );
  return operatorAt({ operator, option: "--operator", tokenFile, ca, cert, key }, env);
}

/** Revoking waits for others who write the same file. */
const ORDER_MS = 15_000;

/**
 * Gives an order, and says what Postern says to it.
 *
 * @returns the exit code
 * @throws Complaint where it is not done
 */
export async function giveOrder(
  operator: Operator,
  path: string,
  order: object,
  { values }: Parsed,
): Promise<number> {
  const { status, json } = await operator.call(path, JSON.stringify(order), ORDER_MS);
  const message = json?.["message"];
  if (status < 200 || status > 299 || typeof message !== "string")
    throw whyRefused(operator.name, status, json);
  if (values["json"] === true) terminal.json(json);
  else terminal.lines([message]);
  return EXIT.ok;
}
