import * as fc from "fast-check";
import { Registry } from "prom-client";
import { beforeEach, describe, expect, it } from "vitest";
import { TUNNEL_ENDS } from "../../src/domain/tunnel-end.ts";
import { createTunnelMetrics } from "../../src/telemetry/tunnel-metrics.ts";
import type { PacketOutcome, TunnelRecorder } from "../../src/telemetry/tunnel-outcome.ts";
import { packetOf, refusedPacketOf, tunnelOf } from "./outcomes.ts";

let registry: Registry;
let decided: PacketOutcome[];
let tunnels: TunnelRecorder;

beforeEach(() => {
  registry = new Registry();
  decided = [];
  tunnels = createTunnelMetrics(registry, (outcome) => void decided.push(outcome));
});

/** Lines of a metric, without its name. */
async function linesOf(name: string): Promise<readonly string[]> {
  const lines = (await registry.metrics()).split("\n");
  return lines.filter((line) => line.startsWith(`${name}{`)).map((line) => line.slice(name.length));
}

it("tunnels are open from their opening to their end", async () => {
  expect(await linesOf("postern_tunnels_open")).toEqual([]);
  tunnels.opened("things");
  tunnels.opened("things");
  tunnels.opened("chat");
  expect(await linesOf("postern_tunnels_open")).toEqual(['{upstream="things"} 2', '{upstream="chat"} 1']);
  tunnels.ended(tunnelOf());
  tunnels.ended(tunnelOf({ upstream: "chat" }));
  expect(await linesOf("postern_tunnels_open")).toEqual(['{upstream="things"} 1', '{upstream="chat"} 0']);
});

it("a tunnel that ended counts by why, with its bytes each way", async () => {
  tunnels.ended(tunnelOf());
  tunnels.ended(tunnelOf());
  tunnels.ended(tunnelOf({ why: "token", bytesUp: 0, bytesDown: 1 }));
  expect(await linesOf("postern_tunnels_closed_total")).toEqual([
    '{upstream="things",reason="client"} 2',
    '{upstream="things",reason="token"} 1',
  ]);
  expect(await linesOf("postern_tunnel_bytes_total")).toEqual([
    '{upstream="things",direction="up"} 240',
    '{upstream="things",direction="down"} 6801',
  ]);
});

it("how long tunnels were open is told in seconds, up to a day", async () => {
  for (const durationMs of [500, 1000, 7_200_000, 86_400_000, 86_400_001])
    tunnels.ended(tunnelOf({ durationMs }));
  const counts = (await linesOf("postern_tunnel_duration_seconds_bucket")).map((line) =>
    line.replace(/^.*le="([^"]+)"} /, "$1: "),
  );
  expect(counts.join(", ")).toBe(
    "1: 2, 10: 2, 60: 2, 300: 2, 900: 2, 1800: 2, 3600: 2, 7200: 3, 14400: 3, 43200: 3, 86400: 4, +Inf: 5",
  );
  expect(await linesOf("postern_tunnel_duration_seconds_sum")).toEqual(['{upstream="things"} 180001.501']);
});

it("a packet counts by its kind and what became of it, and is a decision", async () => {
  const outcomes = [
    ...["Connect", "Publish", "Subscribe", "Receive"].map((operation) => packetOf({ operation })),
    packetOf(),
    refusedPacketOf(),
  ];
  for (const outcome of outcomes) tunnels.packet(outcome);
  expect(await linesOf("postern_mqtt_packets_total")).toEqual([
    '{upstream="things",packet="connect",outcome="passed"} 1',
    '{upstream="things",packet="publish",outcome="passed"} 2',
    '{upstream="things",packet="subscribe",outcome="passed"} 1',
    '{upstream="things",packet="receive",outcome="passed"} 1',
    '{upstream="things",packet="publish",outcome="refused"} 1',
  ]);
  expect(decided).toEqual(outcomes);
});

describe("labels come from closed sets", () => {
  const text = fc.string({ unit: "binary", maxLength: 20 }).map((random) => `needle${random}`);
  const optional = fc.option(text, { nil: undefined });
  /** What clients, AWS and time choose. */
  const open = {
    requestId: text,
    service: text,
    operation: optional,
    resource: optional,
    caller: optional,
    groups: fc.array(text, { maxLength: 3 }),
    rule: optional,
    role: optional,
    detail: optional,
    code: fc.nat(),
    durationMs: fc.double({ min: 0, max: 1e9, noNaN: true }),
  };

  it("whatever goes through tunnels, there is a series for each end, direction and kind, and no other", async () => {
    tunnels.opened("things");
    const ends = fc.sample(fc.record({ ...open, why: fc.constantFrom(...TUNNEL_ENDS) }), 500);
    for (const random of ends) tunnels.ended(tunnelOf(random));
    for (const random of fc.sample(fc.record(open), 500)) tunnels.packet(packetOf(random));
    for (const operation of ["constructor", "__proto__"]) tunnels.packet(refusedPacketOf({ operation }));
    const exposition = await registry.metrics();
    expect(exposition).not.toContain("needle");
    const series = exposition.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    const histogram = 12 + 2;
    const packets = 2; // of no known kind: passed, refused
    expect(series).toHaveLength(1 + TUNNEL_ENDS.length + histogram + 2 + packets);
  });
});
