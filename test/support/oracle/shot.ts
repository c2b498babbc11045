/** Where a request puts its token. */
export type TokenPlace =
  | "bearer"
  | "sdk"
  | "postern"
  | "cookie"
  | "none"
  | "both"
  | "bearer-twice"
  | "two-callers"
  | "garbage";

/** How a request says where its body ends. */
export type Framing = "length" | "none" | "chunked" | "both" | "too-long" | "too-short" | "twice" | "odd";

/** A byte of a request that is another one: set, put in, or taken out. */
export interface Flip {
  /** Between 0 and 1: where in what may be changed. */
  readonly at: number;
  readonly byte: number;
  readonly kind: "set" | "insert" | "remove" | "repeat";
}

/** One request as a client writes it, before it is bytes. All texts hold one byte a character (Latin-1). */
export interface Shot {
  readonly caller: string;
  readonly place: TokenPlace;
  readonly method: string;
  readonly target: string;
  readonly version: string;
  /** The credential scope that an SDK would sign for: `us-east-1/s3`. */
  readonly scope: string;
  readonly hosts: readonly string[];
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
  readonly framing: Framing;
  readonly flips: readonly Flip[];
}

/** A request on the wire. */
export interface Wire {
  readonly bytes: Buffer;
  /** Whether it surely ends where the next may begin. */
  readonly isPlain: boolean;
}

/**
 * Writes a request. The lines by which it is found again, and its token, stand behind the request line and are not
 * flipped: a request that nobody can follow proves nothing.
 *
 * @param tokens by caller; a caller without one is a guest
 */
export function writeShot(shot: Shot, tag: string, tokens: ReadonlyMap<string, string>): Wire {
  const { method, target, version, hosts, headers, body, flips } = shot;
  const line = `${method} ${target} HTTP/${version}`;
  const fixed = [`x-request-id: ${tag}`, `user-agent: ${tag}`, ...tokenLines(shot, tokens)];
  const lines = [
    ...hosts.map((host) => `Host: ${host}`),
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...framingLines(shot),
  ];
  const rest = `${lines.map((text) => `${text}\r\n`).join("")}\r\n${framed(shot.framing, body)}`;
  const flipped = flips.reduce(flip, { line, rest });
  const bytes = Buffer.from(
    `${flipped.line}\r\n${fixed.map((text) => `${text}\r\n`).join("")}${flipped.rest}`,
    "latin1",
  );
  const isPlain =
    flips.length === 0 && (shot.framing === "length" || (shot.framing === "none" && body === ""));
  return { bytes, isPlain: isPlain && PLAIN.test(line) && version === "1.1" && headers.every(isOrdinary) };
}

const PLAIN = /^[A-Z]{1,10} [!-~]+ HTTP/;

/** What might change where a request ends, or whether there is one. */
function isOrdinary([name, value]: readonly [string, string]): boolean {
  return (
    /^[\w-]+$/.test(name) &&
    !/^(?:connection|content-length|expect|te|trailer|transfer-encoding|upgrade)$/i.test(name) &&
    !/[\r\n\0]/.test(value)
  );
}

interface Halves {
  readonly line: string;
  readonly rest: string;
}

function flip({ line, rest }: Halves, { at, byte, kind }: Flip): Halves {
  // As often in the request line as in all the rest.
  const inLine = at < 0.5;
  const text = inLine ? line : rest;
  const place = Math.floor((inLine ? at : at - 0.5) * 2 * text.length);
  const char = String.fromCharCode(byte);
  const [put, taken] = {
    set: [char, 1] as const,
    insert: [char, 0] as const,
    remove: ["", 1] as const,
    repeat: [text.slice(place, place + 12), 0] as const,
  }[kind];
  const changed = text.slice(0, place) + put + text.slice(place + taken);
  return inLine ? { line: changed, rest } : { line, rest: changed };
}

function tokenLines({ caller, place, scope }: Shot, tokens: ReadonlyMap<string, string>): readonly string[] {
  const token = tokens.get(caller);
  if (token === undefined || place === "none") return [];
  const bearer = `Authorization: Bearer ${token}`;
  const signed = [
    `Authorization: AWS4-HMAC-SHA256 Credential=any/20260101/${scope}/aws4_request, SignedHeaders=host, Signature=00`,
    `X-Amz-Date: 20260101T000000Z`,
    `X-Amz-Security-Token: ${token}`,
  ];
  const other = [...tokens].find(([name]) => name !== caller)?.[1] ?? token;
  return {
    bearer: [bearer],
    sdk: signed,
    postern: [`X-Postern-Token: ${token}`],
    cookie: [`Cookie: session=${token}`],
    both: [bearer, `X-Postern-Token: ${token}`],
    "bearer-twice": [bearer, bearer],
    "two-callers": [...signed, `X-Postern-Token: ${other}`],
    garbage: [`Authorization: Bearer ${token.slice(0, -3)}abc`],
  }[place];
}

function framingLines({ framing, body }: Shot): readonly string[] {
  const length = body.length;
  return {
    length: [`Content-Length: ${length}`],
    none: [],
    chunked: ["Transfer-Encoding: chunked"],
    both: [`Content-Length: ${length}`, "Transfer-Encoding: chunked"],
    "too-long": [`Content-Length: ${length + 3}`],
    "too-short": [`Content-Length: ${Math.max(0, length - 3)}`],
    twice: [`Content-Length: ${length}`, `Content-Length: ${length + 1}`],
    odd: [`Content-Length: +${length}`, "Transfer-Encoding: xchunked"],
  }[framing];
}

function framed(framing: Framing, body: string): string {
  if (framing !== "chunked" && framing !== "both") return body;
  const chunk = body === "" ? "" : `${body.length.toString(16)}\r\n${body}\r\n`;
  return `${chunk}0\r\n\r\n`;
}
