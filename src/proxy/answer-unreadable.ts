import type { Server } from "node:http";
import type { Socket } from "node:net";
import { Refusal } from "../domain/refusal.ts";
import { answerRaw, parserRefusal } from "./answer-raw.ts";
import type { Connections } from "./connections.ts";
import { giveUp } from "./respond.ts";
import type { Registrar, Visit } from "./visit.ts";

/** Has a server answer requests for which Node makes no response object: those that it cannot read, and CONNECT. */
export function answerUnreadable(server: Server, connections: Connections, { record }: Registrar): void {
  server.on("connect", ({ method }, socket) => {
    // Behind a request that is not answered yet these words would be taken for its answer.
    if (connections.on(socket as Socket).length > 0) socket.destroy();
    else record(answerRaw(socket, { code: "method-not-allowed" }, method));
  });
  server.on("clientError", (error, socket) => {
    // Every further piece of what cannot be read is an error again.
    if (socket.writableEnded) return;
    const [visit, next] = connections.on(socket as Socket);
    const code = "code" in error ? error.code : undefined;
    // What is no handshake cannot be answered in words: they would have to be encrypted. Node 20 itself crashes when it is
    // asked what such a connection has agreed on.
    if (!connections.knows(socket as Socket)) socket.destroy();
    else if (visit !== undefined && next === undefined && !visit.request.complete) breakOff(visit, code);
    else if (visit !== undefined || !socket.writable || code === "ECONNRESET") socket.destroy();
    else record(answerRaw(socket, parserRefusal(code)));
  });
}

/** Ends a visit whose body cannot be read on: nothing that follows on its connection can be understood. */
function breakOff(visit: Visit, code: unknown): void {
  const { response, request } = visit;
  // What was answered before the body was read is whole; whatever else has begun must not look so.
  if (visit.hasEnded) request.socket.destroySoon();
  else if (response.headersSent || code === ENDED_WITHIN) request.socket.destroy();
  else {
    giveUp(visit, new Refusal("body-malformed", { detail: String(code) }));
    response.end();
  }
}

/** The client has closed its side before its body was whole: it has left. */
const ENDED_WITHIN = "HPE_INVALID_EOF_STATE";
