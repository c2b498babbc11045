import { operatorTokenIn } from "../config/operator-token.ts";
import type { Config } from "../config/schema.ts";
import { readTextFile } from "../files/read-text-file.ts";

const MAX_BYTES = 4096;

/**
 * The token that operators show, as its file has it now; undefined where none is asked for.
 *
 * @throws Error where the file cannot be read, or holds none
 */
export function operatorTokenOf({ operator: { tokenFile } }: Config): string | undefined {
  if (tokenFile === undefined) return undefined;
  // Checked once more: the file may have changed since the configuration was.
  const token = operatorTokenIn(readTextFile(tokenFile, MAX_BYTES));
  if (token === undefined) throw new Error(`no token for operators can be had from ${tokenFile}`);
  return token;
}
