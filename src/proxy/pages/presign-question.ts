import { decodeBody, malformed } from "../../aws/body.ts";
import { isObject, type JsonObject, parseStrictJson } from "../../aws/strict-json.ts";
import { readHeaders } from "../../domain/head.ts";
import type { Head } from "../../domain/head.ts";
import { Refusal } from "../../domain/refusal.ts";

/** What somebody wants a URL for. */
export interface PresignQuestion {
  /** The request as whoever has the URL is to send it, but that it is written as one to Postern. */
  readonly head: Head;
  /** How long the URL is to live, in whole seconds; undefined where that is left to Postern. */
  readonly expiresSeconds: number | undefined;
}

const MEMBERS: ReadonlySet<string> = new Set(["method", "target", "host", "expires", "headers"]);
const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "PUT"]);

/** What may be bound to a URL besides the headers of S3 itself: each is signed, so that it must be sent as it stands. */
const HEADERS: ReadonlySet<string> = new Set([
  "cache-control",
  "content-disposition",
  "content-language",
  "content-md5",
  "content-type",
  "expires",
  "if-match",
  "if-modified-since",
  "if-none-match",
  "if-unmodified-since",
  "range",
]);
const OF_S3 = /^x-amz-[a-z0-9-]+$/;

/** Visible ASCII, with spaces inside: other text has more than one form on the wire. */
const VALUE = /^(?:[!-~](?:[ -~]*[!-~])?)?$/;

/**
 * Reads the body of a question:
 *
 * - `method`: GET, HEAD or PUT;
 * - `target`: path and query, and with it `host` where the upstream is found by that; default that of the question;
 * - `expires`: how long, in whole seconds;
 * - `headers`: what is to be sent with the URL.
 *
 * @param host default
 * @throws Refusal body-malformed, presign-refused, header-not-allowed
 */
export function readPresignQuestion(body: Buffer, host: string): PresignQuestion {
  const question = parseStrictJson(decodeBody(body));
  const unknown = Object.keys(question).find((member) => !MEMBERS.has(member));
  if (unknown !== undefined)
    throw malformed(`a member that is not known; there are ${[...MEMBERS].join(", ")}`);
  const { expires, headers = {} } = question;
  const method = textIn(question, "method");
  if (!METHODS.has(method)) throw new Refusal("presign-refused", { detail: "neither GET, HEAD nor PUT" });
  const lines = [
    "host",
    question["host"] === undefined ? host : textIn(question, "host"),
    ...readLines(headers),
  ];
  return {
    head: { method, target: textIn(question, "target"), headers: readHeaders(lines) },
    expiresSeconds: readSeconds(expires),
  };
}

function textIn(question: JsonObject, member: string): string {
  const text = question[member];
  if (typeof text !== "string") throw malformed(`${member} is a text`);
  return text;
}

function readSeconds(expires: unknown): number | undefined {
  if (expires === undefined) return undefined;
  if (!Number.isSafeInteger(expires) || Number(expires) < 1) throw malformed("expires is in whole seconds");
  return Number(expires);
}

/** As raw lines: name, value … */
function readLines(headers: unknown): readonly string[] {
  if (!isObject(headers)) throw malformed("headers are an object of texts");
  const seen = new Set<string>();
  return Object.entries(headers).flatMap(([written, value]) => {
    const name = written.toLowerCase();
    if (!HEADERS.has(name) && !OF_S3.test(name)) throw notAllowed("a header that nothing is bound to");
    if (seen.has(name)) throw notAllowed(`${name} stands twice`);
    seen.add(name);
    if (typeof value !== "string" || !VALUE.test(value)) throw malformed(`${name} is a text of ASCII`);
    return [name, value];
  });
}

function notAllowed(detail: string): Refusal {
  return new Refusal("header-not-allowed", { detail });
}
