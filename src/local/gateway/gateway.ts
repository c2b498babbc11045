import { addresseeOf } from "../guard/addressee.ts";
import type { GatewayAdmitted } from "../guard/admit-api.ts";
import { parseGateway, readGatewayTarget } from "../guard/gateway-request.ts";
import type { GatewayTarget } from "../guard/gateway-request.ts";
import { readHead, singleHeader } from "../guard/request-head.ts";
import type { RequestHead } from "../guard/request-head.ts";
import type { LocalAnswer, LocalRequest } from "../request.ts";
import type { WebSocketOffer } from "../web-socket-offer.ts";
import type { World } from "../world.ts";
import { authorizeToken } from "./authorizer.ts";
import type { AuthorizerOptions } from "./authorizer.ts";
import { backEnd } from "./back-end.ts";
import { createConnections } from "./connections.ts";
import type { Connection } from "./connections.ts";
import { identityOf, seenBy } from "./seen-request.ts";
import { createWebSockets } from "./web-sockets.ts";
import type { WebSocketLimits } from "./web-sockets.ts";

/** A call that a token allowed, ready for its body; or a handshake, ready to be accepted. */
export interface TokenCall {
  readonly operation: string;
  readonly run: (body: Buffer) => Promise<LocalAnswer>;
  readonly open: (offer: WebSocketOffer) => void;
}

/** The stand-in's API Gateway. */
export interface Gateway {
  /**
   * What a request to an API with a Cognito authorizer asks for; undefined where IAM is asked instead.
   *
   * @throws LocalError `ForbiddenException` 403 for what is not there, `UnauthorizedException` 401.
   */
  readonly byToken: (request: Omit<LocalRequest, "body">) => Promise<TokenCall | undefined>;
  /** Does what IAM allowed. */
  readonly handle: (admitted: GatewayAdmitted) => Promise<LocalAnswer>;
  /** Accepts a handshake that IAM allowed. */
  readonly open: (offer: WebSocketOffer, admitted: GatewayAdmitted) => void;
  /** Open connections of WebSocket APIs, oldest first. */
  readonly connections: () => readonly Connection[];
}

/** What a gateway stands on. */
export interface GatewayOptions extends AuthorizerOptions {
  /** Those of API Gateway by default. */
  readonly webSocketLimits?: Partial<WebSocketLimits>;
}

/** Makes the gateway of a world's APIs; all of them have one back end, which repeats what it is told. */
export function createGateway(world: World, options: GatewayOptions): Gateway {
  const { now, webSocketLimits: limits = {} } = options;
  const connections = createConnections(world.apis ?? [], now);
  const openWebSocket = createWebSockets({ connections, now, limits });
  return {
    byToken: async (request) => {
      const head = readHead(request);
      const target = targetOf(head, world);
      if (target?.api.authorizer !== "cognito") return undefined;
      const { operation } = parseGateway(request, target, world);
      const claims = await authorizeToken(target.api, singleHeader(head, "authorization"), options);
      const told = { target, seen: seenBy(head, "not-signed"), identity: { claims } };
      return {
        operation,
        run: (body) => backEnd({ head, body, ...told }),
        open: (offer) => openWebSocket(offer, told),
      };
    },
    handle: async ({ call, head, body, session }) => {
      if (call.connectionId !== undefined) return connections.handle(call, body);
      const seen = seenBy(head, "signed");
      return await backEnd({ head, body, target: call, seen, identity: identityOf(session) });
    },
    open: (offer, { call, head, session }) => {
      openWebSocket(offer, { target: call, seen: seenBy(head, "signed"), identity: identityOf(session) });
    },
    connections: connections.all,
  };
}

/** What a request to a host of the gateway is for; undefined for any other host. */
function targetOf(head: RequestHead, world: World): GatewayTarget | undefined {
  const addressee = addresseeOf((name) => singleHeader(head, name), world);
  return addressee === undefined ? undefined : readGatewayTarget(head.path, addressee, world);
}
