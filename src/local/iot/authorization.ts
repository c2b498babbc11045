import type { AedesOptions, Client } from "aedes";
import type { MqttAction, Permits, Principal } from "./permits.ts";
import { isClientId, isTopic, isTopicFilter } from "./topics.ts";

/** What clients do, by the name of the action. */
export type MqttOperation = "Connect" | "Publish" | "Subscribe";

/** What clients are authorized by. */
export interface AuthorizationOptions {
  readonly permits: Permits;
  /** Told what a client does, before it is decided; false drops the client. Does not reject. */
  readonly meet: (operation: MqttOperation) => Promise<boolean>;
  /** Told what each packet needs, allowed or not. */
  readonly observe: (needed: readonly Needed[]) => void;
}

/** What has to be allowed for a packet. */
export type Needed = Omit<MqttAction, "clientId">;

/** The hooks of a broker by which it asks. */
export type Authorization = Required<
  Pick<AedesOptions, "preConnect" | "authorizePublish" | "authorizeSubscribe" | "authorizeForward">
>;

/** A message on its way in, or a will. */
interface Message {
  readonly topic: string;
  readonly payload: string | Buffer;
  readonly qos?: number;
  readonly retain?: boolean;
}

/** AWS IoT Core's quota on the payload of a message. */
const MAX_PAYLOAD_BYTES = 128 * 1024;
const QOS_2 = 2;
const MQTT_3_1 = 3;

/**
 * Makes the hooks.
 *
 * What a client may not publish, and QoS 2 of any kind, ends its connection; a CONNECT that is not allowed is dropped
 * without a CONNACK. A filter that it may not subscribe to fails in the SUBACK, as MQTT 3.1.1 says in 3.9.3; AWS was seen
 * to end the connection here too (aws-iot-device-sdk-js #125). Shared subscriptions fail likewise: there are none here.
 *
 * Source: AWS IoT Core Developer Guide, "MQTT", differences from the specifications, and "Lifecycle events".
 *
 * @param principalOf whose connection a client's is
 */
export function createAuthorization(
  { permits, meet, observe }: AuthorizationOptions,
  principalOf: PrincipalOf,
): Authorization {
  const { allows, publishes } = createLeave(permits, principalOf);
  return {
    preConnect: (client, { clientId, protocolVersion, will }, done) => {
      observe([connecting(clientId), ...(will === undefined ? [] : actionsOf(will))]);
      const decide = (isMet: boolean): void => {
        const isAllowed =
          isMet &&
          isClientId(clientId) &&
          protocolVersion !== MQTT_3_1 &&
          allows(client, connecting(clientId), clientId) &&
          (will === undefined || publishes(client, will, clientId));
        done(isAllowed ? null : new Error("not authorized to connect"), isAllowed);
      };
      void meet("Connect").then(decide);
    },
    authorizePublish: (client, message, done) => {
      if (client !== null) observe(actionsOf(message));
      const decide = (isMet: boolean): void => {
        const isAllowed = isMet && client !== null && publishes(client, message);
        done(isAllowed ? null : new Error("not authorized to publish"));
      };
      void meet("Publish").then(decide);
    },
    authorizeSubscribe: (client, subscription, done) => {
      const { topic, qos } = subscription;
      const isShared = topic.startsWith("$share/");
      const asked = subscribing(topic.replace(GROUP, ""));
      observe([asked]);
      const decide = (isMet: boolean): void => {
        const isSubscription = isMet && qos !== QOS_2 && (isShared || isTopicFilter(topic));
        if (!isSubscription) return done(new Error("not a subscription"));
        done(null, !isShared && allows(client, asked) ? subscription : null);
      };
      void meet("Subscribe").then(decide);
    },
    authorizeForward: (client, packet) => {
      const asked: Needed = { action: "Receive", resource: `topic/${packet.topic}` };
      observe([asked]);
      return allows(client, asked) ? packet : null;
    },
  };
}

type PrincipalOf = (client: Client) => Principal | undefined;

/** Makes what says whether a client may do something; its id is not known of itself while it connects. */
function createLeave(permits: Permits, principalOf: PrincipalOf) {
  const allows = (client: Client, asked: Needed, clientId = client.id): boolean => {
    const principal = principalOf(client);
    return principal !== undefined && permits(principal, { clientId, ...asked });
  };
  const publishes = (client: Client, message: Message, clientId?: string): boolean =>
    isMessage(message) && actionsOf(message).every((asked) => allows(client, asked, clientId));
  return { allows, publishes };
}

/** Who shares a subscription is no part of what it is for. */
const GROUP = /^\$share\/[^/]*\//;

function connecting(clientId: string): Needed {
  return { action: "Connect", resource: `client/${clientId}` };
}

function subscribing(filter: string): Needed {
  return { action: "Subscribe", resource: `topicfilter/${filter}` };
}

function isMessage({ topic, payload, qos }: Message): boolean {
  return isTopic(topic) && qos !== QOS_2 && Buffer.byteLength(payload) <= MAX_PAYLOAD_BYTES;
}

function actionsOf({ topic, retain }: Message): readonly Needed[] {
  const resource = `topic/${topic}`;
  const publish: Needed = { action: "Publish", resource };
  return retain === true ? [publish, { action: "RetainPublish", resource }] : [publish];
}
