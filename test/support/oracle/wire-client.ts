import { connect, type Socket } from "node:net";
import type { Wire } from "./shot.ts";

/** Sends raw requests, many at a time. */
export interface WireClient {
  /** Resolves when the request was answered, or its connection is over. */
  readonly send: (wire: Wire, isHead: boolean) => Promise<void>;
  readonly close: () => void;
}

/** Until a request without a plain end is given up: its server may be waiting for more of it. */
const PATIENCE_MS = 120;

/** Makes a client that keeps the connections of plain requests, and gives every other one a connection of its own. */
export function createWireClient(port: number): WireClient {
  const idle: Socket[] = [];
  return {
    send: async (wire, isHead) => {
      if (!wire.isPlain) return await sendAlone(port, wire.bytes);
      const kept = idle.pop();
      const socket = kept !== undefined && !kept.destroyed ? kept : await open(port);
      if (await sendPlain(socket, wire.bytes, isHead)) idle.push(socket);
      else socket.destroy();
    },
    close: () => {
      for (const socket of idle) socket.destroy();
    },
  };
}

function open(port: number): Promise<Socket> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true, allowHalfOpen: true });
  socket.on("error", () => socket.destroy());
  return new Promise((resolve) => {
    socket.once("connect", () => resolve(socket)).once("close", () => resolve(socket));
  });
}

/** Whether the connection is good for another request. */
function sendPlain(socket: Socket, bytes: Buffer, isHead: boolean): Promise<boolean> {
  return new Promise((resolve) => {
    let received: Buffer = Buffer.alloc(0);
    const finish = (isGood: boolean): void => {
      socket.off("data", take).off("close", cut).off("end", cut);
      resolve(isGood);
    };
    const cut = (): void => finish(false);
    const take = (chunk: Buffer): void => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      const end = answerEnd(received, isHead);
      if (end === undefined) return;
      finish(end === received.length && !/^connection: close/im.test(received.toString("latin1", 0, 4096)));
    };
    socket.on("data", take).on("close", cut).on("end", cut);
    if (socket.destroyed) cut();
    else socket.write(bytes);
  });
}

/** Waits for what may come, says that no more follows, and waits for the end. */
async function sendAlone(port: number, bytes: Buffer): Promise<void> {
  const socket = await open(port);
  await new Promise<void>((resolve) => {
    const leave = (): void => void socket.end();
    const timers = [setTimeout(leave, PATIENCE_MS), setTimeout(() => socket.destroy(), 10 * PATIENCE_MS)];
    socket.once("data", () => setTimeout(leave, 5)).once("end", leave);
    socket.once("close", () => {
      timers.forEach(clearTimeout);
      resolve();
    });
    socket.resume();
    if (socket.destroyed) resolve();
    else socket.write(bytes);
  });
}

/** Where the final answer ends; undefined where it has not. */
function answerEnd(bytes: Buffer, isHead: boolean): number | undefined {
  const end = bytes.indexOf("\r\n\r\n");
  if (end === -1) return undefined;
  const head = bytes.toString("latin1", 0, end);
  const start = end + 4;
  const status = Number(head.slice(9, 12));
  if (status < 200) {
    const after = answerEnd(bytes.subarray(start), isHead);
    return after === undefined ? undefined : start + after;
  }
  if (isHead || status === 204 || status === 304) return start;
  if (/^transfer-encoding: chunked/im.test(head)) {
    const last = bytes.indexOf("0\r\n\r\n", start);
    return last === -1 ? undefined : last + 5;
  }
  const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);
  return bytes.length < start + length ? undefined : start + length;
}
