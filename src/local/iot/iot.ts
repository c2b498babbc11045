import type { IncomingMessage } from "node:http";
import { createWebSocketStream, WebSocketServer } from "ws";
import type { GuardOptions } from "../guard/guard.ts";
import type { VerifierOptions } from "../guard/sigv4.ts";
import type { Identities } from "../identity/identities.ts";
import { LocalError } from "../request.ts";
import { acceptOffer } from "../web-socket-offer.ts";
import type { WebSocketOffer } from "../web-socket-offer.ts";
import type { World } from "../world.ts";
import type { AuthorizationOptions } from "./authorization.ts";
import type { Broker, ConnectedClient } from "./broker.ts";
import { createControlPlane } from "./control-plane.ts";
import type { ControlPlane } from "./control-plane.ts";
import { createHandshakeVerifier } from "./handshake.ts";
import type { VerifyHandshake } from "./handshake.ts";
import { createPermits } from "./permits.ts";
import type { Principal } from "./permits.ts";
import { createIotPolicies } from "./policies.ts";
import type { IotPolicies } from "./policies.ts";

/** What a test sees of AWS IoT Core. */
export interface IotView {
  /** Clients that are connected, in the order in which they came. */
  readonly clients: () => readonly ConnectedClient[];
  /** Cuts the connection of a client; false where there is none. */
  readonly disconnect: (clientId: string) => boolean;
  /** What is attached counts at once; at AWS it takes minutes. */
  readonly policies: IotPolicies;
}

/** The stand-in's AWS IoT Core. */
export interface Iot {
  readonly view: IotView;
  readonly control: ControlPlane;
  readonly verifyHandshake: VerifyHandshake;
  /**
   * What accepts a handshake and speaks MQTT with its client.
   *
   * @throws LocalError `InvalidRequestException` 400 for a client that offers no subprotocol of MQTT.
   */
  readonly opener: (incoming: IncomingMessage, principal: Principal) => (offer: WebSocketOffer) => void;
  readonly close: () => Promise<void>;
}

/** What it stands on. */
export interface IotOptions extends VerifierOptions, Pick<AuthorizationOptions, "meet"> {
  readonly world: World;
  readonly identities: Pick<Identities, "find">;
  readonly observe?: GuardOptions["observe"];
  /** Told of what ought not to happen. */
  readonly report: (error: unknown) => void;
}

/** `mqttv3.1` is what the SDK for browsers says, and speaks 3.1.1. */
const SUBPROTOCOLS = ["mqtt", "mqttv3.1"];

/** Makes it without clients. Its broker is loaded for the first of them, since most worlds never have one. */
export function createIot({ world, identities, meet, observe, report, ...verifier }: IotOptions): Iot {
  const policies = createIotPolicies(world, identities);
  const permits = createPermits(world, policies, verifier.now);
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    handleProtocols: (offered) => SUBPROTOCOLS.find((each) => offered.has(each)) ?? false,
  });
  let loading: Promise<Broker> | undefined;
  let broker: Broker | undefined;
  const load = async (): Promise<Broker> => {
    const { createBroker } = await import("./broker.ts");
    broker = await createBroker({ permits, meet, observe: inIam(world, observe) });
    return broker;
  };
  return {
    view: {
      clients: () => broker?.clients() ?? [],
      disconnect: (clientId) => broker?.disconnect(clientId) ?? false,
      policies,
    },
    control: createControlPlane(world, policies),
    verifyHandshake: createHandshakeVerifier(verifier),
    opener: (incoming, principal) => {
      const offered = (incoming.headers["sec-websocket-protocol"] ?? "")
        .split(",")
        .map((each) => each.trim());
      if (!SUBPROTOCOLS.some((each) => offered.includes(each))) {
        throw new LocalError("InvalidRequestException", "The subprotocol mqtt is needed.", 400);
      }
      return (offer) => {
        acceptOffer(server, offer, (webSocket) => {
          const stream = createWebSocketStream(webSocket).on("error", () => {}); // who leaves while it is loaded
          loading ??= load();
          loading.then((loaded) => loaded.handle(stream, incoming, principal)).catch(report);
        });
      };
    },
    close: async () => {
      await (await loading)?.close();
    },
  };
}

/** What a packet needs, in IAM's words. */
function inIam({ region, account }: World, tell: GuardOptions["observe"]): AuthorizationOptions["observe"] {
  return (needed) =>
    tell?.(
      needed.map(({ action, resource }) => ({
        service: "iotdevicegateway",
        action: `iot:${action}`,
        resource: `arn:aws:iot:${region}:${account}:${resource}`,
      })),
    );
}
