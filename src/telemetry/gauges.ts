import type { Registry } from "prom-client";
import { createGauge } from "./tally.ts";

/** What is read, not counted: asked for at each scrape. */
export interface Gauges {
  /** Whether requests are taken: what `/readyz` says. */
  readonly isReady: () => boolean;
  /** Whether an operator has stopped all that goes through. */
  readonly isLocked: () => boolean;
  readonly inFlight: () => number;
  readonly bufferedBytes: () => number;
  /** How much there may be of what the gauges before them tell, and of tunnels. */
  readonly limits: () => Readonly<Record<"inFlight" | "bufferedBytes" | "tunnels", number>>;
  /** Credentials in memory, of all sources. */
  readonly cachedIdentities: () => number;
  /** The upstreams that are configured, each with its signing name. */
  readonly upstreams: () => readonly MeasuredUpstream[];
  /** Operations of AWS by which the configured sources get credentials. */
  readonly exchanges: () => readonly string[];
  /** Name of a user pool or other issuer → age of its keys in seconds; undefined before the first fetch. */
  readonly jwksAgeSeconds: () => ReadonlyMap<string, number | undefined>;
  /** How far the clock of each upstream is ahead of this one, as far as it had to be learned, and the upstream's name. */
  readonly clockOffsetsMs: () => readonly (readonly [offsetMs: number, upstream: string])[];
  /** Since the denylist was read; undefined where there is none. */
  readonly denylistAgeMs: () => number | undefined;
  /** Whether the shared tier answers; undefined where there is none. */
  readonly sharedCacheUp: () => boolean | undefined;
  /** Whether every AWS call goes to one configured address, as in tests. */
  readonly endpointOverridden: () => boolean;
  /** What becomes of what no rule allows. */
  readonly policyMode: () => PolicyMode;
  /** Lines of the log that were lost since the start. */
  readonly logLinesLost: () => number;
  /** Whether the configuration that was read last is the one that runs, and when that was taken over. */
  readonly configuration: () => { readonly isLatest: boolean; readonly takenAtMs: number };
}

/** An upstream as labels tell it. */
export interface MeasuredUpstream {
  readonly name: string;
  readonly service: string;
}

/** What becomes of what no rule allows: it is refused, or let through and recorded. */
export type PolicyMode = (typeof POLICY_MODES)[number];

const POLICY_MODES = ["enforce", "record"] as const;

/** What a gauge shows: nothing, where there is nothing to show. */
type Reading = number | boolean | undefined;

/** Puts on a registry what is read at scrape. */
export function registerGauges(registry: Registry, version: string, gauges: Gauges): void {
  createGauge(registry, { name: "postern_build_info", help: "Always 1.", labelNames: ["version"] }, () => [
    [1, version],
  ]);
  registerPlain(registry, gauges);
  registerLabelled(registry, gauges);
}

/** Those without labels, a metric a line: name, meaning, where it is read. */
function registerPlain(registry: Registry, gauges: Gauges): void {
  const gauge = (name: string, help: string, read: () => Reading): void =>
    createGauge(registry, { name, help, labelNames: [] }, () => {
      const value = read();
      return value === undefined ? [] : [[Number(value)]];
    });
  // oxfmt-ignore
  {
    gauge("postern_ready", "1 where requests are taken.", gauges.isReady);
    gauge("postern_locked", "1 where an operator has stopped all that goes through.", gauges.isLocked);
    gauge("postern_in_flight_requests", "Requests that are not finished.", gauges.inFlight);
    gauge("postern_in_flight_requests_limit", "Requests that may be under way at a time.", () => gauges.limits().inFlight);
    gauge("postern_buffered_bytes", "Bytes of bodies held in memory to be decided.", gauges.bufferedBytes);
    gauge("postern_buffered_bytes_limit", "Bytes of bodies that may be held in memory.", () => gauges.limits().bufferedBytes);
    gauge("postern_tunnels_limit", "WebSocket connections that may be open at a time.", () => gauges.limits().tunnels);
    gauge("postern_cached_identities", "Credentials in memory.", gauges.cachedIdentities);
    gauge("postern_denylist_age_seconds", "Since the denylist was read.", () => inSeconds(gauges.denylistAgeMs()));
    gauge("postern_shared_cache_up", "1 where the shared tier of credentials answers.", gauges.sharedCacheUp);
    gauge("postern_aws_endpoint_overridden", "1 where every AWS call goes to one address, as in tests.", gauges.endpointOverridden);
    gauge("postern_config_last_reload_successful", "1 where the configuration read last is the one that runs.", () => gauges.configuration().isLatest);
    gauge("postern_config_last_reload_success_timestamp_seconds", "When the configuration that runs was taken over.", () => inSeconds(gauges.configuration().takenAtMs));
  }
}

/** Those with a label, a value for each of its values. */
function registerLabelled(registry: Registry, gauges: Gauges): void {
  const gauge = (
    [name, help, label]: readonly [name: string, help: string, label: string],
    read: () => Iterable<readonly [value: number, label: string]>,
  ): void => createGauge(registry, { name, help, labelNames: [label] }, read);

  gauge(["postern_jwks_age_seconds", "Since the keys of an issuer were fetched.", "issuer"], () =>
    [...gauges.jwksAgeSeconds()].flatMap(([issuer, age]) =>
      age === undefined ? [] : [[age, issuer] as const],
    ),
  );
  gauge(["postern_clock_offset_seconds", "How far an upstream's clock is ahead.", "upstream"], () =>
    gauges.clockOffsetsMs().map(([offsetMs, upstream]) => [offsetMs / 1000, upstream] as const),
  );
  gauge(["postern_policy_mode", "1 for what becomes of what no rule allows.", "mode"], () =>
    POLICY_MODES.map((mode) => [Number(mode === gauges.policyMode()), mode] as const),
  );
}

function inSeconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1000;
}
