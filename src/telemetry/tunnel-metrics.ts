import type { Registry } from "prom-client";
import { createCounter, createGauge, createHistogram } from "./tally.ts";
import type { PacketOutcome, TunnelOutcome, TunnelRecorder } from "./tunnel-outcome.ts";

/** Upper bounds in seconds: from one that fails at once to a day, with the two hours that API Gateway keeps one open. */
const BUCKETS: readonly number[] = [1, 10, 60, 300, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400];

/** Packets that are decided, by the name of their operation. */
const PACKETS: ReadonlyMap<string | undefined, string> = new Map([
  ["Connect", "connect"],
  ["Publish", "publish"],
  ["Subscribe", "subscribe"],
  ["Receive", "receive"],
]);

/**
 * Puts what is measured of tunnels on a registry.
 *
 * @param decided counts a decision of the policy
 */
export function createTunnelMetrics(
  registry: Registry,
  decided: (outcome: PacketOutcome) => void,
): TunnelRecorder {
  const open = new Map<string, number>();
  const counts = registerCounts(registry, open);
  const change = (upstream: string, by: 1 | -1): void => {
    open.set(upstream, (open.get(upstream) ?? 0) + by);
  };
  return {
    opened: (upstream) => change(upstream, 1),
    ended: (outcome) => {
      change(outcome.upstream, -1);
      countEnd(counts, outcome);
    },
    packet: (outcome) => {
      counts.packets.add(1, outcome.upstream, PACKETS.get(outcome.operation) ?? "other", outcome.outcome);
      decided(outcome);
    },
  };
}

/** A metric a line: name, meaning, labels. */
// oxfmt-ignore
function registerCounts(registry: Registry, open: ReadonlyMap<string, number>) {
  createGauge(registry, { name: "postern_tunnels_open", help: "WebSocket connections that are open.", labelNames: ["upstream"] }, () =>
    Array.from(open, ([upstream, count]) => [count, upstream] as const));
  return {
    closed: createCounter(registry, { name: "postern_tunnels_closed_total", help: "WebSocket connections that ended.", labelNames: ["upstream", "reason"] }),
    seconds: createHistogram(registry, { name: "postern_tunnel_duration_seconds", help: "From the opening of a WebSocket connection to its end.", labelNames: ["upstream"] }, BUCKETS),
    bytes: createCounter(registry, { name: "postern_tunnel_bytes_total", help: "Bytes of WebSocket connections that ended, up from the client and down to it.", labelNames: ["upstream", "direction"] }),
    packets: createCounter(registry, { name: "postern_mqtt_packets_total", help: "MQTT packets that were decided.", labelNames: ["upstream", "packet", "outcome"] }),
  };
}

/** Counts a tunnel that ended. */
function countEnd(counts: ReturnType<typeof registerCounts>, outcome: TunnelOutcome): void {
  const { upstream, why, durationMs, bytesUp, bytesDown } = outcome;
  counts.closed.add(1, upstream, why);
  counts.seconds.observe(durationMs / 1000, upstream);
  counts.bytes.add(bytesUp, upstream, "up");
  counts.bytes.add(bytesDown, upstream, "down");
}
