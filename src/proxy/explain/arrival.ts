import { METHODS } from "node:http";
import { type Head, readHeaders } from "../../domain/head.ts";
import type { HeaderLine } from "../../domain/operation.ts";
import { Refusal } from "../../domain/refusal.ts";
import { type Handshake, readHandshake } from "../tunnels/handshake.ts";
import type { Question } from "./question.ts";

/** A field name and a field value (RFC 9110 section 5); Node reads a character as a byte. */
const NAME = /^[!#$%&'*+.^_`|~\w-]+$/;
const VALUE = /^[\t -~\x80-\xff]*$/;

/** Where a request arrives. */
export interface Arrival {
  /** `Host` of requests that do not say it. */
  readonly host: string;
  /** From where those come that do not say it; undefined where that cannot be told, as on a unix socket. */
  readonly sourceIp: string | undefined;
  /** Of a request's head. */
  readonly maxHeaderBytes: number;
}

/** A request as it arrives. */
export interface Arrived {
  readonly head: Head;
  /** Undefined where it asks for no WebSocket connection. */
  readonly handshake: Handshake | undefined;
}

/**
 * The head of a question as a client's request would arrive with it, and what node:http and the listener have against
 * such a request before the door: what no parser reads, and expectations that nobody meets.
 *
 * A token goes into `X-Postern-Token`, which may stand beside an SDK's signature, and beside no other token.
 *
 * @throws Refusal target-malformed, target-ambiguous, header-not-allowed, token-malformed
 */
export function arrive(question: Question, { host, maxHeaderBytes }: Arrival): Arrived {
  const { method, target, headers, body, caller } = question;
  if (!METHODS.includes(method)) throw malformed("a method that HTTP does not know");
  const lines: HeaderLine[] = headers.map(([name, value]) => [name.toLowerCase(), withoutBlanks(value)]);
  const has = (name: string): boolean => lines.some(([other]) => other === name);
  if (!lines.every(([name, value]) => NAME.test(name) && VALUE.test(value)))
    throw malformed("a header that cannot stand in a request");
  if (!has("host")) lines.push(["host", host]);
  if (body !== undefined && !has("content-length") && !has("transfer-encoding"))
    lines.push(["content-length", String(body.length)]);
  if (typeof caller === "object" && "token" in caller) {
    lines.push(["x-postern-token", caller.token]);
    if (caller.idToken !== undefined) lines.push(["x-postern-id-token", caller.idToken]);
  }
  if (bytesOf(target, lines) >= maxHeaderBytes)
    throw new Refusal("header-not-allowed", { detail: "HPE_HEADER_OVERFLOW" });
  const head: Head = { method, target, headers: readHeaders(lines.flat()) };
  checkFraming(head);
  if (!isHandshake(head)) return { head, handshake: undefined };
  const handshake = readHandshake({ method, url: target, rawHeaders: lines.flat() });
  return { head: handshake.head, handshake };
}

/** As Node sees it, and the listener's `UpgradeRequest`. */
function isHandshake({ method, headers }: Head): boolean {
  const connection = headers.get("connection")?.toLowerCase().split(",") ?? [];
  return (
    method === "GET" &&
    connection.some((name) => name.trim() === "upgrade") &&
    headers.get("upgrade")?.toLowerCase() === "websocket" &&
    !headers.has("transfer-encoding") &&
    Number(headers.get("content-length") ?? 0) === 0
  );
}

/** As Node's parser counts them: the target, names and values, and nothing of what stands between them. */
function bytesOf(target: string, lines: readonly HeaderLine[]): number {
  return lines.reduce((sum, [name, value]) => sum + name.length + value.length, Buffer.byteLength(target));
}

/** The blanks around a value are no part of it (RFC 9110 section 5.5); a no-break space is none of them. */
function withoutBlanks(value: string): string {
  let [from, to] = [0, value.length];
  while (from < to && isBlank(value[from])) from++;
  while (to > from && isBlank(value[to - 1])) to--;
  return value.slice(from, to);
}

function isBlank(char: string | undefined): boolean {
  return char === " " || char === "\t";
}

/** Node itself refuses lengths that can be read in two ways. */
function checkFraming({ headers }: Head): void {
  const length = headers.get("content-length");
  if (length !== undefined && (headers.has("transfer-encoding") || !/^\d{1,15}$/.test(length)))
    throw new Refusal("target-ambiguous", { detail: "a length that can be read in two ways" });
  const expected = headers.get("expect");
  if (expected !== undefined && expected.toLowerCase() !== "100-continue")
    throw new Refusal("header-not-allowed", { detail: "an expectation other than 100-continue" });
}

function malformed(detail: string): Refusal {
  return new Refusal("target-malformed", { detail });
}
