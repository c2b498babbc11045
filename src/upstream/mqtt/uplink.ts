import type { IPublishPacket, ISubscribePacket, IUnsubscribePacket } from "mqtt-packet";
import type { RefusalCode } from "../../domain/refusal.ts";
import { protocolError } from "./mqtt-fault.ts";
import type { ClientPacket } from "./read-packet.ts";
import { REASONS } from "./reason-codes.ts";
import { publishReason, subscribeReason } from "./refusal-reasons.ts";
import type { SessionPorts } from "./session-ports.ts";
import type { Subscriptions } from "./subscriptions.ts";
import type { TopicAliases } from "./topic-aliases.ts";

/** What a client's packets change. */
export interface UplinkState {
  readonly aliases: TopicAliases;
  readonly subscriptions: Subscriptions;
}

/** Makes what is done with each packet of a client that is connected. */
export function createUplink(ports: SessionPorts, state: UplinkState): (packet: ClientPacket) => void {
  return (packet) => {
    switch (packet.cmd) {
      case "publish":
        return publish(packet, ports, state.aliases);
      case "subscribe":
        return subscribe(packet, ports, state.subscriptions);
      case "unsubscribe":
        return unsubscribe(packet, ports, state.subscriptions);
      case "disconnect":
        ports.toUpstream(packet);
        return ports.end("client", {});
      // What acknowledges bears the identifiers of the two ends, which pass as they are.
      case "puback":
      case "pubrec":
      case "pubrel":
      case "pubcomp":
      case "pingreq":
        return ports.toUpstream(packet);
    }
  };
}

function publish(packet: IPublishPacket, ports: SessionPorts, aliases: TopicAliases): void {
  const { topicAlias, ...properties } = packet.properties ?? {};
  if (properties.subscriptionIdentifier !== undefined)
    throw protocolError("a subscription identifier from a client");
  const topic = aliases.resolve(packet.topic, topicAlias);
  const refusal = ports.decide({ kind: "publish", topic, retain: packet.retain });
  if (refusal === undefined) {
    if (topicAlias !== undefined) aliases.learn(topicAlias, topic);
    ports.toUpstream({ ...packet, topic, properties });
  } else {
    if (topicAlias !== undefined) aliases.forget(topicAlias);
    refusePublish(packet, refusal, ports);
  }
}

/** Only what is acknowledged in MQTT 5 can be refused alone (MQTT 3.1.1 section 3.3.5, MQTT 5 section 4.13.2). */
function refusePublish({ qos, messageId }: IPublishPacket, refusal: RefusalCode, ports: SessionPorts): void {
  const reasonCode = publishReason(refusal);
  if (ports.version === 4 || qos === 0 || messageId === undefined)
    ports.end("refused", { reasonCode, detail: `a PUBLISH: ${refusal}` });
  else ports.answer({ cmd: qos === 1 ? "puback" : "pubrec", messageId, reasonCode });
}

function subscribe(packet: ISubscribePacket, ports: SessionPorts, subscriptions: Subscriptions): void {
  const { messageId = 0, subscriptions: asked } = packet;
  const { version } = ports;
  const isBusy = subscriptions.isBusy();
  const answers = asked.map(({ topic: filter }) => {
    if (isBusy) return subscribeReason("too-many", version);
    const refusal = ports.decide({ kind: "subscribe", filter });
    if (refusal !== undefined) return subscribeReason(refusal, version);
    return subscriptions.add(filter) ? undefined : subscribeReason("too-many", version);
  });
  const passing = asked.filter((_, i) => answers[i] === undefined);
  if (passing.length === 0)
    return ports.answer({ cmd: "suback", messageId, granted: answers.map((answer) => answer ?? 0x80) });
  subscriptions.wait(messageId, { answers, filters: passing.map(({ topic }) => topic) });
  ports.toUpstream({ ...packet, subscriptions: passing });
}

/** One whose answer would not be known for what it is does not pass. Only MQTT 5 can refuse it alone, and has no word for too many. */
function unsubscribe(packet: IUnsubscribePacket, ports: SessionPorts, subscriptions: Subscriptions): void {
  const { messageId = 0, unsubscriptions: filters } = packet;
  if (subscriptions.leave(messageId, filters)) return ports.toUpstream(packet);
  if (ports.version === 4)
    return ports.end("refused", {
      reasonCode: REASONS.quotaExceeded,
      detail: "too many UNSUBSCRIBEs wait for their answer",
    });
  const granted = filters.map(() => REASONS.implementationSpecific);
  ports.answer({ cmd: "unsuback", messageId, granted });
}
