import * as fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { isTokenRefusal, REFUSALS, type RefusalCode } from "../../src/domain/refusal.ts";
import { createMetrics, type Metrics } from "../../src/telemetry/metrics.ts";
import { type Outcome, STAGES } from "../../src/telemetry/outcome.ts";
import { NO_PROMTOOL, promtool } from "../support/promtool.ts";
import { quietGauges } from "./metrics-gauges.ts";
import { outcomeOf, packetOf, refusedPacketOf, tunnelOf } from "./outcomes.ts";

const CODES = Object.keys(REFUSALS) as RefusalCode[];

let metrics: Metrics;

beforeEach(() => {
  metrics = createMetrics(
    "1.2.3",
    quietGauges({
      isReady: () => false,
      isLocked: () => true,
      inFlight: () => 7,
      bufferedBytes: () => 9,
      limits: () => ({ inFlight: 100, bufferedBytes: 1024, tunnels: 20 }),
      cachedIdentities: () => 5,
      upstreams: () => [
        { name: "s3", service: "s3" },
        { name: "things", service: "iotdevicegateway" },
      ],
      exchanges: () => ["GetId", "GetCredentialsForIdentity"],
      jwksAgeSeconds: () =>
        new Map([
          ["staff", 12.5],
          ["partners", undefined],
        ]),
      clockOffsetsMs: () => [[-42_500, "s3"]],
      denylistAgeMs: () => 3000,
      sharedCacheUp: () => false,
      endpointOverridden: () => true,
      policyMode: () => "record",
      configuration: () => ({ isLatest: false, takenAtMs: 1_700_000_000_500 }),
    }),
  );
});

/** The lines of Postern's own metrics; Node's come and go with what the process does. */
async function ours(): Promise<readonly string[]> {
  return (await metrics.render()).split("\n").filter((line) => line.startsWith("postern_"));
}

async function valueOf(series: string): Promise<number | undefined> {
  const line = (await ours()).find((one) => one.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.split(" ").at(-1));
}

/** The series there are, without their values. */
async function seriesOf(): Promise<readonly string[]> {
  return (await ours()).map((line) => line.slice(0, line.lastIndexOf(" "))).sort(byText);
}

function byText(a = "", b = ""): number {
  return a < b ? -1 : 1;
}

/** How many series of a metric are at zero. */
async function zeros(metric: string): Promise<number> {
  return (await ours()).filter((line) => line.startsWith(`${metric}{`) && line.endsWith(" 0")).length;
}

function recordSome(): void {
  metrics.record(outcomeOf({ requestBytes: 10 }));
  metrics.record(outcomeOf({ outcome: "upstream-broken" }));
  metrics.record(
    outcomeOf({
      outcome: "refused",
      status: 403,
      reason: "denied-by-rule",
      verdict: "denial",
      rule: "the audit trail is read-only here",
      upstreamMs: undefined,
      responseBytes: 0,
    }),
  );
  metrics.credentialLookup("miss");
  metrics.exchange({ operation: "GetCredentialsForIdentity", outcome: "ok", durationMs: 200 });
  metrics.tunnels.opened("things");
  metrics.tunnels.packet(packetOf());
  metrics.tunnels.ended(tunnelOf());
}

