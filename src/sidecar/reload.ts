import type { Clock } from "../domain/clock.ts";
import { goneBetween } from "./gone.ts";
import type { Shelf } from "./parts.ts";
import { needsRestart } from "./restart.ts";
import type { Snapshot } from "./snapshot.ts";
import type { Loaded } from "./surroundings.ts";
import { told } from "./told.ts";

/** The snapshot that serves, and how another takes its place. */
export interface Changing {
  readonly snapshot: () => Snapshot;
  /** Whether the configuration that was read last is the one that serves, and since when it does, in epoch milliseconds. */
  readonly configuration: () => { readonly isLatest: boolean; readonly takenAtMs: number };
  /**
   * Makes a snapshot of another configuration aside, and lets it serve once nothing is missing. Resolves to why it does
   * not, and then all stays as it was. One at a time; never rejects.
   */
  readonly reload: (loaded: Loaded) => Promise<Obstacle | undefined>;
  /** Takes note of a configuration that could not even be read. */
  readonly reloadFailed: () => void;
}

/** Why a configuration cannot take the place of the one that runs. */
export interface Obstacle {
  readonly problems: readonly string[];
  /** Whether another time may be better: nothing is wrong with the configuration itself. */
  readonly isPassing: boolean;
}

/** What {@link createChanging} needs. */
export interface ChangingOptions {
  readonly shelf: Shelf;
  readonly snapshotOf: (loaded: Loaded, parts: Parameters<Parameters<Shelf["build"]>[0]>[0]) => Snapshot;
  readonly first: Loaded;
  readonly now: Clock;
  /** Resolves when all requests that are under way now are over: until then they use what they began with. */
  readonly settled: () => Promise<unknown>;
  /** Told after each change, for what goes by the configuration and lasts. */
  readonly onChange: (snapshot: Snapshot) => void;
  /** Whether the end has begun: nothing is taken over any more. */
  readonly isEnding: () => boolean;
}

/**
 * Makes the first snapshot.
 *
 * @throws Error where a file that the configuration names cannot be read or used
 */
export function createChanging(options: ChangingOptions): Changing {
  const { shelf, snapshotOf, first, now, settled, onChange, isEnding } = options;
  const built = shelf.build((parts) => snapshotOf(first, parts));
  built.keep();
  let current = built.value;
  const settle = (snapshot: Snapshot): void => {
    const { issuers, denylist, brokers } = snapshot;
    issuers.shareWaiting();
    if (denylist !== undefined) brokers.forget(denylist.isRevoked);
    onChange(snapshot);
  };
  let takenAtMs = now();
  let isLatest = true;
  current.issuers.shareWaiting();

  const takeOver = async (loaded: Loaded): Promise<Obstacle | undefined> => {
    const problems = needsRestart(current.config, loaded.config);
    if (problems.length > 0) return { problems, isPassing: false };
    const next = shelf.build((parts) => snapshotOf(loaded, parts));
    const missing = await whatIsMissing(next.value);
    if (missing.length > 0 || isEnding()) {
      await next.discard();
      return { problems: missing, isPassing: true };
    }
    const before = current;
    current = next.value;
    takenAtMs = now();
    const letGo = next.keep();
    current.brokers.forget(goneBetween(before.config, current.config));
    settle(current);
    void settled().then(letGo);
    return undefined;
  };
  return {
    snapshot: () => current,
    configuration: () => ({ isLatest, takenAtMs }),
    reload: async (loaded) => {
      const obstacle = await takeOver(loaded).catch((error: unknown): Obstacle => ({
        problems: [told(error)],
        isPassing: false,
      }));
      isLatest = obstacle === undefined;
      return obstacle;
    },
    reloadFailed: () => {
      isLatest = false;
    },
  };
}

/** Brings what is not there yet. Tokens of an issuer without keys could not be proved, so nobody is served without. */
async function whatIsMissing({ issuers, tier }: Snapshot): Promise<readonly string[]> {
  await Promise.all([issuers.refresh(), tier?.connect()]);
  return issuers
    .ready()
    .filter(({ holds }) => !holds())
    .map(({ name }) => `${name} cannot be had`);
}
