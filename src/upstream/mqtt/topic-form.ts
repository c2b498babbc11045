import { MqttFault } from "./mqtt-fault.ts";
import { REASONS } from "./reason-codes.ts";

const PLUS = 0x2b;
const HASH = 0x23;

/** Levels are plain, or `+` alone, and the last may be `#` alone (MQTT 5 section 4.7.1). */
const FILTER = /^(?:(?:[^+#/]*|\+)\/)*(?:[^+#/]*|\+|#)$/;

/** A share has a name of its own and a filter behind it (section 4.8.2). */
const SHARED = /^\$share\/[^/+#]+\/./s;

/** Sees that a topic name is none of several: what is published goes to one topic. */
export function checkTopicName(topic: Buffer): void {
  if (topic.includes(PLUS) || topic.includes(HASH))
    throw new MqttFault(REASONS.topicNameInvalid, "a topic has a wildcard in it");
}

/** Sees that a topic filter can be one. */
export function checkTopicFilter(filter: string): void {
  const isWell = filter !== "" && FILTER.test(filter);
  if (!isWell || (filter.startsWith("$share/") && !SHARED.test(filter)))
    throw new MqttFault(REASONS.topicFilterInvalid, "a topic filter is none");
}
