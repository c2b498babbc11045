import type { Environment } from "../config/load.ts";
import { FileError, readTextFile } from "../files/read-text-file.ts";
import { type Parsed, seeHelp, textOf } from "./command.ts";
import { Complaint, misuse } from "./complaint.ts";
import { bearerOf, signInLocally } from "./local-login.ts";

/**
 * The token to ask Postern with: that of a user of the stand-in AWS, of `--token`, of the file of `--token-file`, or of
 * the environment, the first that there is.
 *
 * @param command whose help tells more
 * @returns undefined for the guest, who has none
 * @throws Complaint where two of them are named, or none is there
 */
export async function callerToken(
  parsed: Parsed,
  env: Environment,
  { user, command }: { readonly user: string | undefined; readonly command: string },
): Promise<string | undefined> {
  const token = textOf(parsed, "token");
  const file = textOf(parsed, "token-file");
  if ([user, token, file].filter((one) => one !== undefined).length > 1)
    throw misuse(`a user, --token and --token-file are answers to one question; ${seeHelp(command)}`);
  if (user === "guest") return undefined;
  if (user !== undefined) return bearerOf(await signInLocally(user, env));
  const named = token ?? (file === undefined ? ownToken(env) : readTokenFile(file));
  return checked(named.trim(), command);
}

function ownToken(env: Environment): string {
  return env["POSTERN_TOKEN"] || env["AWS_SESSION_TOKEN"] || "";
}

/** Longer than any token that Postern takes. */
const MAX_FILE_BYTES = 64 * 1024;

/**
 * What is in a token file: the token, and maybe a line end.
 *
 * @throws Complaint where it cannot be read whole
 */
export function readTokenFile(path: string): string {
  try {
    return readTextFile(path, MAX_FILE_BYTES);
  } catch (error) {
    const why = error instanceof FileError ? error.message : `the file ${path} cannot be read`;
    throw new Complaint(why);
  }
}

function checked(token: string, command: string): string {
  if (token === "") throw misuse(`no token: name a user, or set POSTERN_TOKEN; ${seeHelp(command)}`);
  if (!/^[\x21-\x7e]+$/.test(token)) throw misuse("a token has no spaces and only ASCII characters");
  return token;
}
