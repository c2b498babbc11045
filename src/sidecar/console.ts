import { getHeapStatistics } from "node:v8";
import type { CachedIdentities, ConsoleView, Load } from "../admin/console/view.ts";
import type { ReadinessReport } from "../admin/readiness.ts";
import type { Clock } from "../domain/clock.ts";
import type { Listener } from "../proxy/listener.ts";
import type { Registrar } from "../proxy/visit.ts";
import type { Recent } from "../telemetry/recent.ts";
import type { Changing } from "./reload.ts";
import type { Snapshot } from "./snapshot.ts";

/** What the console is made of. */
export interface ConsoleParts extends Pick<Registrar, "nameCaller">, Pick<Changing, "configuration"> {
  readonly recent: Recent;
  readonly snapshot: () => Snapshot;
  readonly listener: Pick<Listener, "inFlight" | "tunnels">;
  readonly readiness: () => ReadinessReport;
  readonly version: string;
  readonly now: Clock;
}

/** How many cached identities are shown. */
const SHOWN = 50;

/** What the console shows by the time that somebody looks. */
export function consoleOf(parts: ConsoleParts): () => ConsoleView {
  const { now, version, recent, snapshot, listener, readiness, configuration } = parts;
  const startedAtMs = now();
  return () => {
    const current = snapshot();
    const { config, pipeline, issuers, tier, denylist } = current;
    const { recording } = pipeline.policy;
    const takenAtMs = now();
    return {
      takenAtMs,
      version,
      startedAtMs,
      readiness: readiness(),
      recordsUntilMs: recording?.isOn(takenAtMs) === true ? recording.untilMs : undefined,
      endpointOverridden: config.aws.endpoint !== undefined,
      configuration: configuration(),
      recent: recent.look(),
      rules: config.policy.rules.map(({ name, deny }) => ({
        name,
        effect: deny === undefined ? "allow" : "deny",
      })),
      identities: identitiesOf(current, parts),
      issuers: issuers.ages(),
      sharedTierUp: tier?.isUp(),
      denylistAgeMs: denylist?.ageMs(),
      load: loadOf(current, listener),
      document: current.document,
    };
  };
}

function identitiesOf({ brokers }: Snapshot, { nameCaller }: ConsoleParts): CachedIdentities {
  const newest = brokers.list(SHOWN).toSorted((one, other) => other.usedAtMs - one.usedAtMs);
  return {
    total: brokers.size(),
    newest: newest.slice(0, SHOWN).map(({ callerDigest, kind, source, role, ...held }) => ({
      caller: nameCaller({ digest: callerDigest }),
      kind,
      source,
      role,
      assumedRoleArn: held.assumedRoleArn,
      endsAtMs: held.endsAtMs,
      usedAtMs: held.usedAtMs,
    })),
  };
}

function loadOf({ config: { limits }, bodies }: Snapshot, listener: ConsoleParts["listener"]): Load {
  const { heap_size_limit: heapLimit, used_heap_size: heapUsed } = getHeapStatistics();
  return {
    inFlight: { is: listener.inFlight(), max: limits.inFlight },
    bufferedBytes: { is: bodies.held(), max: limits.bufferedBody },
    tunnels: { is: listener.tunnels(), max: limits.tunnels },
    residentBytes: process.memoryUsage.rss(),
    heapBytes: { is: heapUsed, max: heapLimit },
  };
}
