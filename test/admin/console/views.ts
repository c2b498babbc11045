import type { ConsoleView } from "../../../src/admin/console/view.ts";
import { createRecent } from "../../../src/telemetry/recent.ts";

/** A noon. */
export const NOON = Date.UTC(2026, 0, 15, 12);

/** The view of a sidecar that has just begun, but for what a test wants otherwise. */
export function viewOf(more: Partial<ConsoleView> = {}): ConsoleView {
  return {
    takenAtMs: NOON,
    version: "1.2.3",
    startedAtMs: NOON - 90 * 60_000,
    readiness: { ready: true, waitingFor: [], draining: false, locked: false },
    recordsUntilMs: undefined,
    endpointOverridden: false,
    configuration: { isLatest: true, takenAtMs: NOON },
    recent: createRecent(() => NOON).look(),
    rules: [],
    identities: { total: 0, newest: [] },
    issuers: new Map(),
    sharedTierUp: undefined,
    denylistAgeMs: undefined,
    load: {
      inFlight: { is: 0, max: 1000 },
      bufferedBytes: { is: 0, max: 64 * 1024 ** 2 },
      tunnels: { is: 0, max: 2000 },
      residentBytes: 80 * 1024 ** 2,
      heapBytes: { is: 20 * 1024 ** 2, max: 4 * 1024 ** 3 },
    },
    document: {},
    ...more,
  };
}
