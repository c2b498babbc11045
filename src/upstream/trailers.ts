import { mayCrossToClient } from "./answer-headers.ts";
import { isNamed } from "./framing.ts";

/** Fields that come too late behind a body: whoever reads it has gone by them already (RFC 9110 section 6.5.1). */
const TOO_LATE: ReadonlySet<string> = new Set([
  "age",
  "cache-control",
  "content-encoding",
  "content-length",
  "content-range",
  "content-type",
  "date",
  "expires",
  "retry-after",
  "vary",
  "www-authenticate",
]);

/**
 * The `Trailer` line of an answer that comes in chunks: the fields that it announces and that may cross.
 *
 * @param raw header lines as undici hands them over: name, value, name, value …
 * @returns name and value, or nothing where none is announced
 */
export function announcedTrailers(raw: readonly Buffer[]): readonly string[] {
  let announced = "";
  for (let i = 0; i + 1 < raw.length; i += 2) {
    if (isNamed(raw[i] as Buffer, "trailer")) announced += `,${textOf(raw[i + 1] as Buffer)}`;
  }
  if (announced === "") return NONE;
  const names = announced.split(",").map((name) => name.trim());
  const crossing = names.filter((name) => name !== "" && mayFollow(name));
  return crossing.length === 0 ? NONE : ["Trailer", crossing.join(", ")];
}

const NONE: readonly string[] = [];

/** A name or a value: undici hands over bytes, though its types say text. */
export type RawPart = Buffer | string;

/**
 * Chooses what of the fields behind AWS's answer crosses to the client.
 *
 * @param raw as undici hands them over: name, value, name, value …
 */
export function trailersToClient(raw: readonly RawPart[]): [name: string, value: string][] {
  const lines: [string, string][] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const [name = "", value = ""] = raw.slice(i, i + 2).map(textOf);
    if (mayFollow(name)) lines.push([name, value]);
  }
  return lines;
}

function textOf(part: RawPart): string {
  return typeof part === "string" ? part : part.toString("latin1");
}

function mayFollow(name: string): boolean {
  const lower = name.toLowerCase();
  return mayCrossToClient(lower) && !TOO_LATE.has(lower);
}
