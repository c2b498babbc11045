import { randomUUID } from "node:crypto";
import type { LocalError } from "../request.ts";
import type { TextAnswer } from "./text-answer.ts";

/** An element's content: text, or named elements; undefined leaves an element out. */
export type XmlContent = string | number | { readonly [name: string]: XmlContent | undefined };

const NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/";

/** The answer of an action. */
export function stsAnswer(action: string, result: XmlContent): TextAnswer {
  const requestId = randomUUID();
  const content = { [`${action}Result`]: result, ResponseMetadata: { RequestId: requestId } };
  return xmlAnswer(
    200,
    requestId,
    `<${action}Response xmlns="${NAMESPACE}">${xml(content)}</${action}Response>`,
  );
}

/** The answer that an SDK turns into a typed error. */
export function stsRefusal(error: LocalError): TextAnswer {
  const requestId = randomUUID();
  const type = error.status < 500 ? "Sender" : "Receiver";
  const content = { Error: { Type: type, Code: error.code, Message: error.message }, RequestId: requestId };
  return xmlAnswer(
    error.status,
    requestId,
    `<ErrorResponse xmlns="${NAMESPACE}">${xml(content)}</ErrorResponse>`,
  );
}

function xmlAnswer(status: number, requestId: string, body: string): TextAnswer {
  return { status, headers: { "content-type": "text/xml", "x-amzn-requestid": requestId }, body };
}

function xml(content: XmlContent): string {
  if (typeof content !== "object") return escaped(String(content));
  return Object.entries(content)
    .map(([name, inner]) => (inner === undefined ? "" : `<${name}>${xml(inner)}</${name}>`))
    .join("");
}

/** XML 1.0 has no way to write most control characters, not even as references. */
function escaped(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "?")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
}
