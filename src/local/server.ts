import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { acceptTls } from "./accept-tls.ts";
import type { ThrowAwayCertificate } from "./certificate.ts";
import { suffer } from "./faults.ts";
import { serveExchange } from "./listener.ts";
import type { Exchange } from "./listener.ts";
import { pageAnswer } from "./page-answer.ts";
import { createRoute, meetTroubles, settle } from "./route.ts";
import type { Services } from "./route.ts";
import { isSigned, serviceOf } from "./service-of.ts";
import { createUpgrades } from "./upgrades.ts";

type Pages = (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void>;

/** The listener of the stand-in. */
export interface LocalServer {
  /** Not yet listening. */
  readonly server: Server;
  /** Stops listening and ends what is still open. */
  readonly close: () => Promise<void>;
}

/** Makes the one listener for the user pool's pages and every API, by HTTP and HTTPS. */
export function createLocalServer(services: Services, certificate: ThrowAwayCertificate): LocalServer {
  const route = createRoute(services);
  const pages: Pages = getRequestListener(services.identity.app.fetch, { overrideGlobalObjects: false });
  const serve = (exchange: Exchange): void => {
    const isPage = isPageRequest(services, exchange.incoming);
    const served = isPage ? servePage(services, exchange, pages) : serveExchange(exchange, route);
    served.catch(services.report);
  };
  // Tokens travel in headers, and an upload that makes progress may take as long as it likes.
  const server = createServer({ maxHeaderSize: 64 * 1024, requestTimeout: 0, keepAliveTimeout: 75_000 });
  server.on("request", (incoming, outgoing) => serve({ incoming, outgoing, expects: "nothing" }));
  server.on("checkContinue", (incoming, outgoing) => serve({ incoming, outgoing, expects: "continue" }));
  server.on("upgrade", createUpgrades(services));
  acceptTls(server, certificate);
  return { server, close: createClose(server) };
}

/** Node ends only connections that have sent something. */
function createClose(server: Server): () => Promise<void> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  return async () => {
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  };
}

/** A signed request is never for the user pool's pages: a bucket may be called `login`, and so may a path of an API. */
function isPageRequest(
  { identity, world }: Services,
  { url: target = "", rawHeaders }: IncomingMessage,
): boolean {
  const head = { target, rawHeaders };
  return identity.serves(pathOf(target)) && !isSigned(head) && serviceOf(head, world) !== "execute-api";
}

/** The pages answer for themselves; only faults come between. */
async function servePage(services: Services, exchange: Exchange, pages: Pages): Promise<void> {
  const { incoming, outgoing, expects } = exchange;
  const service = "user-pool";
  const operation =
    pathOf(incoming.url ?? "")
      .split("/")
      .at(-1) ?? "";
  const disturbance = await meetTroubles(services, { service, operation });
  if (disturbance !== undefined) {
    return await serveExchange(exchange, (request) =>
      settle(services, { service, request }, () =>
        suffer(service, disturbance, () => pageAnswer(services.identity.app, request)),
      ),
    );
  }
  if (expects === "continue") outgoing.writeContinue();
  await pages(incoming, outgoing);
}

function pathOf(target: string): string {
  return target.replace(/\?.*/s, "");
}