it("has the names, kinds and labels that dashboards are built on", async () => {
  recordSome();
  const text = await metrics.render();
  const kinds = [...text.matchAll(/^# TYPE (postern_\w+) (\w+)$/gm)].map(
    ([, name, kind]) => `${name} ${kind}`,
  );
  expect(kinds.sort(byText)).toEqual([
    "postern_aws_endpoint_overridden gauge",
    "postern_buffered_bytes gauge",
    "postern_buffered_bytes_limit gauge",
    "postern_build_info gauge",
    "postern_cached_identities gauge",
    "postern_clock_offset_seconds gauge",
    "postern_config_last_reload_success_timestamp_seconds gauge",
    "postern_config_last_reload_successful gauge",
    "postern_credential_exchange_duration_seconds histogram",
    "postern_credential_exchanges_total counter",
    "postern_credential_lookups_total counter",
    "postern_decisions_total counter",
    "postern_denylist_age_seconds gauge",
    "postern_in_flight_requests gauge",
    "postern_in_flight_requests_limit gauge",
    "postern_jwks_age_seconds gauge",
    "postern_locked gauge",
    "postern_log_lines_lost_total counter",
    "postern_mqtt_packets_total counter",
    "postern_policy_mode gauge",
    "postern_ready gauge",
    "postern_refusals_total counter",
    "postern_request_bytes_total counter",
    "postern_request_duration_seconds histogram",
    "postern_requests_total counter",
    "postern_response_bytes_total counter",
    "postern_shared_cache_rejected_total counter",
    "postern_shared_cache_up gauge",
    "postern_spans_dropped_total counter",
    "postern_stage_duration_seconds histogram",
    "postern_token_verifications_total counter",
    "postern_tunnel_bytes_total counter",
    "postern_tunnel_duration_seconds histogram",
    "postern_tunnels_closed_total counter",
    "postern_tunnels_limit gauge",
    "postern_tunnels_open gauge",
    "postern_upstream_duration_seconds histogram",
    "postern_upstream_errors_total counter",
  ]);
  const labels = new Set(
    (await ours()).flatMap((line) => [...line.matchAll(/[{,](\w+)="/g)].map(([, label]) => label)),
  );
  expect([...labels].sort(byText)).toEqual([
    "direction",
    "issuer",
    "kind",
    "le",
    "mode",
    "operation",
    "outcome",
    "packet",
    "reason",
    "result",
    "rule",
    "service",
    "stage",
    "status",
    "upstream",
    "verdict",
    "version",
  ]);
});

describe("counts", () => {
  it("a request by how it ended", async () => {
    recordSome();
    const lines = (await ours()).filter((line) => /^postern_requests_total.* [1-9]/.test(line));
    const s3 = 'postern_requests_total{upstream="s3",service="s3"';
    expect(lines).toEqual([
      `${s3},outcome="ok",reason="",status="2xx"} 1`,
      `${s3},outcome="upstream-broken",reason="",status="2xx"} 1`,
      `${s3},outcome="refused",reason="denied-by-rule",status="4xx"} 1`,
    ]);
  });

  it("seconds, not milliseconds", async () => {
    metrics.record(outcomeOf({ durationMs: 1500, upstreamMs: 500 }));
    expect(await valueOf('postern_request_duration_seconds_sum{upstream="s3"}')).toBe(1.5);
    expect(await valueOf('postern_upstream_duration_seconds_sum{upstream="s3"}')).toBe(0.5);
  });

  it("what is read at scrape, where there is something to read", async () => {
    metrics.sharedCacheRejected();
    metrics.spansDropped(3);
    expect(await valueOf('postern_clock_offset_seconds{upstream="s3"}')).toBe(-42.5);
    expect(await valueOf("postern_denylist_age_seconds")).toBe(3);
    expect(await valueOf("postern_shared_cache_up")).toBe(0);
    expect(await valueOf("postern_shared_cache_rejected_total")).toBe(1);
    expect(await valueOf("postern_spans_dropped_total")).toBe(3);
  });

  it("lines of the log that were lost, as the log counts them", async () => {
    let lost = 0;
    metrics = createMetrics("", quietGauges({ logLinesLost: () => lost }));
    expect(await valueOf("postern_log_lines_lost_total")).toBe(0);
    lost = 12;
    expect(await valueOf("postern_log_lines_lost_total")).toBe(12);
    expect(await valueOf("postern_log_lines_lost_total")).toBe(12);
  });

  it("no wait for an upstream that was not asked", async () => {
    metrics.record(outcomeOf({ upstreamMs: undefined }));
    expect(await valueOf('postern_upstream_duration_seconds_count{upstream="s3"}')).toBeUndefined();
  });

  it("each stage that a request came to, in seconds", async () => {
    const stages = { ...outcomeOf().stages, identity: 0.25, upstream: 1500, answer: undefined };
    metrics.record(outcomeOf({ stages }));
    expect(await valueOf('postern_stage_duration_seconds_sum{stage="identity"}')).toBe(0.000_25);
    expect(await valueOf('postern_stage_duration_seconds_sum{stage="upstream"}')).toBe(1.5);
    expect(await valueOf('postern_stage_duration_seconds_count{stage="answer"}')).toBe(0);
  });

  it("a refusal by its reason, whatever its upstream", async () => {
    metrics.record(outcomeOf({ outcome: "refused", status: 503, reason: "overloaded", upstream: "none" }));
    metrics.record(outcomeOf({ outcome: "refused", status: 503, reason: "overloaded" }));
    expect(await valueOf('postern_refusals_total{reason="overloaded"}')).toBe(2);
  });

  it("bytes each way", async () => {
    recordSome();
    expect(await valueOf('postern_request_bytes_total{upstream="s3"}')).toBe(10);
    expect(await valueOf('postern_response_bytes_total{upstream="s3"}')).toBe(2048);
  });

  it("decisions with the rule that made them, and none where the policy was not asked", async () => {
    recordSome();
    metrics.record(outcomeOf({ verdict: undefined, rule: undefined }));
    const s3 = 'postern_decisions_total{upstream="s3"';
    const lines = (await ours()).filter((line) => line.startsWith("postern_decisions_total"));
    expect(lines.filter((line) => line.startsWith(s3))).toEqual([
      `${s3},verdict="permit",rule="analysts read reports"} 2`,
      `${s3},verdict="denial",rule="the audit trail is read-only here"} 1`,
    ]);
  });

  it("decisions of packets like those of requests, and none of a packet that cannot be read", async () => {
    for (const one of [packetOf(), packetOf(), refusedPacketOf()]) metrics.tunnels.packet(one);
    metrics.tunnels.packet(refusedPacketOf({ verdict: undefined, reason: "target-malformed" }));
    const things = 'postern_decisions_total{upstream="things"';
    expect((await ours()).filter((line) => line.startsWith("postern_decisions_total"))).toEqual([
      `${things},verdict="permit",rule="operators watch devices"} 2`,
      `${things},verdict="denial",rule=""} 1`,
    ]);
  });

  it("an upgrade among the classes of status", async () => {
    metrics.record(outcomeOf({ status: 101 }));
    const about = 'upstream="s3",service="s3",outcome="ok",reason="",status="1xx"';
    expect(await valueOf(`postern_requests_total{${about}}`)).toBe(1);
  });

  it.each<readonly [changes: Partial<Outcome>, result: string | undefined]>([
    [{}, "accepted"],
    [{ reason: "denied-no-rule" }, "accepted"],
    [{ caller: undefined, reason: "token-expired" }, "token-expired"],
    [{ caller: undefined, reason: "token-missing" }, "token-missing"],
    [{ caller: undefined, reason: "target-malformed" }, undefined],
    [{ caller: undefined, reason: undefined }, undefined],
  ])("a token as it was found: %j is %s", async (changes, result) => {
    metrics.record(outcomeOf(changes));
    const lines = (await ours()).filter((line) => line.startsWith("postern_token_verifications_total"));
    expect(lines.filter((line) => !line.endsWith(" 0"))).toEqual(
      result === undefined ? [] : [`postern_token_verifications_total{result="${result}"} 1`],
    );
  });

  it.each<readonly [changes: Partial<Outcome>, kind: string]>([
    [{ outcome: "upstream-broken" }, "broken"],
    [{ outcome: "refused", reason: "upstream-unreachable" }, "unreachable"],
    [{ outcome: "refused", reason: "upstream-timeout" }, "timeout"],
  ])("an upstream's failure: %j is %s", async (changes, kind) => {
    metrics.record(outcomeOf(changes));
    expect(await valueOf(`postern_upstream_errors_total{upstream="s3",kind="${kind}"}`)).toBe(1);
  });

  it("look-ups and exchanges of credentials", async () => {
    recordSome();
    expect(await valueOf('postern_credential_lookups_total{result="miss"}')).toBe(1);
    const about = 'operation="GetCredentialsForIdentity"';
    expect(await valueOf(`postern_credential_exchanges_total{${about},outcome="ok"}`)).toBe(1);
    expect(await valueOf(`postern_credential_exchange_duration_seconds_sum{${about}}`)).toBe(0.2);
  });
});

describe("series that are there from the start, so that a first event is seen as a rise", () => {
  it("one for each reason, result of a token and of a look-up, stage, and kind of each upstream's errors", async () => {
    expect(await zeros("postern_refusals_total")).toBe(CODES.length);
    expect(await zeros("postern_token_verifications_total")).toBe(1 + CODES.filter(isTokenRefusal).length);
    expect(await zeros("postern_credential_lookups_total")).toBe(5);
    expect(await zeros("postern_stage_duration_seconds_count")).toBe(STAGES.length);
    expect(await zeros("postern_upstream_errors_total")).toBe(2 * 3);
    expect(await zeros("postern_shared_cache_rejected_total")).toBe(0);
    expect(await valueOf("postern_shared_cache_rejected_total")).toBe(0);
  });

  it("requests of each upstream, and of none, by which alerts divide", async () => {
    for (const [name, service] of [
      ["s3", "s3"],
      ["things", "iotdevicegateway"],
      ["none", "none"],
    ] as const) {
      const about = `upstream="${name}",service="${service}",outcome="ok",reason="",status="2xx"`;
      expect(await valueOf(`postern_requests_total{${about}}`)).toBe(0);
      expect(await valueOf(`postern_request_duration_seconds_count{upstream="${name}"}`)).toBe(0);
    }
    expect(await zeros("postern_requests_total")).toBe(3);
  });

  it("one for each outcome of an operation of the configured sources, or that was called", async () => {
    expect(await zeros("postern_credential_exchanges_total")).toBe(2 * 9);
    metrics.exchange({ operation: "GetId", outcome: "throttled", durationMs: 1 });
    metrics.exchange({ operation: "AssumeRole", outcome: "ok", durationMs: 1 });
    const about = 'operation="GetId",outcome="throttled"';
    expect(await valueOf(`postern_credential_exchanges_total{${about}}`)).toBe(1);
    expect(await zeros("postern_credential_exchanges_total")).toBe(3 * 9 - 2);
  });
});

it("reads gauges at scrape, and leaves out an age that there is not yet", async () => {
  const lines = await ours();
  expect(lines).toContain('postern_build_info{version="1.2.3"} 1');
  expect(lines).toContain("postern_ready 0");
  expect(lines).toContain("postern_locked 1");
  expect(lines).toContain("postern_in_flight_requests 7");
  expect(lines).toContain("postern_in_flight_requests_limit 100");
  expect(lines).toContain("postern_buffered_bytes 9");
  expect(lines).toContain("postern_buffered_bytes_limit 1024");
  expect(lines).toContain("postern_tunnels_limit 20");
  expect(lines).toContain("postern_cached_identities 5");
  expect(lines).toContain("postern_aws_endpoint_overridden 1");
  expect(lines).toContain('postern_policy_mode{mode="record"} 1');
  expect(lines).toContain('postern_policy_mode{mode="enforce"} 0');
  expect(lines).toContain("postern_config_last_reload_successful 0");
  expect(lines).toContain("postern_config_last_reload_success_timestamp_seconds 1700000000.5");
  expect(lines.filter((line) => line.startsWith("postern_jwks_age_seconds"))).toEqual([
    'postern_jwks_age_seconds{issuer="staff"} 12.5',
  ]);
});

describe("labels come from closed sets", () => {
  const OUTCOMES: readonly Outcome["outcome"][] = ["ok", "refused", "client-gone", "upstream-broken"];
  const RULES = ["one rule", "another", undefined];
  /** What is configured or named in this code: every combination of it may have a series. */
  const closed = {
    upstream: fc.constantFrom("s3", "dynamodb", "none"),
    service: fc.constantFrom("s3"),
    outcome: fc.constantFrom(...OUTCOMES),
    reason: fc.constantFrom(undefined, ...CODES.slice(0, 3)),
    rule: fc.constantFrom(...RULES),
    verdict: fc.constantFrom<Outcome["verdict"]>("permit", "denial", undefined),
  };
  const text = fc.string({ unit: "binary", maxLength: 20 });
  /** What clients and AWS choose. */
  const open = {
    requestId: text,
    method: text,
    operation: fc.option(text, { nil: undefined }),
    resource: fc.option(text, { nil: undefined }),
    caller: fc.option(text, { nil: undefined }),
    groups: fc.array(text, { maxLength: 3 }),
    role: fc.option(text, { nil: undefined }),
    detail: fc.option(text, { nil: undefined }),
    status: fc.integer({ min: 0, max: 999 }),
    requestBytes: fc.nat(),
    responseBytes: fc.nat(),
    durationMs: fc.double({ min: 0, max: 1e7, noNaN: true }),
    upstreamMs: fc.option(fc.double({ min: 0, max: 1e7, noNaN: true }), { nil: undefined }),
  };

  it("10,000 random requests of the same upstream, rule and end leave the series that one of each class makes", async () => {
    for (const status of [0, 100, 200, 300, 400, 500]) metrics.record(outcomeOf({ status, requestBytes: 1 }));
    metrics.record(outcomeOf({ caller: undefined, requestBytes: 1 }));
    const before = await seriesOf();
    for (const random of fc.sample(fc.record(open), 10_000)) metrics.record(outcomeOf(random));
    expect(await seriesOf()).toEqual(before);
  });

  it("nothing that a client chooses is in the exposition, and its size has a bound that does not know them", async () => {
    for (const random of fc.sample(fc.record({ ...closed, ...open }), 10_000)) {
      metrics.record({ ...outcomeOf(), ...random, resource: `needle-${random.resource}`, method: "needle" });
    }
    expect(await metrics.render()).not.toContain("needle");
    const classes = 6;
    const combinations = 3 * OUTCOMES.length * 4 * classes;
    const requests = (await ours()).filter((line) => /^postern_requests_total.* [1-9]/.test(line));
    expect(requests.length).toBeLessThanOrEqual(combinations);
  });

  it("every status that is no class of HTTP's counts as one", async () => {
    for (const status of [0, 99, 600, 999, Number.NaN]) metrics.record(outcomeOf({ status }));
    expect((await ours()).filter((line) => /^postern_requests_total.* [1-9]/.test(line))).toEqual([
      'postern_requests_total{upstream="s3",service="s3",outcome="ok",reason="",status="other"} 5',
    ]);
  });
});

describe("the exposition", () => {
  const NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
  const LABEL = String.raw`[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*"`;
  const SAMPLE = new RegExp(
    String.raw`^(?<name>${NAME})(?:\{(?<labels>${LABEL}(?:,${LABEL})*)?\})? (?<value>[+-]?Inf|[Nn]a[Nn]|[-+.\deE]+)$`,
  );

  it("is valid line by line: a help and a type, then samples of that metric, none twice", async () => {
    recordSome();
    metrics.record(outcomeOf({ rule: 'a "quoted" \\ rule' }));
    const text = await metrics.render();
    expect(metrics.contentType).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(text.endsWith("\n")).toBe(true);
    const seen = new Set<string>();
    let current = "";
    for (const line of text.split("\n").filter((one) => one !== "")) {
      const head = /^# (?<what>HELP|TYPE) (?<name>\S+) .+$/.exec(line)?.groups;
      if (head !== undefined) {
        if (head["what"] === "TYPE") expect(head["name"]).toBe(current);
        current = head["name"] ?? "";
        continue;
      }
      const sample = SAMPLE.exec(line)?.groups;
      expect(sample, line).toBeDefined();
      expect(sample?.["name"]?.replace(/_(?:bucket|sum|count)$/, ""), line).toBe(
        current.replace(/_(?:bucket|sum|count)$/, ""),
      );
      const series = line.slice(0, line.lastIndexOf(" "));
      expect(seen.has(series), `twice: ${series}`).toBe(false);
      seen.add(series);
    }
    expect(seen.size).toBeGreaterThan(50);
  });

  it("has Node's own metrics, without gauges that are called totals", async () => {
    const text = await metrics.render();
    expect(text).toContain("nodejs_eventloop_lag_seconds");
    expect(text).not.toMatch(/^# TYPE \w+_total gauge$/m);
  });

  it("passes promtool", async ({ skip }) => {
    skip(NO_PROMTOOL !== undefined, NO_PROMTOOL);
    recordSome();
    const said = promtool(["check", "metrics"], await metrics.render());
    expect(said).toEqual({ isContent: true, words: "" });
  });
});

it("stands once for each sidecar: two of them share nothing", async () => {
  const other = createMetrics("1.2.3", quietGauges());
  recordSome();
  expect(await other.render()).not.toMatch(/^postern_requests_total\{.* [1-9]/m);
});
