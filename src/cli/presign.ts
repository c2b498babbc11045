import { DURATION, toMs } from "../config/units.ts";
import { askPostern, posternUrl, textsTold } from "./ask-postern.ts";
import { callerToken } from "./caller-token.ts";
import { command, type Parsed, seeHelp, textOf, textsOf } from "./command.ts";
import { misuse } from "./complaint.ts";
import { EXIT } from "./exit.ts";
import { readHeaderWord, readRequestWords } from "./request-words.ts";
import { terminal } from "./terminal.ts";

const HELP = `Usage: postern presign [USER] METHOD TARGET [options]

Asks a running Postern for a URL by which anybody may do one thing at S3 that the token may do, for a while: GET or HEAD
an object, or PUT one or a part of one. Prints the URL, and what must be sent with it on standard error. Postern needs
selfService.presign in its configuration.

  postern presign analyst GET /s3/reports/q3.txt --expires 5m
  postern presign editor PUT /s3/reports/q4.txt --header 'content-type: text/plain'

The token is that of USER at the stand-in AWS, or --token, or in --token-file, or POSTERN_TOKEN, or AWS_SESSION_TOKEN.
TARGET may be a whole URL of Postern.

  --expires DURATION   as 90s or 5m; default, and at most, what Postern is configured for, and no longer than the token
  -H, --header 'NAME: VALUE'
                       what is to be sent with the URL: content-type, x-amz-meta-… and such; may be given more than once
  --json               the whole answer: url, method, headers, and when it expires
  --token TOKEN        other users of this machine can see it in the list of processes: better POSTERN_TOKEN
  --token-file FILE    which holds the token and nothing else
  --url URL            of Postern; default http://127.0.0.1:4480 (POSTERN_PORT moves the port)`;

const TEXT = { type: "string" } as const;

/** `postern presign`. */
export const presign = command(
  {
    name: "presign",
    help: HELP,
    options: {
      expires: TEXT,
      header: { type: "string", short: "H", multiple: true },
      json: { type: "boolean" },
      token: TEXT,
      "token-file": TEXT,
      url: TEXT,
    },
    words: 3,
    completes: { words: "users", "token-file": "files" },
  },
  async (parsed, env) => {
    const { user, ...request } = readRequestWords(parsed.words, "presign");
    const question = { ...request, expires: readExpires(parsed), headers: readHeaders(parsed) };
    const url = posternUrl(parsed, env);
    const token = await callerToken(parsed, env, { user, command: "presign" });
    const told = await askPostern(url, "/.postern/presign", token, question);
    const { url: presigned } = textsTold(told, url, ["url", "method", "expires"]);
    if (parsed.values["json"] === true) {
      terminal.json(told.json);
      return EXIT.ok;
    }
    terminal.out(terminal.plain(presigned));
    for (const [name, value] of Object.entries(told.json["headers"] ?? {}))
      terminal.err(terminal.plain(`to be sent with it: ${name}: ${value}`));
    return EXIT.ok;
  },
);

/** In whole seconds. */
function readExpires(parsed: Parsed): number | undefined {
  const text = textOf(parsed, "expires");
  if (text === undefined) return undefined;
  const seconds = DURATION.test(text) ? toMs(text) / 1000 : Number.NaN;
  if (!Number.isInteger(seconds) || seconds < 1)
    throw misuse(`--expires is in whole seconds, as 90s or 5m, and not "${text}"; ${seeHelp("presign")}`);
  return seconds;
}

function readHeaders(parsed: Parsed): Readonly<Record<string, string>> {
  const lines = textsOf(parsed, "header").map(readHeaderWord);
  const headers = new Map(lines.map(([name, value]) => [name.toLowerCase(), value]));
  if (headers.size < lines.length) throw misuse("a header is given twice");
  return Object.fromEntries(headers);
}
