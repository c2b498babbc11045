import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Clock } from "../domain/clock.ts";
import { Refusal } from "../domain/refusal.ts";
import { createMaybeSecure, type MaybeSecure, type ServerTls } from "../inbound/secure.ts";
import type { TunnelRecorder } from "../telemetry/tunnel-outcome.ts";
import { answerUnreadable } from "./answer-unreadable.ts";
import { type Connections, createConnections } from "./connections.ts";
import { handle } from "./handle.ts";
import { refuseLocked, stopAll } from "./locked.ts";
import type { Pipeline } from "./pipeline.ts";
import { giveUp } from "./respond.ts";
import { RESERVED } from "./pages/reserved.ts";
import { createSeats } from "./tunnels/seats.ts";
import { createTunnels, type Tunnels } from "./tunnels/tunnels.ts";
import { takeUpgrades } from "./tunnels/take-upgrades.ts";
import { UpgradeRequest } from "./tunnels/upgrade-request.ts";
import { type Registrar, Visit } from "./visit.ts";

/** What the data face needs. */
export interface ListenerOptions extends Registrar {
  readonly pipeline: () => Pipeline;
  readonly selfService: (visit: Visit) => void;
  /** Takes note of what goes on in tunnels. */
  readonly recorder: TunnelRecorder;
  readonly now: Clock;
  readonly limits: ListenerLimits;
  /** With it, TLS is spoken and nothing else. */
  readonly tls?: ServerTls | undefined;
}

/** What the data face takes. */
export interface ListenerLimits {
  /** Requests at once; one more is told to come back. */
  readonly maxInFlight: number;
  /** WebSocket connections at once; one more is told to come back. */
  readonly maxTunnels: number;
  /** The same of one caller. */
  readonly maxTunnelsPerCaller: number;
  /** Of a request's head, in bytes: tokens with many groups are long. What it begins with it keeps. */
  readonly maxHeaderBytes: number;
  /** For the whole head of a request. */
  readonly headersMs: number;
  /** Between two bytes either way, while a request is under way. */
  readonly idleMs: number;
  /** Between two requests on a connection. */
  readonly keepAliveMs: number;
}

/** The data face. */
export interface Listener {
  readonly server: Server;
  readonly inFlight: () => number;
  /** WebSocket connections that are open. */
  readonly tunnels: () => number;
  /** Decides anew what goes on in tunnels. Resolves when that is done for all that are open now. */
  readonly review: () => Promise<void>;
  /** Ends what is under way, tunnels too: Postern is locked. */
  readonly stop: () => void;
  /**
   * Goes by other limits from now on, but for that of the head, and shows other certificates. Connections end that an
   * authority let in which is gone.
   */
  readonly adopt: (limits: ListenerLimits, tls?: ServerTls) => void;
  /** Resolves when every request that is under way now is over. */
  readonly settled: () => Promise<void>;
  /** Takes no new connections, ends tunnels, lets what is under way end, and cuts what is left at the deadline. */
  readonly drain: (deadlineMs: number) => Promise<void>;
}

/** What a request asks for before it sends its body. */
type Expectation = "nothing" | "continue" | "unknown";

/**
 * Makes the data face on node:http, where the target arrives byte for byte. A request whose raw target begins with the
 * reserved prefix goes to Postern's own pages, in whatever form it comes; every other one goes through the pipeline.
 */
