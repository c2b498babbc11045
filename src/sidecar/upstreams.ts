import type { Config } from "../config/schema.ts";
import { forwarderLimitsOf } from "../config/stages.ts";
import { upstreamsOf } from "../config/upstreams.ts";
import type { ClockOf } from "../signing/clock-offset.ts";
import { createForwarder } from "../upstream/forward.ts";

/** The configured upstreams, ready to send to. */
export function livesOf(config: Config, clockOf: ClockOf) {
  const limits = forwarderLimitsOf(config);
  return upstreamsOf(config).map((one) => ({
    ...one,
    clock: clockOf(one.origin),
    forwarder: createForwarder({ ...limits, origin: one.origin }),
  }));
}
