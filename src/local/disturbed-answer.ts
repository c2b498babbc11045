import { setTimeout as sleep } from "node:timers/promises";
import { crc32, gzipSync } from "node:zlib";
import type { LocalAnswer } from "./request.ts";

/** Thrown where a connection is gone, or shall be, and there is nobody to answer. */
export class CutConnection extends Error {
  constructor(options?: ErrorOptions) {
    super("the connection is cut", options);
    this.name = "CutConnection";
  }
}

/** An answer that stops in the middle: the connection is cut there. */
export function cutAfter(answer: LocalAnswer, bytes: number): LocalAnswer {
  return { ...answer, headers: { ...answer.headers, ...lengthOf(answer) }, body: firstBytes(answer, bytes) };
}

/** An answer that stops in the middle, while its connection stays open. */
export function stalled(answer: LocalAnswer, bytes: number): LocalAnswer {
  return { ...answer, headers: { ...answer.headers, ...lengthOf(answer) }, body: endless(answer, bytes) };
}

/** An answer in chunks, with fields behind its body. */
export function trailed(answer: LocalAnswer, trailers: Readonly<Record<string, string>>): LocalAnswer {
  const headers = { ...withoutLength(answer), trailer: Object.keys(trailers).join(", ") };
  return { ...answer, headers, trailers, body: chunksOf(answer) };
}

/** The same answer with its bytes compressed, and a content coding that says so. */
export async function gzipped(answer: LocalAnswer): Promise<LocalAnswer> {
  const plain: Buffer[] = [];
  for await (const chunk of chunksOf(answer)) plain.push(chunk);
  const body = gzipSync(Buffer.concat(plain));
  const { "x-amz-crc32": checksum, ...headers } = withoutLength(answer);
  // DynamoDB's checksum is of the bytes as they are sent.
  const told = checksum === undefined ? {} : { "x-amz-crc32": String(crc32(body)) };
  return { ...answer, headers: { ...headers, ...told, "content-encoding": "gzip" }, body };
}

/** A redirect to wherever, in the words of S3. */
export function redirectTo(location: string, status: number): LocalAnswer {
  const [code, message] =
    status === 301
      ? ["PermanentRedirect", "The bucket you are attempting to access must be addressed elsewhere."]
      : ["TemporaryRedirect", "Please re-send this request to the specified temporary endpoint."];
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  return { status, headers: { "content-type": "application/xml", location }, body };
}

/** An answer that comes a byte at a time, each after a pause. */
export function dripped(answer: LocalAnswer, pauseMs: number): LocalAnswer {
  return { ...answer, headers: { ...answer.headers, ...lengthOf(answer) }, body: drops(answer, pauseMs) };
}

/**
 * An answer that goes on until it has so many bytes, and says nothing of its length beforehand.
 *
 * @param filler `space` leaves JSON and XML as valid as they were, `junk` does not.
 */
export function padded(answer: LocalAnswer, bytes: number, filler: "space" | "junk"): LocalAnswer {
  const headers = withoutLength(answer);
  return { ...answer, headers, body: withPadding(answer, bytes, filler === "space" ? " " : "x") };
}

/** A success that no parser takes, whether it looks for XML or JSON. */
export function malformedAnswer(service: string): LocalAnswer {
  const contentType =
    service === "s3" || service === "sts" ? "application/xml" : "application/x-amz-json-1.0";
  return { status: 200, headers: { "content-type": contentType }, body: '<{"unfinished": ' };
}

/** The same credentials, expired in 2001; answers without credentials stay as they are. */
export function withPastExpiration(answer: LocalAnswer): LocalAnswer {
  return rewritten(answer, (text) =>
    text
      .replace(/(?<="Expiration":)[\d.]+/, "1000000000")
      .replace(/(?<=<Expiration>)[^<]*/, "2001-09-09T01:46:40Z"),
  );
}

/** The same answer with nothing in the places of key, secret and token. */
export function withEmptyCredentials(answer: LocalAnswer): LocalAnswer {
  return rewritten(answer, (text) =>
    text
      .replaceAll(/(?<="(?:AccessKeyId|SecretKey|SessionToken)":")[^"]*/g, "")
      .replaceAll(/(?<=<(?:AccessKeyId|SecretAccessKey|SessionToken)>)[^<]*/g, ""),
  );
}

/** Only texts hold credentials. */
function rewritten(answer: LocalAnswer, change: (text: string) => string): LocalAnswer {
  return typeof answer.body === "string" ? { ...answer, body: change(answer.body) } : answer;
}

/** What an answer would say of its length if its body were sent whole; a stream has said it already, if anything. */
function lengthOf({ body = "" }: LocalAnswer): Record<string, string> {
  const isWhole = typeof body === "string" || Buffer.isBuffer(body);
  return isWhole ? { "content-length": String(Buffer.byteLength(body)) } : {};
}

function withoutLength({ headers }: LocalAnswer): Record<string, string> {
  const { "content-length": _untrue, ...others } = headers;
  return others;
}

async function* chunksOf({ body = "" }: LocalAnswer): AsyncGenerator<Buffer> {
  if (typeof body === "string") yield Buffer.from(body);
  else if (Buffer.isBuffer(body)) yield body;
  else yield* body;
}

async function* firstBytes(answer: LocalAnswer, bytes: number): AsyncGenerator<Buffer, undefined> {
  let left = bytes;
  for await (const chunk of chunksOf(answer)) {
    if (chunk.length > left) {
      if (left > 0) yield chunk.subarray(0, left);
      break;
    }
    left -= chunk.length;
    yield chunk;
  }
  throw new CutConnection();
}

/** By hand, for a generator that waits cannot be ended, and who leaves must not wait too. */
function endless(answer: LocalAnswer, bytes: number): AsyncIterable<Buffer> {
  const source = firstBytes(answer, bytes);
  const next = (): Promise<IteratorResult<Buffer, undefined>> =>
    source.next().catch((error: unknown) => {
      if (!(error instanceof CutConnection)) throw error;
      return new Promise(() => undefined);
    });
  const stop = async (): Promise<IteratorResult<Buffer, undefined>> => {
    await source.return(undefined);
    return { done: true, value: undefined };
  };
  return { [Symbol.asyncIterator]: () => ({ next, return: stop }) };
}

async function* drops(answer: LocalAnswer, pauseMs: number): AsyncGenerator<Buffer> {
  for await (const chunk of chunksOf(answer)) {
    for (let at = 0; at < chunk.length; at++) {
      await sleep(pauseMs, undefined, { ref: false });
      yield chunk.subarray(at, at + 1);
    }
  }
}

const PIECE_BYTES = 64 * 1024;

async function* withPadding(answer: LocalAnswer, bytes: number, filler: string): AsyncGenerator<Buffer> {
  let left = bytes;
  for await (const chunk of chunksOf(answer)) {
    left -= chunk.length;
    yield chunk;
  }
  const piece = Buffer.alloc(PIECE_BYTES, filler);
  for (; left > 0; left -= PIECE_BYTES) yield left < PIECE_BYTES ? piece.subarray(0, left) : piece;
}
