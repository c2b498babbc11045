import { randomUUID } from "node:crypto";
import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { REFUSALS, type RefusalCode } from "../domain/refusal.ts";
import type { Outcome } from "../telemetry/outcome.ts";

/** A refusal for which there is no request that could be read, or no response object. */
export interface RawRefusal {
  readonly code: RefusalCode;
  /** Default that of the code. */
  readonly status?: number | undefined;
  readonly detail?: string | undefined;
}

/** A client that goes on sending would lose the answer if the connection were closed at once. */
const LINGER_MS = 2000;

/**
 * Answers on the bare connection, in JSON, and closes it: what came is not HTTP that Node reads, or wants the connection
 * for itself. Returns the outcome to record.
 */
export function answerRaw(socket: Duplex, { code, status, detail }: RawRefusal, method = ""): Outcome {
  const requestId = randomUUID();
  const kind = REFUSALS[code];
  const head = status ?? kind.status;
  const body = JSON.stringify({ reason: code, message: kind.sentence, requestId });
  socket.on("error", () => socket.destroy());
  socket
    .resume()
    .end(
      `HTTP/1.1 ${head} ${STATUS_CODES[head] ?? "Refused"}\r\ncontent-type: application/json\r\n` +
        `content-length: ${Buffer.byteLength(body)}\r\ncache-control: no-store\r\nx-postern-reason: ${code}\r\n` +
        `x-postern-request-id: ${requestId}\r\nconnection: close\r\n\r\n${body}`,
    );
  const timer = setTimeout(() => socket.destroy(), LINGER_MS).unref();
  socket.once("close", () => clearTimeout(timer));
  return { ...NOTHING_KNOWN, requestId, method, status: head, reason: code, detail };
}

const NOTHING_KNOWN = {
  traceId: undefined,
  spanId: undefined,
  parentSpanId: undefined,
  isSampled: false,
  upstream: "none",
  service: "none",
  operation: undefined,
  resource: undefined,
  caller: undefined,
  callerKind: undefined,
  groups: [],
  subject: undefined,
  issuer: undefined,
  requirements: [],
  verdict: undefined,
  rule: undefined,
  role: undefined,
  assumedRole: undefined,
  accessKeyId: undefined,
  awsRequestId: undefined,
  awsExtendedRequestId: undefined,
  recorded: false,
  handedOut: undefined,
  isChange: true,
  outcome: "refused",
  requestBytes: 0,
  responseBytes: 0,
  durationMs: 0,
  upstreamMs: undefined,
  stages: {
    identity: undefined,
    operation: undefined,
    decision: undefined,
    credentials: undefined,
    upstream: undefined,
    answer: undefined,
  },
} as const;

/** What Node calls heads that can be read in two ways: as one request or as two. */
const AMBIGUOUS: ReadonlySet<unknown> = new Set([
  "HPE_INVALID_CONTENT_LENGTH",
  "HPE_INVALID_TRANSFER_ENCODING",
  "HPE_UNEXPECTED_CONTENT_LENGTH",
]);

/** The refusal that an error of Node's parser is. Its code says enough: the message may quote the request. */
export function parserRefusal(code: unknown): RawRefusal {
  const detail = typeof code === "string" ? code : undefined;
  if (code === "HPE_HEADER_OVERFLOW") return { code: "header-not-allowed", status: 431, detail };
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") return { code: "target-malformed", status: 408, detail };
  return { code: AMBIGUOUS.has(code) ? "target-ambiguous" : "target-malformed", detail };
}
