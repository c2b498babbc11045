import { ServerResponse } from "node:http";
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { suffer } from "./faults.ts";
import { readHead } from "./guard/request-head.ts";
import { principalOf } from "./iot/permits.ts";
import { connectionOf, serveExchange } from "./listener.ts";
import { LocalError } from "./request.ts";
import type { LocalAnswer, LocalRequest } from "./request.ts";
import { meetTroubles, orRefused, settle } from "./route.ts";
import type { Services } from "./route.ts";
import { headersOf, serviceOf } from "./service-of.ts";
import type { WebSocketOffer } from "./web-socket-offer.ts";

/** Serves Node's `upgrade`. */
export type ServeUpgrade = (incoming: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** A handshake that is authentic and allowed. */
interface Handshake {
  readonly operation: string;
  /** Accepts it. */
  readonly open: (offer: WebSocketOffer) => void;
}

/** What is to be answered, and who accepts the handshake if that is 101. */
interface Outcome {
  readonly answer: LocalAnswer;
  readonly open: Handshake["open"] | undefined;
}

const SWITCHING: LocalAnswer = { status: 101, headers: {} };

/** Makes what accepts connections to WebSocket APIs and to the message broker of AWS IoT, and refuses all others. */
export function createUpgrades(services: Services): ServeUpgrade {
  return (incoming, socket, head) => {
    // Whoever leaves before the answer is nobody's fault.
    socket.on("error", () => socket.destroy());
    const offer = { incoming, socket, head, connection: connectionOf(incoming) };
    serveUpgrade(services, offer).catch(services.report);
  };
}

async function serveUpgrade(services: Services, offer: WebSocketOffer): Promise<void> {
  const { incoming, socket } = offer;
  const outcome = decide(services, offer);
  const open = await outcome.then((decided) => decided.open).catch(() => undefined);
  if (open !== undefined) return open(offer);
  const outgoing = new ServerResponse(incoming);
  outgoing.shouldKeepAlive = false;
  outgoing.assignSocket(socket as Socket);
  outgoing.once("finish", () => socket.end());
  await serveExchange({ incoming, outgoing, expects: "nothing" }, async () => (await outcome).answer);
}

async function decide(services: Services, offer: WebSocketOffer): Promise<Outcome> {
  const { method = "", url: target = "", rawHeaders } = offer.incoming;
  const request: LocalRequest = { method, target, rawHeaders, body: nothing(), upgrade: "websocket" };
  const service = wantedService(services, request);
  let open: Handshake["open"] | undefined;
  const answer = await settle(services, { service, request }, async () => {
    const recognised = recognise(services, request, { service, offer });
    const handshake = await orRefused(services, service, recognised);
    const disturbance = await meetTroubles(services, { service, operation: handshake.operation });
    if (disturbance !== undefined) {
      return await suffer(service, disturbance, () => Promise.resolve(SWITCHING), request);
    }
    open = handshake.open;
    return SWITCHING;
  });
  return { answer, open };
}

/** The broker has one path, at whatever host is no API's. */
function wantedService({ world }: Services, request: LocalRequest): string {
  const service = serviceOf(request, world);
  const isBrokers = /^\/mqtt(?:\?|$)/.test(request.target);
  return isBrokers && service !== "execute-api" ? "iotdevicegateway" : service;
}

async function recognise(
  services: Services,
  request: LocalRequest,
  { service, offer }: { readonly service: string; readonly offer: WebSocketOffer },
): Promise<Handshake> {
  const { gateway, guard, iot } = services;
  const isWebSocket = headersOf(request.rawHeaders)("upgrade")?.toLowerCase() === "websocket";
  if (isWebSocket && service === "iotdevicegateway") {
    const session = iot.verifyHandshake(readHead(request));
    const open = iot.opener(offer.incoming, principalOf(session, offer.connection));
    return { operation: "OpenConnection", open };
  }
  if (isWebSocket && service === "execute-api") {
    const byToken = await gateway.byToken(request);
    if (byToken !== undefined) return byToken;
    const admitted = await guard(request, offer.connection);
    if (admitted.service === "execute-api") {
      return { operation: admitted.call.operation, open: () => gateway.open(offer, admitted) };
    }
  }
  throw new LocalError("InvalidRequestException", "This upgrade is not supported.", 400);
}

async function* nothing(): AsyncGenerator<Buffer, void> {}
