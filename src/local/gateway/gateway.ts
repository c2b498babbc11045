import { addresseeOf } from "../guard/addressee.ts";
import type { GatewayAdmitted } from "../guard/admit-api.ts";
import { parseGateway, readGatewayTarget } from "../guard/gateway-request.ts";
import type { GatewayTarget } from "../guard/gateway-request.ts";
import { readHead, singleHeader } from "../guard/request-head.ts";
import type { RequestHead } from "../guard/request-head.ts";
import type { LocalAnswer, LocalRequest } from "../request.ts";
import type { World } from "../world.ts";
import { authorizeToken } from "./authorizer.ts";
import type { AuthorizerOptions } from "./authorizer.ts";
import { backEnd } from "./back-end.ts";
import { createConnections } from "./connections.ts";
import { identityOf, seenBy } from "./seen-request.ts";

/** A call that a token allowed, ready for its body. */
export interface TokenCall {
  readonly operation: string;
  readonly run: (body: Buffer) => Promise<LocalAnswer>;
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
}

/** Makes the gateway of a world's APIs; all of them have one back end, which repeats what it is told. */
export function createGateway(world: World, options: AuthorizerOptions): Gateway {
  const connections = createConnections(world.apis ?? [], options.now);
  return {
    byToken: async (request) => {
      const head = readHead(request);
      const target = targetOf(head, world);
      if (target?.api.authorizer !== "cognito") return undefined;
      const { operation } = parseGateway(head, target, world);
      const claims = await authorizeToken(target.api, singleHeader(head, "authorization"), options);
      const seen = seenBy(head, "not-signed");
      return { operation, run: (body) => backEnd({ head, body, target, seen, identity: { claims } }) };
    },
    handle: async ({ call, head, body, session }) => {
      if (call.connectionId !== undefined) return connections.handle(call);
      const seen = seenBy(head, "signed");
      return await backEnd({ head, body, target: call, seen, identity: identityOf(session) });
    },
  };
}

/** What a request to a host of the gateway is for; undefined for any other host. */
function targetOf(head: RequestHead, world: World): GatewayTarget | undefined {
  const addressee = addresseeOf((name) => singleHeader(head, name), world);
  return addressee === undefined ? undefined : readGatewayTarget(head.path, addressee, world);
}
