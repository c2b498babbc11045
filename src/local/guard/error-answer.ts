import type { LocalAnswer, LocalError } from "../request.ts";
import { WrongRegion } from "./wrong-region.ts";

/** How S3 tells an error; the answer to a HEAD must lose its body. */
export function renderS3Error(
  error: LocalError,
  requestId: string,
  resource: string,
): LocalAnswer & { readonly body: string } {
  const members = { Code: error.code, Message: error.message, ...error.fields, Resource: resource };
  const all = { ...members, RequestId: requestId, HostId: HOST_ID };
  return {
    status: error.status,
    headers: {
      "content-type": "application/xml",
      "x-amz-request-id": requestId,
      "x-amz-id-2": HOST_ID,
      ...(error instanceof WrongRegion && error.headers),
    },
    body: `${DECLARATION}<Error>${elements(all)}</Error>`,
  };
}

/** How the JSON protocols tell an error; what `fields` add stands beside the message. */
export function renderJsonError(
  error: LocalError,
  requestId: string,
): LocalAnswer & { readonly body: string } {
  const type = `com.amazon.coral.service#${error.code}`;
  return {
    status: error.status,
    headers: {
      "content-type": "application/x-amz-json-1.0",
      "x-amzn-errortype": error.code,
      "x-amzn-requestid": requestId,
    },
    body: JSON.stringify({ __type: type, message: error.message, ...error.fields }),
  };
}

/** How STS tells an error. */
export function renderQueryError(
  error: LocalError,
  requestId: string,
): LocalAnswer & { readonly body: string } {
  const type = error.status < 500 ? "Sender" : "Receiver";
  const members = elements({ Type: type, Code: error.code, Message: error.message, ...error.fields });
  return {
    status: error.status,
    headers: { "content-type": "text/xml", "x-amzn-requestid": requestId },
    body: `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error>${members}</Error><RequestId>${escape(requestId)}</RequestId></ErrorResponse>`,
  };
}

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';
const HOST_ID = "cG9zdGVybi1zdGFuZC1pbg==";

function elements(members: Readonly<Record<string, string>>): string {
  return Object.entries(members)
    .map(([name, value]) => `<${name}>${escape(value)}</${name}>`)
    .join("");
}

// oxlint-disable-next-line no-control-regex -- keys and headers may hold any character
const UNSAFE = /[&<>"\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;
const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** XML 1.0 cannot hold most control characters at all; they become U+FFFD. */
function escape(text: string): string {
  return text.replaceAll(UNSAFE, (character) => ENTITIES[character] ?? "\ufffd");
}
