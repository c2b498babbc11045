import { readFileSync } from "node:fs";
import { DURATION, toMs } from "../config/units.ts";
import { Refusal } from "../domain/refusal.ts";
import { readDenylistLine } from "../identity/denylist-line.ts";
import { readUnverified, type UnverifiedToken } from "../identity/unverified.ts";
import { readTokenFile } from "./caller-token.ts";
import { command, type Parsed, seeHelp, textOf } from "./command.ts";
import { Complaint, misuse } from "./complaint.ts";
import { giveOrder, operatorFor, ORDER_COMPLETES, ORDER_HELP, ORDER_OPTIONS } from "./order.ts";

const HELP = `Usage: postern revoke ENTRY [--until TIME | --for DURATION] [--comment TEXT] [options]
       postern revoke --token FILE|- [--until TIME | --for DURATION] [--comment TEXT] [options]

Has a running Postern write an entry to its denylist, the file of identity.denylistFile. When it returns nobody is let
through any more whom the entry means: tokens that were proved count no longer, WebSockets are closed, credentials forgotten.

  postern revoke sub:staff/7c0e6d9a-0000-4000-8000-000000000001 --for 12h --comment "lost laptop"
  postern revoke --token stolen.jwt

ENTRY is sub:ISSUER/SUB for all tokens of a user, by the configured name of the pool or issuer; origin_jti:ID for all
tokens of one sign-in; jti:ID for one token.

  --token FILE|-      the sign-in that this token is of, or it alone where it names none; it is read here and not sent
  --until TIME        when the entry ends, as 2026-12-31T23:59:59Z; default never, and of one token when that ends
  --for DURATION      the same from now on, as 30m, 12h or 14d
  --comment TEXT      stands behind it in the file
${ORDER_HELP}`;

const TEXT = { type: "string" } as const;

/** `postern revoke`. */
export const revoke = command(
  {
    name: "revoke",
    help: HELP,
    options: { ...ORDER_OPTIONS, token: TEXT, until: TEXT, for: TEXT, comment: TEXT },
    words: 1,
    completes: { ...ORDER_COMPLETES, token: "files" },
  },
  async (parsed, env) => {
    const [entry, ends] = meant(parsed);
    const until = untilIn(parsed) ?? ends;
    const comment = textOf(parsed, "comment");
    const line = [entry, until, comment === undefined ? undefined : `# ${comment}`];
    const order = { entry: line.filter((part) => part !== undefined).join(" ") };
    const read = readDenylistLine(order.entry);
    if ("problem" in read) throw misuse(`${read.problem}; ${seeHelp("revoke")}`);
    return giveOrder(operatorFor(parsed, env), "/revoke", order, parsed);
  },
);

/** The entry, and when it ends where nothing else is said. */
function meant(parsed: Parsed): readonly [entry: string, ends: string | undefined] {
  const [entry] = parsed.words;
  const file = textOf(parsed, "token");
  if ((entry === undefined) === (file === undefined))
    throw misuse(`revoke whom? ENTRY or --token, one of them; ${seeHelp("revoke")}`);
  return file === undefined ? [entry ?? "", undefined] : entryOf(readToken(file));
}

function untilIn(parsed: Parsed): string | undefined {
  const [until, span] = [textOf(parsed, "until"), textOf(parsed, "for")];
  if (until !== undefined && span !== undefined) throw misuse("--until and --for say the same: one of them");
  if (span === undefined) return until;
  if (!DURATION.test(span)) throw misuse(`--for is a duration such as 30m, 12h or 14d, and not "${span}"`);
  return new Date(Date.now() + toMs(span)).toISOString();
}

const STDIN = 0;

function readToken(file: string): UnverifiedToken {
  const text = file === "-" ? readFileSync(STDIN, "utf8") : readTokenFile(file);
  try {
    return readUnverified(text.trim());
  } catch (error) {
    if (error instanceof Refusal) throw new Complaint(`that is no token: ${error.detail ?? error.message}`);
    throw error;
  }
}

function entryOf({ payload }: UnverifiedToken): readonly [entry: string, ends: string | undefined] {
  const { origin_jti: signIn, jti, sub, exp } = payload;
  if (typeof signIn === "string" && signIn !== "") return [`origin_jti:${signIn}`, undefined];
  if (typeof jti === "string" && jti !== "")
    return [`jti:${jti}`, new Date(Number(exp) * 1000).toISOString()];
  throw new Complaint(`the token has neither origin_jti nor jti; revoke its user: sub:ISSUER/${String(sub)}`);
}
