import type { Server, ServerOptions } from "node:http";
import { Refusal } from "../../domain/refusal.ts";
import { createMaybeSecure, type MaybeSecure, type ServerTls } from "../../inbound/secure.ts";
import { answerRaw, parserRefusal } from "../answer-raw.ts";
import { type Connections, createConnections } from "../connections.ts";
import type { ListenerLimits } from "../listener.ts";
import type { Pipeline } from "../pipeline.ts";
import { toRefusal } from "../respond.ts";
import { type Registrar, Visit } from "../visit.ts";
import { answerRefused, answerSigned } from "./answer.ts";
import { authorize } from "./authorize.ts";
import type { AuthorizeRules } from "./rules.ts";

/** What {@link createAuthorizeListener} needs. */
export interface AuthorizeOptions extends Registrar {
  readonly pipeline: () => Pipeline;
  /** Undefined where the configuration has none any more: then nobody is answered. */
  readonly rules: () => AuthorizeRules | undefined;
  readonly limits: ListenerLimits;
  readonly tls: ServerTls | undefined;
}

/** The face on which an outer proxy asks. */
export interface AuthorizeListener extends Pick<Connections, "settled" | "drain"> {
  readonly server: Server;
  /** Refuses what is under way: Postern is locked. */
  readonly stop: () => void;
  /** Goes by other limits from now on, but for that of the head, and shows other certificates. */
  readonly adopt: (limits: ListenerLimits, tls: ServerTls | undefined) => void;
}

/** Makes the face of `/.postern/authorize`. What comes there is asked by one peer that is known, and nothing is read but heads. */
export function createAuthorizeListener(options: AuthorizeOptions): AuthorizeListener {
  const { server, show } = serverWith(options);
  const connections = createConnections(server);
  let { maxInFlight } = options.limits;
  server.on("request", (request, response) => {
    const visit = new Visit(request, response, options, false);
    response.on("error", ignore).once("close", () => visit.end({}));
    // No proxy asks again on a connection before it was answered; who does gets no second answer.
    if (connections.enter(visit) !== undefined) request.socket.destroy();
    else if (options.pipeline().isLocked()) refuse(visit, new Refusal("locked"));
    else if (connections.count() > maxInFlight) refuse(visit, new Refusal("overloaded"));
    else void answer(visit, options);
  });
  server.on("clientError", (error, socket) => {
    const code = "code" in error ? error.code : undefined;
    if (!socket.writable || code === "ECONNRESET") socket.destroy();
    else options.record(answerRaw(socket, parserRefusal(code)));
  });
  return {
    server,
    settled: connections.settled,
    drain: connections.drain,
    stop: () => {
      for (const visit of connections.begun()) refuse(visit, new Refusal("locked"));
    },
    adopt: (limits, tls) => {
      ({ maxInFlight } = limits);
      hold(server, limits);
      if (show(tls)) connections.retire();
    },
  };
}

async function answer(visit: Visit, { pipeline, rules }: AuthorizeOptions): Promise<void> {
  try {
    const agreed = rules();
    if (agreed === undefined)
      throw new Refusal("upstream-unknown", { detail: "no outer proxy is configured" });
    const lines = await authorize(pipeline(), visit, agreed);
    if (lines !== undefined && !visit.hasEnded) answerSigned(visit, lines);
  } catch (error) {
    refuse(visit, toRefusal(error));
  }
}

function refuse(visit: Visit, refusal: Refusal): void {
  if (visit.hasEnded || visit.response.destroyed) return;
  answerRefused(visit, refusal);
  visit.end({ refusal });
}

function serverWith({ limits, tls }: AuthorizeOptions): MaybeSecure {
  const options: ServerOptions = {
    maxHeaderSize: limits.maxHeaderBytes,
    connectionsCheckingInterval: Math.min(1000, Math.ceil(limits.headersMs / 4)),
    // Nobody has a body to send here.
    requestTimeout: limits.headersMs,
    requireHostHeader: false,
    insecureHTTPParser: false,
  };
  const made = createMaybeSecure(options, tls, limits.headersMs);
  hold(made.server, limits);
  // Past its own limit Node leaves lines out without a word, a second URI among them.
  made.server.maxHeadersCount = 0;
  return made;
}

function hold(server: Server, { headersMs, keepAliveMs, idleMs }: ListenerLimits): void {
  server.headersTimeout = headersMs;
  server.keepAliveTimeout = keepAliveMs;
  server.timeout = idleMs;
}

/** What goes wrong with a response shows as its `close`. */
function ignore(): void {}
