import type { IncomingMessage, ServerResponse } from "node:http";
import { TLSSocket } from "node:tls";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { CutConnection } from "./disturbed-answer.ts";
import type { LocalAnswer, LocalRequest } from "./request.ts";

/** What only the connection knows of a request. */
export interface Connection {
  readonly sourceIp?: string;
  readonly secure: boolean;
}

/** Answers one request; throws {@link CutConnection} to answer nothing. */
export type Serve = (request: LocalRequest, connection: Connection) => Promise<LocalAnswer>;

/** A request as Node hands it over; `expects` is whether its sender waits for 100 before it sends the body. */
export interface Exchange {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly expects: "continue" | "nothing";
}

const LINGER_MS = 2_000;

/** What goes wrong in a connection whose other end has left. */
const LEFT: ReadonlySet<unknown> = new Set(["ERR_STREAM_PREMATURE_CLOSE", "ECONNRESET", "EPIPE"]);

/** Serves one exchange to its end; that the other end leaves meanwhile is nobody's fault. */
export async function serveExchange(exchange: Exchange, serve: Serve): Promise<void> {
  const { incoming, outgoing } = exchange;
  const upload = createUpload(exchange);
  const { method = "", url: target = "", rawHeaders } = incoming;
  try {
    const answer = await serve({ method, target, rawHeaders, body: upload.body }, connectionOf(incoming));
    await send(exchange, answer, upload);
  } catch (error) {
    outgoing.destroy();
    const hasLeft = error instanceof CutConnection || LEFT.has((error as NodeJS.ErrnoException).code);
    if (!hasLeft) throw error;
  }
}

/** The body of a request on its way in. */
interface Upload {
  readonly body: AsyncIterable<Buffer>;
  /** Whether the sender is sending: it may be waiting for a 100 that never comes. */
  readonly isComing: () => boolean;
}

/** AWS asks for the body only when the head is found good: so 100 is sent when the body is first read. */
function createUpload({ incoming, outgoing, expects }: Exchange): Upload {
  let isComing = expects === "nothing";
  const read = async function* (): AsyncGenerator<Buffer, void> {
    if (!isComing) outgoing.writeContinue();
    isComing = true;
    try {
      // A reader who stops early must not destroy the request: what still comes is to be taken and dropped.
      for await (const chunk of incoming.iterator({ destroyOnReturn: false })) yield chunk as Buffer;
    } catch (cause) {
      throw new CutConnection({ cause });
    }
  };
  return { body: read(), isComing: () => isComing };
}

/** What only the connection knows of it. */
export function connectionOf({ socket }: IncomingMessage): Connection {
  const { remoteAddress } = socket;
  return {
    secure: socket instanceof TLSSocket,
    ...(remoteAddress !== undefined && { sourceIp: remoteAddress.replace(/^::ffff:/, "") }),
  };
}

async function send(exchange: Exchange, answer: LocalAnswer, upload: Upload): Promise<void> {
  const { incoming, outgoing } = exchange;
  const { status, headers, body, interim = [], trailers } = answer;
  const isUnread = !incoming.complete;
  for (const status of interim) sendInterim(outgoing, status);
  outgoing.writeHead(status, {
    ...headers,
    ...lengthOf(exchange, status, body),
    ...(isUnread && { connection: "close" }),
  });
  if (isBodiless(exchange, status)) {
    outgoing.end();
    return;
  }
  if (trailers !== undefined) outgoing.addTrailers(trailers);
  if (isStream(body)) return await pipeline(Readable.from(body, { objectMode: false }), outgoing);
  if (body !== undefined) outgoing.write(body);
  if (isUnread && upload.isComing()) await linger(incoming);
  outgoing.end();
}

function sendInterim(outgoing: ServerResponse, status: 102 | 103): void {
  if (status === 102) outgoing.writeProcessing();
  else outgoing.writeEarlyHints({ link: "</elsewhere.css>; rel=preload; as=style" });
}

/** Whatever an answer says of its length, these have no body. */
function isBodiless({ incoming }: Exchange, status: number): boolean {
  return incoming.method === "HEAD" || status === 204 || status === 304;
}

function lengthOf(exchange: Exchange, status: number, body: LocalAnswer["body"]): Record<string, string> {
  if (isStream(body) || isBodiless(exchange, status)) return {};
  return { "content-length": String(body === undefined ? 0 : Buffer.byteLength(body)) };
}

function isStream(body: LocalAnswer["body"]): body is AsyncIterable<Buffer> {
  return typeof body === "object" && !Buffer.isBuffer(body);
}

/**
 * Takes what is still being sent for a while and drops it.
 *
 * A connection closed over unread bytes is reset, and a reset can overtake the answer.
 */
async function linger(incoming: IncomingMessage): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, LINGER_MS);
    const stop = (): void => {
      clearTimeout(timer);
      resolve();
    };
    incoming.once("end", stop).once("close", stop).resume();
  });
}
