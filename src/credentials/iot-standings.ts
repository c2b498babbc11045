import { LRUCache } from "lru-cache";
import type { Clock } from "../domain/clock.ts";

/**
 * What is known of the IoT policy of an identity, without asking AWS:
 *
 * - `in-force`: AWS took the last CONNECT, which it does only where a policy that allows it is attached;
 * - `attached-lately`: Postern attached it, and AWS may not go by it yet;
 * - `may-be-missing`: AWS refused the last CONNECT or left at it, though the rules permit it;
 * - `unknown`: nothing of these was seen here.
 */
export type IotStanding = "in-force" | "attached-lately" | "may-be-missing" | "unknown";

/** What the last CONNECT of each identity showed. */
export interface IotStandings {
  readonly attached: (upstream: string, identityId: string) => void;
  /** Tells whether to warn of it: the first time in an hour that AWS does not take a CONNECT of this identity. */
  readonly connected: (upstream: string, identityId: string, accepted: boolean) => boolean;
  readonly of: (upstream: string, identityId: string) => IotStanding;
}

/** AWS IoT Core Developer Guide, AWS IoT Core policies: six to eight minutes. */
const TAKES_EFFECT_MS = 10 * 60_000;
const WARN_EVERY_MS = 3_600_000;

interface Seen {
  attachedAtMs: number;
  warnedAtMs: number;
  /** Of the last CONNECT. */
  accepted: boolean | undefined;
}

/**
 * Makes the memory of what is seen.
 *
 * @param max identities kept; the one that was quiet for longest is forgotten first
 */
export function createIotStandings(now: Clock, max = 10_000): IotStandings {
  const seen = new LRUCache<string, Seen>({ max });
  const find = (upstream: string, identityId: string): Seen => {
    const key = `${upstream} ${identityId}`; // no upstream's name has a space
    const known = seen.get(key);
    if (known !== undefined) return known;
    const made = { attachedAtMs: -Infinity, warnedAtMs: -Infinity, accepted: undefined };
    seen.set(key, made);
    return made;
  };
  const isWithin = (ms: number, sinceMs: number): boolean => Math.abs(now() - sinceMs) < ms;
  return {
    attached: (upstream, identityId) => {
      find(upstream, identityId).attachedAtMs = now();
    },
    connected: (upstream, identityId, accepted) => {
      const one = find(upstream, identityId);
      one.accepted = accepted;
      if (accepted || isWithin(WARN_EVERY_MS, one.warnedAtMs)) return false;
      one.warnedAtMs = now();
      return true;
    },
    of: (upstream, identityId) => {
      const one = seen.peek(`${upstream} ${identityId}`);
      if (one?.accepted === true) return "in-force";
      if (one !== undefined && isWithin(TAKES_EFFECT_MS, one.attachedAtMs)) return "attached-lately";
      return one?.accepted === false ? "may-be-missing" : "unknown";
    },
  };
}
