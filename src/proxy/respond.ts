import type { IncomingMessage, ServerResponse } from "node:http";
import { dynamodb } from "../aws/dynamodb.ts";
import { s3 } from "../aws/s3.ts";
import type { RefusalAnswer, RefusalView } from "../aws/service.ts";
import { isTokenRefusal, REFUSALS, Refusal } from "../domain/refusal.ts";
import type { Visit } from "./visit.ts";

/** Once a refused body is longer than this it is not read to its end, and the connection is closed instead. */
const DRAIN_BYTES = 1024 * 1024;
const DRAIN_MS = 2000;

/**
 * Answers a refusal in the words of the service that was asked, so that an SDK raises its usual typed error; in JSON
 * where no service was found.
 */
export function refuse(visit: Visit, refusal: Refusal): void {
  const { request, response, requestId } = visit;
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const { status, sentence } = REFUSALS[refusal.code];
  const words = wordsFor(visit)({ code: refusal.code, sentence, status, requestId });
  const unread = !request.complete && hasBody(visit);
  const headers = {
    ...words.headers,
    ...headersOf(refusal, requestId),
    "content-length": String(Buffer.byteLength(words.body)),
    ...(unread && { connection: "close" }),
  };
  response.writeHead(words.status, headers);
  response.end(request.method === "HEAD" ? undefined : words.body);
  if (unread) drain(request, response);
}

/** At the head of a request Node does not yet know that it is complete. */
function hasBody({ head: { headers } }: Visit): boolean {
  return headers.has("transfer-encoding") || (headers.get("content-length") ?? "0") !== "0";
}

/** The refusal that an error is: anything unforeseen is `internal`, and its message stays inside. */
export function toRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  return new Refusal("internal", {
    cause: error,
    detail: error instanceof Error ? error.message : "not an error",
  });
}

function headersOf({ code }: Refusal, requestId: string): Record<string, string> {
  return {
    "cache-control": "no-store",
    "x-postern-reason": code,
    "x-postern-request-id": requestId,
    ...(isTokenRefusal(code) && { "www-authenticate": challenge(code) }),
    ...(code === "overloaded" && { "retry-after": "1" }),
  };
}

/** The `WWW-Authenticate` of a token refusal; a request without a token is told no error (RFC 6750 section 3). */
export function challenge(code: Refusal["code"]): string {
  if (code === "token-missing") return 'Bearer realm="postern"';
  return `Bearer realm="postern", error="invalid_token", error_description="${REFUSALS[code].sentence}"`;
}

/** Without an upstream the client's own manner tells which service it took this for. */
function wordsFor({ live, head }: Visit): (view: RefusalView) => RefusalAnswer {
  if (live !== undefined) return live.service.refuse;
  if (head.headers.get("x-amz-target")?.startsWith("DynamoDB") === true) return dynamodb.refuse;
  const signedForS3 = head.headers.get("authorization")?.includes("/s3/aws4_request") === true;
  return signedForS3 ? s3.refuse : refuseInJson;
}

function refuseInJson({ code, sentence, status, requestId }: RefusalView): RefusalAnswer {
  return {
    status,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ reason: code, message: sentence, requestId }),
  };
}

/**
 * Reads on for a while after a refusal: a connection closed on a client that is still sending is reset, and the client
 * may never see the answer.
 */
function drain(request: IncomingMessage, response: ServerResponse): void {
  let left = DRAIN_BYTES;
  const stop = (): void => {
    clearTimeout(timer);
    request.destroy();
  };
  const timer = setTimeout(stop, DRAIN_MS).unref();
  request.on("data", (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) stop();
  });
  request.once("close", () => clearTimeout(timer));
  response.once("close", () => clearTimeout(timer));
  request.on("error", () => {});
  request.resume();
}
