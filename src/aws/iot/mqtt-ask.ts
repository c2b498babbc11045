import type { Operation, Requirement } from "../../domain/operation.ts";
import type { Upstream } from "../service.ts";
import { iotArn } from "./iot-arn.ts";
import { checkClientId, checkTopic, readTopicFilter } from "./names.ts";
import { mqttOperation } from "./mqtt-operation.ts";
import { thingsOf } from "./thing-of.ts";

/** What an MQTT packet asks of AWS IoT Core. */
export type MqttAsk =
  | {
      readonly kind: "connect";
      readonly clientId: string;
      /** What is published when the connection ends without a farewell. */
      readonly will: { readonly topic: string; readonly retain: boolean } | undefined;
    }
  | { readonly kind: "publish"; readonly topic: string; readonly retain: boolean }
  /** One filter of a SUBSCRIBE, as the client wrote it: `$share/GROUP/` may stand before it. */
  | { readonly kind: "subscribe"; readonly filter: string }
  /** A message on its way to the client. */
  | { readonly kind: "receive"; readonly topic: string };

/** What an operation is called by the kind of its packet. */
const NAMES = { connect: "Connect", publish: "Publish", subscribe: "Subscribe", receive: "Receive" } as const;

/**
 * What a packet needs to be allowed, in IAM's words (IoT developer guide, AWS IoT Core policy actions).
 *
 * @throws Refusal target-malformed: a client id, topic or filter that nothing may be called
 */
export function readMqttAsk(ask: MqttAsk, upstream: Upstream): Operation {
  return mqttOperation(NAMES[ask.kind], requirementsOf(ask, iotArn(upstream)), upstream);
}

function requirementsOf(ask: MqttAsk, arn: string): readonly Requirement[] {
  if (ask.kind === "subscribe") return [subscribing(ask.filter, arn)];
  if (ask.kind === "publish") return publishing(ask, arn);
  if (ask.kind === "receive") return [onTopic("iot:Receive", ask.topic, arn)];
  const { clientId, will } = ask;
  checkClientId(clientId);
  const connecting = { action: "iot:Connect", resource: `${arn}client/${clientId}` };
  return will === undefined ? [connecting] : [connecting, ...publishing(will, arn)];
}

/** A message that is kept for those who subscribe later needs leave for that besides. */
function publishing(
  message: { readonly topic: string; readonly retain: boolean },
  arn: string,
): readonly Requirement[] {
  const publish = onTopic("iot:Publish", message.topic, arn);
  return message.retain ? [publish, { ...publish, action: "iot:RetainPublish" }] : [publish];
}

function onTopic(action: string, topic: string, arn: string): Requirement {
  checkTopic(topic);
  const things = thingsOf(topic);
  return {
    action,
    resource: `${arn}topic/${topic}`,
    ...(things.length > 0 && { within: things.map((thing) => arn + thing) }),
  };
}

/**
 * IAM compares a filter as it is written, `+` and `#` as any letters, and without the group that shares it. A deny counts too
 * where it is about the whole of what the client wrote, a thing whose topics these are, or anything that comes by the filter.
 */
function subscribing(written: string, arn: string): Requirement {
  const filter = readTopicFilter(written);
  const within = [
    ...(filter === written ? [] : [`topicfilter/${written}`]),
    ...(WILDCARD.test(filter) ? [] : thingsOf(filter)),
  ];
  const mayReach = reachOf(filter);
  return {
    action: "iot:Subscribe",
    resource: `${arn}topicfilter/${filter}`,
    ...(within.length > 0 && { within: within.map((one) => arn + one) }),
    ...(mayReach.length > 0 && { mayReach: mayReach.map((one) => arn + one) }),
  };
}

const WILDCARD = /[+#]/;

/**
 * What comes by a filter with wildcards, in IAM's: more than it says, since `*` knows no levels. `a/#` is for `a` as well
 * (MQTT 5 section 4.7.1.2).
 */
function reachOf(filter: string): readonly string[] {
  if (!WILDCARD.test(filter)) return [];
  const pattern = filter.replace(/[+#]/g, "*");
  const topics = filter.endsWith("/#") ? [pattern, pattern.slice(0, -2)] : [pattern];
  return [
    ...topics.map((one) => `topicfilter/${one}`),
    ...(REACHES_THINGS.test(filter) ? thingsBy(pattern) : []),
  ];
}

/** No wildcard at the start of a filter stands for what begins with `$` (MQTT 5 section 4.7.2). */
const REACHES_THINGS = /^\$aws\/(?:things\/|[+#])/;

/** A thing, or any, and its shadows. */
function thingsBy(pattern: string): readonly string[] {
  const [thing = "thing/*"] = thingsOf(pattern);
  return [thing, `${thing}/*`];
}
