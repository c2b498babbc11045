import { readFileSync } from "node:fs";
import { seeHelp } from "./command.ts";
import { Complaint, misuse } from "./complaint.ts";

/** A request as somebody says it on the command line. */
export interface RequestWords {
  /** A user of the stand-in AWS, or `guest`; undefined where nobody is named. */
  readonly user: string | undefined;
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  /** Of a target that is a whole URL. */
  readonly host: string | undefined;
}

/** Host and port, then path and query; what follows `#` no client sends. */
const URL_PARTS = /^https?:\/\/(?<host>[^/?#@]+)(?<target>(?:[/?][^#]*)?)(?:#|$)/i;

/**
 * Reads `[USER] METHOD TARGET`, in words of their own or in one. A whole URL is a target too.
 *
 * @param command whose help tells more
 */
export function readRequestWords(words: readonly string[], command: string): RequestWords {
  const said = words.flatMap((word) => word.split(/\s+/)).filter((word) => word !== "");
  const [target = "", method = "", user, ...more] = said.toReversed();
  if (said.length < 2 || more.length > 0)
    throw misuse(
      `${command} takes [USER] METHOD TARGET, as analyst GET /s3/reports/q3.txt; ${seeHelp(command)}`,
    );
  const { host, target: rest } = URL_PARTS.exec(target)?.groups ?? {};
  const path = rest === undefined || rest.startsWith("/") ? (rest ?? target) : `/${rest}`;
  if (!path.startsWith("/")) throw misuse(`a TARGET begins with /, or is a URL, and not "${target}"`);
  return { user, method: method.toUpperCase(), target: path, host };
}

/** Reads `name: value`, as curl takes it. Around a value HTTP knows space and tab alone (RFC 9110 section 5.6.3). */
export function readHeaderWord(text: string): readonly [name: string, value: string] {
  const colon = text.indexOf(":");
  if (colon < 1) throw misuse(`a header is written as 'name: value', and not as "${text}"`);
  return [text.slice(0, colon).trim(), text.slice(colon + 1).replace(/^[\t ]+|[\t ]+$/g, "")];
}

/**
 * The bytes that are meant: those of a file where the text is `@FILE`, else its own.
 *
 * @throws Complaint where the file cannot be read
 */
export function readBytesWord(text: string): Buffer {
  if (!text.startsWith("@")) return Buffer.from(text);
  try {
    return readFileSync(text.slice(1));
  } catch {
    throw new Complaint(`the file ${text.slice(1)} cannot be read`);
  }
}
