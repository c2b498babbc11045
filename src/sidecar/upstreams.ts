import type { Config } from "../config/schema.ts";
import { forwarderLimitsOf } from "../config/stages.ts";
import { upstreamsOf } from "../config/upstreams.ts";
import type { Live } from "../proxy/live.ts";
import type { ClockOf } from "../signing/clock-offset.ts";
import { createForwarder } from "../upstream/forward.ts";
import { createTunneller } from "../upstream/tunneller.ts";
import type { Parts } from "./parts.ts";

/** The configured upstreams in all their regions, ready to send to. */
export function livesOf(config: Config, clockOf: ClockOf, parts: Parts): readonly Live[] {
  const limits = forwarderLimitsOf(config);
  return upstreamsOf(config).map((one) => {
    const options = { ...limits, origin: one.origin };
    const forwarder = parts.take(
      `forwarder ${one.upstream.name} ${one.upstream.region}`,
      options,
      () => createForwarder(options),
      (made) => made.close(),
    );
    const tunneller = parts.take(
      `tunneller ${one.upstream.name} ${one.upstream.region}`,
      options,
      () => createTunneller(options),
      (made) => made.close(),
    );
    return { ...one, clock: clockOf(one.origin), forwarder, tunneller };
  });
}

/** Each upstream once, in the region of requests that name none. */
export function primariesOf(lives: readonly Live[]): readonly Live[] {
  return lives.filter(
    ({ upstream }, i) => lives.findIndex((other) => other.upstream.name === upstream.name) === i,
  );
}
