import { LocalError } from "../request.ts";
import type { LocalRequest } from "../request.ts";
import { percentDecode } from "./percent.ts";
import { trimSpace } from "./white-space.ts";

/** The head of a request, cut up but not interpreted; every text holds one byte a character (latin1). */
export interface RequestHead {
  readonly method: string;
  /** Raw, beginning with `/`. */
  readonly path: string;
  /** Name and value of each query parameter in order of arrival, decoded to bytes; `?a` and `?a=` are alike. */
  readonly query: readonly (readonly [name: string, value: string])[];
  /** Lower-case name → values in order of arrival, untrimmed. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
}

/**
 * Cuts the head of a request up.
 *
 * @throws LocalError `InvalidURI` 400 for a target that has no one reading.
 */
export function readHead(request: Omit<LocalRequest, "body">): RequestHead {
  const { method, target, rawHeaders } = request;
  if (!target.startsWith("/") || target.includes("#") || hasWideCharacter(target)) throw invalidUri();
  const question = target.indexOf("?");
  return {
    method,
    path: question < 0 ? target : target.slice(0, question),
    query: question < 0 ? [] : readQuery(target.slice(question + 1)),
    headers: collectHeaders(rawHeaders),
  };
}

/** The only value of a header, trimmed; undefined when it is absent, or comes more than once. */
export function singleHeader(head: RequestHead, name: string): string | undefined {
  const values = head.headers.get(name);
  const [value, ...others] = values ?? [];
  return value === undefined || others.length > 0 ? undefined : trimSpace(value);
}

/** The only value of a query parameter; undefined when it is absent, or comes more than once. */
export function singleQuery(head: RequestHead, name: string): string | undefined {
  const found = head.query.filter(([candidate]) => candidate === name);
  return found.length === 1 ? found[0]?.[1] : undefined;
}

/** S3's answer to a target that it cannot read. */
export function invalidUri(): LocalError {
  return new LocalError("InvalidURI", "Couldn't parse the specified URI.", 400);
}

function readQuery(raw: string): readonly (readonly [string, string])[] {
  const pairs: (readonly [string, string])[] = [];
  for (const piece of raw.split("&")) {
    if (piece === "") continue;
    const equals = piece.indexOf("=");
    const name = percentDecode(equals < 0 ? piece : piece.slice(0, equals), "plus-is-space");
    const value = equals < 0 ? "" : percentDecode(piece.slice(equals + 1), "plus-is-space");
    if (name === undefined || value === undefined) throw invalidUri();
    pairs.push([name, value]);
  }
  return pairs;
}

function collectHeaders(rawHeaders: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const headers = new Map<string, string[]>();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? "").toLowerCase();
    const value = rawHeaders[at + 1] ?? "";
    const values = headers.get(name);
    if (values === undefined) headers.set(name, [value]);
    else values.push(value);
  }
  return headers;
}

function hasWideCharacter(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0xff) return true;
  return false;
}
