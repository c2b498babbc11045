import { parseStrictJson, type JsonObject } from "../aws/strict-json.ts";
import type { Environment } from "../config/load.ts";
import { type Parsed, seeHelp, textOf } from "./command.ts";
import { Complaint, misuse } from "./complaint.ts";
import { bearerOf, signInLocally } from "./local-login.ts";
import { readBytesWord } from "./request-words.ts";

/** Who asks, in the members of a question. */
export type AskedBy =
  | { readonly token: string }
  | { readonly claims: JsonObject; readonly issuer?: string }
  | { readonly guest: true };

/** Headers that bring a token themselves. */
const TOKEN_PLACES: ReadonlySet<string> = new Set([
  "authorization",
  "x-amz-security-token",
  "x-postern-token",
  "cookie",
]);

/** What is said of who asks, besides the options. */
export interface Said {
  readonly user: string | undefined;
  /** Of the request's headers, in lower case. */
  readonly headerNames: readonly string[];
}

/**
 * Finds who asks: a user of the stand-in AWS, who signs in; `guest`; `--token`; `--claims`; else whom the request's own
 * headers name; else the token of the environment.
 */
export async function supposedCaller(
  parsed: Parsed,
  env: Environment,
  { user, headerNames }: Said,
): Promise<AskedBy> {
  const token = textOf(parsed, "token");
  const claims = textOf(parsed, "claims");
  const issuer = textOf(parsed, "issuer");
  if ([user, token, claims].filter((one) => one !== undefined).length > 1)
    throw misuse(`a user, --token and --claims are answers to one question; ${seeHelp("explain")}`);
  if (issuer !== undefined && claims === undefined) throw misuse("--issuer says whose --claims they are");
  if (user !== undefined) return userOf(user, env);
  if (claims !== undefined) return { claims: readClaims(claims), ...(issuer !== undefined && { issuer }) };
  if (token !== undefined) return { token: token.trim() };
  return headerNames.some((name) => TOKEN_PLACES.has(name)) ? { guest: true } : ownToken(env);
}

async function userOf(user: string, env: Environment): Promise<AskedBy> {
  return user === "guest" ? { guest: true } : { token: bearerOf(await signInLocally(user, env)) };
}

function ownToken(env: Environment): AskedBy {
  const token = (env["POSTERN_TOKEN"] || env["AWS_SESSION_TOKEN"] || "").trim();
  if (token !== "") return { token };
  throw misuse(`who asks? name a USER or guest, or give --token or --claims; ${seeHelp("explain")}`);
}

function readClaims(text: string): JsonObject {
  try {
    return parseStrictJson(readBytesWord(text).toString());
  } catch (error) {
    if (error instanceof Complaint) throw error;
    throw misuse(`--claims is a JSON object, as '{"cognito:groups":["analysts"]}'`);
  }
}
