import { setTimeout as sleep } from "node:timers/promises";
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
  const { "content-length": _untrue, ...headers } = answer.headers;
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

async function* chunksOf({ body = "" }: LocalAnswer): AsyncGenerator<Buffer> {
  if (typeof body === "string") yield Buffer.from(body);
  else if (Buffer.isBuffer(body)) yield body;
  else yield* body;
}

async function* firstBytes(answer: LocalAnswer, bytes: number): AsyncGenerator<Buffer> {
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
