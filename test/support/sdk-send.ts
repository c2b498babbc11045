import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { request as requestTls } from "node:https";
import type { ClientStack } from "./client-stack.ts";

/** A request as some client would have it on the wire. */
export interface SdkRequest {
  readonly method: string;
  readonly target: string;
  /** Name, value, name, value … as they are sent. */
  readonly headers: readonly string[];
  /** The body in the pieces in which it is written: each is a chunk of its own where HTTP's chunks carry it. */
  readonly pieces: readonly Buffer[];
}

/** What came of it. */
export interface SdkAnswer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

/** Sends these lines and pieces, and no others; waits with the body where the request says that it will. */
export async function sendAs(
  { scheme, ports, agent }: Pick<ClientStack, "scheme" | "ports" | "agent">,
  { method, target, headers, pieces }: SdkRequest,
): Promise<SdkAnswer> {
  const place = { host: "127.0.0.1", port: ports.listen, path: target, method, headers };
  const sent = scheme === "http" ? request({ ...place, agent }) : requestTls({ ...place, agent });
  const answered = once(sent, "response") as Promise<[IncomingMessage]>;
  if (headers.some((line) => line.toLowerCase() === "100-continue")) {
    sent.flushHeaders();
    await Promise.race([once(sent, "continue"), answered]);
  }
  for (const piece of pieces) sent.write(piece);
  sent.end();
  const [answer] = await answered;
  const body: Buffer[] = [];
  for await (const bytes of answer) body.push(bytes as Buffer);
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(body) };
}