export function createListener(options: ListenerOptions): Listener {
  const { server, show } = serverWith(options);
  let { maxInFlight, maxTunnels, maxTunnelsPerCaller } = options.limits;
  const connections = createConnections(server);
  const tunnels = createTunnels();
  // Counting one by one is for the rare case that the quick count is too high.
  const isFull = (): boolean => connections.count() > maxInFlight && connections.active() > maxInFlight;
  const accept = (request: IncomingMessage, response: ServerResponse, expects: Expectation): void => {
    const visit = new Visit(request, response, options, expects !== "nothing");
    response.on("error", ignore);
    const before = connections.enter(visit);
    if (before === undefined) begin(visit, expects);
    else if (connections.on(request.socket).length > MAX_PIPELINED) turnAway(visit);
    else inTurn(visit, before, () => begin(visit, expects));
  };
  const begin = (visit: Visit, expects: Expectation): void => {
    const { request, response } = visit;
    // Node forgets what came behind an offer to upgrade in one piece with it, so nothing more is read.
    if (connections.isLast(request.socket) || visit.head.headers.has("upgrade"))
      response.shouldKeepAlive = false;
    const pipeline = options.pipeline();
    if (pipeline.isLocked()) refuseLocked(visit, pipeline);
    else if (isFull()) giveUp(visit, new Refusal("overloaded"));
    else serve(visit, expects, pipeline, options);
  };
  server.on("request", (request, response) => accept(request, response, "nothing"));
  server.on("checkContinue", (request, response) => accept(request, response, "continue"));
  server.on("checkExpectation", (request, response) => accept(request, response, "unknown"));
  takeUpgrades(server, connections, {
    ...options,
    tunnels,
    isFull: (underWay) => isFull() || tunnels.count() + underWay > maxTunnels,
    seatOf: createSeats(() => maxTunnelsPerCaller),
  });
  answerUnreadable(server, connections, options);
  return {
    server,
    inFlight: connections.count,
    tunnels: tunnels.count,
    review: tunnels.review,
    stop: () => stopAll(connections, tunnels),
    adopt: (limits, tls) => {
      ({ maxInFlight, maxTunnels, maxTunnelsPerCaller } = limits);
      hold(server, limits);
      if (!show(tls)) return;
      connections.retire();
      tunnels.endAll("drain");
    },
    settled: connections.settled,
    drain: (deadlineMs) => drainAll(connections, tunnels, deadlineMs),
  };
}

function serve(
  visit: Visit,
  expects: Expectation,
  pipeline: Pipeline,
  { selfService }: Pick<ListenerOptions, "selfService">,
): void {
  if (expects === "unknown") giveUp(visit, unknownExpectation());
  else if (visit.head.target.startsWith(RESERVED)) selfService(visit);
  else handle(pipeline, visit);
}

async function drainAll(connections: Connections, tunnels: Tunnels, deadlineMs: number): Promise<void> {
  await Promise.all([connections.drain(deadlineMs), tunnels.drain()]);
  // Those that opened within this time.
  await tunnels.drain();
}

function serverWith({ limits, tls }: ListenerOptions): MaybeSecure {
  const options = {
    IncomingMessage: UpgradeRequest,
    maxHeaderSize: limits.maxHeaderBytes,
    // How often Node looks for heads that are late; every half minute if it is not told. It stays when the limit changes.
    connectionsCheckingInterval: Math.min(1000, Math.ceil(limits.headersMs / 4)),
    // A limit on a whole request would end an upload that is making progress; the idle limit does not.
    requestTimeout: 0,
    // The door refuses a request without one, and says why.
    requireHostHeader: false,
    insecureHTTPParser: false,
  };
  const made = createMaybeSecure(options, tls, limits.headersMs);
  hold(made.server, limits);
  // Past its own limit Node leaves lines out without a word, a second token or a precondition among them.
  made.server.maxHeadersCount = 0;
  return made;
}

function hold(server: Server, { headersMs, keepAliveMs, idleMs }: ListenerLimits): void {
  server.headersTimeout = headersMs;
  server.keepAliveTimeout = keepAliveMs;
  server.timeout = idleMs;
}

function unknownExpectation(): Refusal {
  return new Refusal("header-not-allowed", { detail: "an expectation other than 100-continue" });
}

/** Requests that a connection may bring before the first of them is answered. No client is known to send many. */
const MAX_PIPELINED = 64;

/** Ends the connection: an answer of its own would have to wait for those of all before it. */
function turnAway(visit: Visit): void {
  visit.end({});
  visit.request.socket.destroy();
}

/**
 * Begins with a request that was sent before the last was answered once that is over. Where its answer ends the
 * connection, what came behind it is not to be done (RFC 9112 section 9.6).
 */
function inTurn(visit: Visit, before: Visit, begin: () => void): void {
  const { socket } = visit.request;
  before.response.once("close", () => {
    if (socket.destroyed || socket.writableEnded) visit.end({});
    else begin();
  });
}

/** What goes wrong with a response shows as its `close`; nobody has to be told twice. */
function ignore(): void {}
