import type { ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { Visit } from "./visit.ts";

/** The visits that are not over, by the connection that they came on. */
export interface Connections {
  /** Notes a visit until its response closes. */
  readonly enter: (visit: Visit) => void;
  readonly count: () => number;
  /** Those of one connection in the order in which they came: a client may send a request before the last is answered. */
  readonly on: (socket: Duplex) => readonly Visit[];
}

/**
 * Keeps track of the visits.
 *
 * When a connection closes Node tells the one response whose turn it was; those that wait behind it would never hear of
 * it, and count as in flight for ever.
 *
 * @param mayStay whether a connection is kept once nothing is under way on it
 */
export function createConnections(mayStay: () => boolean): Connections {
  const byConnection = new WeakMap<Duplex, Map<ServerResponse, Visit>>();
  let count = 0;

  const visitsOf = (socket: Duplex): Map<ServerResponse, Visit> => {
    const known = byConnection.get(socket);
    if (known !== undefined) return known;
    const visits = new Map<ServerResponse, Visit>();
    byConnection.set(socket, visits);
    // Node's own listener, which closes the response whose turn it is, comes after this one.
    socket.once("close", () => setImmediate(abandon, visits));
    return visits;
  };

  /** Shared by all responses, so that a request makes no closure of its own. */
  function leave(this: ServerResponse): void {
    const { socket } = this.req;
    const visits = visitsOf(socket);
    visits.delete(this);
    count--;
    if (visits.size === 0 && !mayStay()) socket.destroySoon();
  }

  return {
    enter: (visit) => {
      count++;
      visitsOf(visit.request.socket).set(visit.response, visit);
      visit.response.once("close", leave);
    },
    count: () => count,
    on: (socket) => [...visitsOf(socket).values()],
  };
}

function abandon(visits: ReadonlyMap<ServerResponse, Visit>): void {
  for (const response of visits.keys()) {
    response.destroy();
    response.emit("close");
  }
}
