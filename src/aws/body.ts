import { isUtf8 } from "node:buffer";
import type { Headers } from "../domain/head.ts";
import { Refusal } from "../domain/refusal.ts";

/** Marks of aws-chunked framing; no client sets all of them. */
const FRAMING = ["x-amz-decoded-content-length", "x-amz-trailer"];

/**
 * Refuses, before it is read, a body that decides and that AWS might unpack in a way Postern does not: compressed,
 * framed, or of another protocol's kind.
 *
 * @param contentTypes media types in lower case; `undefined` among them lets a request without one through
 * @throws Refusal header-not-allowed
 */
export function checkBodyHeaders(headers: Headers, contentTypes: readonly (string | undefined)[]): void {
  const framed =
    FRAMING.some((name) => headers.has(name)) ||
    headers.get("x-amz-content-sha256")?.startsWith("STREAMING-") === true;
  if (headers.has("content-encoding") || framed) {
    throw new Refusal("header-not-allowed", { detail: "an encoded or framed body, where the body decides" });
  }
  if (!contentTypes.includes(mediaType(headers.get("content-type")))) {
    throw new Refusal("header-not-allowed", { detail: "not the content-type of the protocol" });
  }
}

/** The media type; with any parameter but `charset=utf-8` the whole value, which then equals nothing. */
function mediaType(contentType: string | undefined): string | undefined {
  const value = contentType?.trim().toLowerCase();
  const [type = "", parameter, ...others] = value?.split(";") ?? [];
  const plain = parameter === undefined || /^\s*charset=(?:utf-8|"utf-8")$/.test(parameter);
  return value !== undefined && plain && others.length === 0 ? type.trim() : value;
}

/**
 * Decodes a body that decides: UTF-8 without a byte order mark, so that it has one reading.
 *
 * @throws Refusal body-malformed
 */
export function decodeBody(body: Buffer): string {
  if (!isUtf8(body)) throw malformed("bytes that are not UTF-8");
  const text = body.toString("utf8");
  if (text.startsWith("\uFEFF")) throw malformed("a byte order mark");
  return text;
}

/** A body that cannot be read, or can be read in two ways. */
export function malformed(detail: string, cause?: unknown): Refusal {
  return new Refusal("body-malformed", { detail, cause });
}
