/** One thing that must come to hold before requests are taken. */
export interface Condition {
  readonly name: string;
  readonly holds: () => boolean;
}

/** Whether Postern is ready, and what it waits for. */
export interface Readiness {
  readonly check: () => ReadinessReport;
  /** From now on never ready again: no new requests, please. */
  readonly drain: () => void;
}

/** What `/readyz` tells. */
export interface ReadinessReport {
  readonly ready: boolean;
  /** Names of the conditions that do not hold yet. */
  readonly waitingFor: readonly string[];
  readonly draining: boolean;
  /** Whether an operator has stopped all that goes through. */
  readonly locked: boolean;
}

/**
 * Makes the readiness of a process out of its conditions. It is a latch: what all replicas depend on and is lost later
 * must not take every one of them out of service at the same moment.
 */
export function createReadiness(conditions: () => readonly Condition[], isLocked: () => boolean): Readiness {
  let latched = false;
  let draining = false;
  return {
    check: () => {
      const waitingFor = latched
        ? []
        : conditions()
            .filter(({ holds }) => !holds())
            .map(({ name }) => name);
      latched ||= waitingFor.length === 0;
      const locked = isLocked();
      return { ready: latched && !draining && !locked, waitingFor, draining, locked };
    },
    drain: () => {
      draining = true;
    },
  };
}
