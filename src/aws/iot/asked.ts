import type { Asked } from "../asked.ts";
import type { Upstream } from "../service.ts";
import { iotArn } from "./iot-arn.ts";

/**
 * Every action that MQTT packets can need, on what.
 *
 * @throws Refusal internal: an upstream without an account, which the configuration does not let through
 */
export function askedOfMqtt(upstream: Upstream): readonly Asked[] {
  const on = (action: string, kind: string): Asked => ({
    action,
    resource: { prefix: `${iotArn(upstream)}${kind}/`, rest: "any" },
    covers: [],
  });
  return [
    on("iot:Connect", "client"),
    on("iot:Publish", "topic"),
    on("iot:RetainPublish", "topic"),
    on("iot:Subscribe", "topicfilter"),
    on("iot:Receive", "topic"),
  ];
}
