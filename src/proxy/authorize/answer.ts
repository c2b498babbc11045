import { isTokenRefusal, REFUSALS, type Refusal } from "../../domain/refusal.ts";
import { challenge, refuseInJson } from "../respond.ts";
import type { Visit } from "../visit.ts";

/** Tells the outer proxy what to send. A secret for its moment: nothing on the way may keep it. */
export function answerSigned({ request, response, requestId }: Visit, lines: readonly string[]): void {
  const head = ["cache-control", "no-store", "x-postern-request-id", requestId, "content-length", "0"];
  response.writeHead(200, [...lines, ...head]);
  response.end();
  request.resume();
}

/** Refuses in words that an outer proxy passes on to whoever asked it. */
export function answerRefused({ request, response, requestId }: Visit, { code }: Refusal): void {
  const { sentence, status } = REFUSALS[code];
  const { headers, body } = refuseInJson({ code, sentence, status, requestId });
  response.writeHead(outerStatus(status), {
    ...headers,
    "cache-control": "no-store",
    "content-length": String(Buffer.byteLength(body)),
    "x-postern-reason": code,
    "x-postern-request-id": requestId,
    ...(isTokenRefusal(code) && { "www-authenticate": challenge(code) }),
    // A body that came along is read by nobody.
    ...(!request.complete && { connection: "close" }),
  });
  response.end(request.method === "HEAD" ? "" : body);
}

/** nginx knows yes, 401 and 403, and takes all else for a fault of its own (ngx_http_auth_request_module). */
function outerStatus(status: number): number {
  return status === 401 || status >= 500 ? status : 403;
}
