/** One thing that must hold before requests are taken. */
export interface Condition {
  readonly name: string;
  readonly holds: () => boolean;
}

/** Whether Postern is ready, and what it waits for. */
export interface Readiness {
  readonly check: () => { readonly ready: boolean; readonly waitingFor: readonly string[] };
  /** From now on never ready again: no new requests, please. */
  readonly drain: () => void;
}

/** Makes the readiness of a process out of its conditions. */
export function createReadiness(conditions: readonly Condition[]): Readiness {
  let draining = false;
  return {
    check: () => {
      const waitingFor = conditions.filter(({ holds }) => !holds()).map(({ name }) => name);
      if (draining) waitingFor.push("nothing: it is draining");
      return { ready: waitingFor.length === 0, waitingFor };
    },
    drain: () => {
      draining = true;
    },
  };
}
