import { isObject, type JsonObject } from "../aws/strict-json.ts";
import type { HeaderLine } from "../domain/operation.ts";
import { Refusal } from "../domain/refusal.ts";

/** A request that is asked about. */
export interface AskedRequest {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: readonly HeaderLine[];
  readonly body: Buffer | undefined;
}

/**
 * Reads a request: `"DELETE /s3/reports/q3.txt"`, or `{method, target, headers, body}` with `bodyBase64` in place of
 * `body` for what is no text. Headers are `{name: text}`, or `[[name, text], …]` where a name stands twice.
 *
 * @throws Refusal body-malformed, with words for people
 */
export function readAskedRequest(value: unknown): AskedRequest {
  if (typeof value === "string") {
    const [method = "", target, ...more] = value.split(" ");
    if (target === undefined || more.length > 0) throw odd('request is a method and a target, "GET /s3/a"');
    return { method, target, headers: [], body: undefined };
  }
  if (!isObject(value)) throw odd("request is missing: a text, or an object with method and target");
  checkMembers(value, ["method", "target", "headers", "body", "bodyBase64"], "request");
  const { headers = [], body, bodyBase64 } = value;
  return {
    method: textIn(value, "method", "request"),
    target: textIn(value, "target", "request"),
    headers: readHeaderLines(headers),
    body: readBody(body, bodyBase64),
  };
}

/** Refuses members that nobody reads: somebody means something by them. */
export function checkMembers(value: JsonObject, known: readonly string[], where: string): void {
  const unknown = Object.keys(value).find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw odd(`${where} has a member that is not known; it takes ${known.join(", ")}`);
}

/** The text of a member. */
export function textIn(value: JsonObject, name: string, where: string): string {
  const text = value[name];
  if (typeof text !== "string") throw odd(`${where}: ${name} is a text`);
  return text;
}

/** What is wrong with the shape of a question, in words. */
export function odd(detail: string): Refusal {
  return new Refusal("body-malformed", { detail });
}

/** Headers as `{name: text}`, or `[[name, text], …]`. */
export function readHeaderLines(headers: unknown, where = "request"): readonly HeaderLine[] {
  const lines: readonly unknown[] | undefined = isObject(headers) ? Object.entries(headers) : asList(headers);
  if (lines === undefined) throw odd(`${where}: headers are an object of texts, or a list of pairs`);
  return lines.map((line) => {
    const [name, value, ...more] = asList(line) ?? [];
    if (typeof name !== "string" || typeof value !== "string" || more.length > 0)
      throw odd(`${where}: a header is a name and a text`);
    return [name, value];
  });
}

function asList(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

function readBody(body: unknown, base64: unknown): Buffer | undefined {
  if (body !== undefined && base64 !== undefined) throw odd("request: body and bodyBase64 are two bodies");
  if (body === undefined && base64 === undefined) return undefined;
  if (typeof (body ?? base64) !== "string") throw odd("request: body and bodyBase64 are texts");
  if (typeof body === "string") return Buffer.from(body);
  const bytes = Buffer.from(String(base64), "base64");
  if (bytes.toString("base64") !== base64) throw odd("request: bodyBase64 is not base64");
  return bytes;
}
