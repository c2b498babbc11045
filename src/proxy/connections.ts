import type { Server, ServerResponse } from "node:http";
import { Server as SecureServer } from "node:https";
import type { Socket } from "node:net";
import type { Visit } from "./visit.ts";

/** What is under way, by the connection that it came on. */
export interface Connections {
  /** Notes a visit until its response closes. Gives the one before it on its connection that is not over. */
  readonly enter: (visit: Visit) => Visit | undefined;
  /** Takes a connection out that speaks another protocol from now on, with the visit that it began with. */
  readonly release: (visit: Visit) => void;
  /** Whether requests can come on a connection: it is open and, where TLS is spoken, its handshake is over. */
  readonly knows: (socket: Socket) => boolean;
  /** Visits whose connection is not done with them. */
  readonly count: () => number;
  /** Those among them that have not ended: one that was refused only waits for the rest of its body, and costs little. */
  readonly active: () => number;
  /** Those of one connection in the order in which they came: a client may send a request before the last is answered. */
  readonly on: (socket: Socket) => readonly Visit[];
  /** Ends the connections that are open now, each when what is under way on it is over. */
  readonly retire: () => void;
  /** Whether what is under way on a connection is its last. */
  readonly isLast: (socket: Socket) => boolean;
  /** Of each connection the visit whose turn it is; those behind it have not begun. */
  readonly begun: () => readonly Visit[];
  /** Resolves when all visits that are under way now are over, however long they take. */
  readonly settled: () => Promise<void>;
  /** Takes no new connections, lets what is under way end, and cuts what is left at the deadline. */
  readonly drain: (deadlineMs: number) => Promise<void>;
}

/**
 * Keeps track of a server's connections and of the visits on them.
 *
 * Node does it only in part: when a connection closes it tells the one response whose turn it was, and those that wait
 * behind it would count as in flight for ever. When a server closes it leaves connections open that have not sent a byte
 * yet, and those that were busy then.
 */
export function createConnections(server: Server): Connections {
  const open = new Map<Socket, Map<ServerResponse, Visit>>();
  const closed = closerOf(server, open);
  const visitsOn = (socket: Socket): Map<ServerResponse, Visit> => open.get(socket) ?? note(open, socket);
  const waits = createWaits();
  const retired = new WeakSet<Socket>();
  const isLast = (socket: Socket): boolean => !server.listening || retired.has(socket);
  let count = 0;

  const strike = (response: ServerResponse): Map<ServerResponse, Visit> | undefined => {
    const visits = open.get(response.req.socket);
    visits?.delete(response);
    waits.over(response);
    count--;
    return visits;
  };

  /** Shared by all responses, so that a request makes no closure of its own. */
  function leave(this: ServerResponse): void {
    const visits = strike(this);
    const { socket } = this.req;
    if (visits?.size === 0 && isLast(socket)) socket.destroySoon();
  }

  const isBusy = (): boolean => open.size > 0 || count > 0;

  server.on(connectionEventOf(server), (socket: Socket) => {
    visitsOn(socket);
    // One whose handshake began before the end.
    if (!server.listening) socket.destroySoon();
  });
  return {
    enter: (visit) => {
      count++;
      const visits = visitsOn(visit.request.socket);
      const before = visits.size === 0 ? undefined : [...visits.values()].at(-1);
      visits.set(visit.response, visit);
      visit.response.once("close", leave);
      return before;
    },
    release: ({ request, response }) => {
      response.off("close", leave);
      strike(response);
      open.delete(request.socket);
    },
    knows: (socket) => open.has(socket),
    count: () => count,
    active: () => activeIn(open),
    retire: () => retireAll(open, retired),
    isLast,
    settled: () => waits.for([...open.values()].flatMap((visits) => [...visits.keys()])),
    begun: () => [...open.values()].flatMap((visits) => [...visits.values()].slice(0, 1)),
    on: (socket) => [...(open.get(socket)?.values() ?? [])],
    drain: (deadlineMs) => closed(deadlineMs).then(() => emptied(isBusy)),
  };
}

/** A server has closed before its connections have told so. */
async function emptied(isBusy: () => boolean): Promise<void> {
  while (isBusy()) await new Promise((resolve) => setImmediate(resolve));
}

function retireAll(open: Open, retired: WeakSet<Socket>): void {
  for (const [socket, visits] of open) {
    retired.add(socket);
    if (visits.size === 0) socket.destroySoon();
    for (const response of visits.keys()) if (!response.headersSent) response.shouldKeepAlive = false;
  }
}

/** Notes a connection until it closes. */
function note(open: Map<Socket, Map<ServerResponse, Visit>>, socket: Socket): Map<ServerResponse, Visit> {
  const visits = new Map<ServerResponse, Visit>();
  open.set(socket, visits);
  socket.once("close", () => {
    open.delete(socket);
    // Node's own listener, which closes the response whose turn it is, comes after this one.
    setImmediate(abandon, visits);
  });
  return visits;
}

/** What is under way on each connection, by response. */
type Open = ReadonlyMap<Socket, ReadonlyMap<ServerResponse, Visit>>;

function activeIn(open: Open): number {
  let active = 0;
  for (const visits of open.values()) for (const visit of visits.values()) if (!visit.hasEnded) active++;
  return active;
}

/** Makes what closes a server and its idle connections, and at a deadline all that are left. */
function closerOf(server: Server, open: Open): (deadlineMs: number) => Promise<void> {
  const shaking = handshakesOf(server);
  const cut = (): void => {
    server.closeAllConnections();
    // The server does not know those any more that were to be upgraded.
    for (const socket of [...shaking, ...open.keys()]) socket.destroy();
  };
  return async (deadlineMs) => {
    const timer = setTimeout(cut, deadlineMs);
    await new Promise((resolve) => {
      server.close(resolve);
      for (const [socket, visits] of open) if (visits.size === 0) socket.destroySoon();
    });
    clearTimeout(timer);
  };
}

/** The connections under those by TLS, which the server does not know until their handshake is over. */
function handshakesOf(server: Server): ReadonlySet<Socket> {
  const sockets = new Set<Socket>();
  if (!(server instanceof SecureServer)) return sockets;
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  return sockets;
}

/** Of a connection by TLS its requests know only what is inside it, and that begins with the handshake's end. */
function connectionEventOf(server: Server): string {
  return server instanceof SecureServer ? "secureConnection" : "connection";
}

/** Those who wait for others to be over. */
interface Waits {
  readonly for: (responses: readonly ServerResponse[]) => Promise<void>;
  readonly over: (response: ServerResponse) => void;
}

/** Asked at each close, since a response that lasts would gather a listener for each who waits. */
function createWaits(): Waits {
  const waiting = new Map<Set<ServerResponse>, () => void>();
  return {
    for: (responses) =>
      new Promise((resolve) => {
        if (responses.length === 0) resolve();
        else waiting.set(new Set(responses), resolve);
      }),
    over: (response) => {
      for (const [left, resolve] of waiting) {
        if (!left.delete(response) || left.size > 0) continue;
        waiting.delete(left);
        resolve();
      }
    },
  };
}

function abandon(visits: ReadonlyMap<ServerResponse, Visit>): void {
  for (const response of visits.keys()) {
    response.destroy();
    response.emit("close");
  }
}
