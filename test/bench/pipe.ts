/**
 * The yardstick: the least that a correct reverse proxy on Node does. Bytes in, bytes out, raw header arrays both
 * ways, no look at what passes but for the headers that belong to one connection.
 */
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import { Pool } from "undici";
import type { Dispatcher } from "undici";

import { announce } from "./subject.ts";

const ONE_CONNECTION_ONLY = new Set([
  "connection",
  "keep-alive",
  "transfer-encoding",
  "upgrade",
  "expect",
  "te",
]);

/** Hands one upstream answer to one client; a class, so that no request makes closures of its own. */
class Answer implements Dispatcher.DispatchHandler {
  readonly #response: ServerResponse;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  onConnect(abort: () => void): void {
    this.#response.once("close", abort);
  }

  onHeaders(status: number, rawHeaders: Buffer[], resume: () => void): boolean {
    if (status < 200) return true;
    this.#response.on("drain", resume);
    this.#response.writeHead(status, crossing(rawHeaders.map(String)));
    return true;
  }

  onData(chunk: Buffer): boolean {
    return this.#response.write(chunk);
  }

  onComplete(): void {
    this.#response.end();
  }

  onError(): void {
    this.#response.destroy();
  }
}

function crossing(rawHeaders: readonly string[]): string[] {
  const kept: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? "";
    if (!ONE_CONNECTION_ONLY.has(name.toLowerCase())) kept.push(name, rawHeaders[at + 1] ?? "");
  }
  return kept;
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers["content-length"] !== undefined || headers["transfer-encoding"] !== undefined;
}

const pool = new Pool(process.argv[2] ?? "", { connections: 64, pipelining: 1 });

const server = createServer((request, response) => {
  const { method = "GET", url = "/" } = request;
  const body = hasBody(request) ? request : null;
  pool.dispatch({ method, path: url, headers: crossing(request.rawHeaders), body }, new Answer(response));
});
server.listen(0, "127.0.0.1", () => {
  // As long as a token of the other rows, so that both sides read and write requests of one size.
  const headers = { authorization: `Bearer ${"x".repeat(1200)}` };
  announce({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/reports/q3.txt`, headers });
});
