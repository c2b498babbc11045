import type { RefusalCode } from "../../domain/refusal.ts";
import type { MqttVersion } from "./packet-forms.ts";
import { type ReasonCode, REASONS } from "./reason-codes.ts";

/** How MQTT 3.1.1 says of a filter that it was not subscribed to (section 3.9.3). */
const FAILURE = 0x80;

/** The reason code for a topic that may not be published to. */
export function publishReason(code: RefusalCode): ReasonCode {
  return code === "target-malformed" ? REASONS.topicNameInvalid : REASONS.notAuthorized;
}

/** The code in a SUBACK for a filter that may not be subscribed to, or that is one too many. */
export function subscribeReason(code: RefusalCode | "too-many", version: MqttVersion): number {
  if (version === 4) return FAILURE;
  if (code === "too-many") return REASONS.quotaExceeded;
  return code === "target-malformed" ? REASONS.topicFilterInvalid : REASONS.notAuthorized;
}
