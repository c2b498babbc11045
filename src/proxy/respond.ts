import type { ServerResponse } from "node:http";
import { dynamodb } from "../aws/dynamodb/dynamodb.ts";
import { s3 } from "../aws/s3/s3.ts";
import type { RefusalAnswer, RefusalView } from "../aws/service.ts";
import { headerRecord } from "../domain/head.ts";
import { isTokenRefusal, REFUSALS, Refusal } from "../domain/refusal.ts";
import { drainRest } from "../upstream/upload.ts";
import { answerHeadersFor } from "./ambient.ts";
import { corsLinesFor } from "./cors.ts";
import { hasBody } from "./has-body.ts";
import type { Visit } from "./visit.ts";

/** Ends a visit with a refusal, or without one where the client left first: then there is nobody to refuse. */
export function giveUp(visit: Visit, refusal: Refusal): void {
  // A stage that was still under way when the visit ended has nothing more to say.
  if (visit.hasEnded) return;
  if (visit.response.destroyed) {
    visit.end({});
    return;
  }
  refuse(visit, refusal);
  visit.end({ refusal });
}

/**
 * Answers a refusal in the words of the service that was asked, so that an SDK raises its usual typed error; in JSON
 * where no service was found, and in its own manner on a page. An answer that has begun is cut: it must not look whole.
 */
export function refuse(visit: Visit, refusal: Refusal): void {
  const { request, response, requestId } = visit;
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { status, sentence } = REFUSALS[refusal.code];
  const { word, cors } = visit.manner ?? { word: wordsFor(visit), cors: visit.live?.cors };
  const words = word({ code: refusal.code, sentence, status, requestId });
  const unread = !request.complete && hasBody(visit.head);
  response.writeHead(words.status, {
    ...words.headers,
    ...headersOf(refusal, requestId),
    ...(refusal.code === "upgrade-required" && upgradeHeadersFor(response)),
    ...headerRecord(answerHeadersFor(visit.caller)),
    ...headerRecord(corsLinesFor(visit.head, cors)),
    "content-length": String(Buffer.byteLength(words.body)),
    ...(unread && { connection: "close" }),
  });
  const body = request.method === "HEAD" ? "" : words.body;
  if (unread && visit.isInvited) endAfterBody(visit, body);
  else response.end(body);
}

/**
 * Answers at once and closes only when the body has been read, within limits: a connection that is closed on a client
 * still sending is reset, and the client may never see the answer.
 */
function endAfterBody({ request, response }: Visit, body: string | Uint8Array): void {
  if (body.length === 0) response.flushHeaders();
  else response.write(body);
  const end = (): void => {
    response.end();
  };
  request.once("end", end).once("close", end);
  drainRest(request);
}

/**
 * The refusal that an error is: anything unforeseen is `internal`, and the log says what it is and where it was thrown.
 * Not its message: that of a parser quotes what it could not read.
 */
export function toRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  return new Refusal("internal", {
    cause: error,
    detail: error instanceof Error ? `${error.name}${placeOf(error)}` : "not an error",
  });
}

/** Runs stages of a visit; what any of them throws, now or later, is answered. */
export function guarded(visit: Visit, run: () => unknown): void {
  try {
    const running = run();
    if (running instanceof Promise) running.catch((error: unknown) => giveUp(visit, toRefusal(error)));
  } catch (error) {
    giveUp(visit, toRefusal(error));
  }
}

/** The innermost line of the stack, such as ` at readBody (…/bodies/body.ts:20:7)`; nothing where there is no stack. */
function placeOf({ stack = "", message }: Error): string {
  const frame = /\n\s+(at [^\n]*)/.exec(stack.slice(stack.indexOf(message) + message.length))?.[1];
  return frame === undefined ? "" : ` ${frame}`;
}

function headersOf({ code }: Refusal, requestId: string): Record<string, string> {
  return {
    "cache-control": "no-store",
    "x-postern-reason": code,
    "x-postern-request-id": requestId,
    ...(isTokenRefusal(code) && { "www-authenticate": challenge(code) }),
    ...(code === "overloaded" && { "retry-after": "1" }),
    // What is offered stands in `Upgrade` (RFC 9110 section 15.5.22).
    ...(code === "upgrade-required" && { connection: "upgrade" }),
  };
}

/** What says to speak WebSocket, and which (RFC 9110 section 15.5.22, RFC 6455 section 4.4). */
function upgradeHeadersFor({ shouldKeepAlive }: ServerResponse): Record<string, string> {
  const connection = shouldKeepAlive ? "upgrade" : "close, upgrade";
  return { connection, upgrade: "websocket", "sec-websocket-version": "13" };
}

/** The `WWW-Authenticate` of a token refusal; a request without a token is told no error (RFC 6750 section 3). */
export function challenge(code: Refusal["code"]): string {
  if (code === "token-missing") return 'Bearer realm="postern"';
  const error = code === "token-scope" ? "insufficient_scope" : "invalid_token";
  return `Bearer realm="postern", error="${error}", error_description="${REFUSALS[code].sentence}"`;
}

/** Without an upstream the client's own manner tells which service it took this for. */
function wordsFor({ live, head }: Visit): (view: RefusalView) => RefusalAnswer {
  if (live !== undefined) return live.service.refuse;
  if (head.headers.get("x-amz-target")?.startsWith("DynamoDB") === true) return dynamodb.refuse;
  const signedForS3 = head.headers.get("authorization")?.includes("/s3/aws4_request") === true;
  return signedForS3 ? s3.refuse : refuseInJson;
}

/** Words a refusal where no SDK is to raise an error of it. */
export function refuseInJson({ code, sentence, status, requestId }: RefusalView): RefusalAnswer {
  return {
    status,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ reason: code, message: sentence, requestId }),
  };
}
