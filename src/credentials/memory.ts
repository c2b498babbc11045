import { LRUCache } from "lru-cache";
import type { Caller } from "../domain/caller.ts";
import type { Clock } from "../domain/clock.ts";
import type { Credentials } from "../domain/credentials.ts";
import type { Permit } from "../domain/decision.ts";
import type { Refusal } from "../domain/refusal.ts";

/** Credentials that a caller wants, with the key under which they are remembered. */
export interface Wish {
  readonly permit: Permit;
  readonly caller: Caller;
  readonly key: string;
}

/** Credentials at hand. */
export interface Entry {
  readonly credentials: Credentials;
  /** The end of the credentials, or of the token they were got with: they cannot be revoked, so they end with it. */
  readonly endsAtMs: number;
  /** When renewal is due. Moved on when one begins. */
  refreshAtMs: number;
}

/** What a cache of credentials remembers: what was got, and for a short while what was denied. */
export interface Memory {
  /** Credentials that may still be used. */
  readonly find: (wish: Wish) => Entry | undefined;
  readonly keep: (wish: Wish, credentials: Credentials) => void;
  /** The refusal that this very token met a moment ago. */
  readonly findDenial: (wish: Wish) => Refusal | undefined;
  /** Remembers a refusal and forgets the credentials: what was taken away is not used on. */
  readonly deny: (wish: Wish, refusal: Refusal) => void;
}

/** What {@link createMemory} needs. */
export interface MemoryOptions {
  readonly now: Clock;
  /** Entries of either kind. */
  readonly maxCallers: number;
  /** How long before their end credentials are renewed; at most a fifth of their life. */
  readonly refreshAheadMs: number;
}

interface Denial {
  readonly refusal: Refusal;
  readonly untilMs: number;
}

const DENIED_FOR_MS = 5000;

/** Makes an empty memory, which forgets what was used longest ago. */
export function createMemory({ now, maxCallers, refreshAheadMs }: MemoryOptions): Memory {
  const entries = new LRUCache<string, Entry>({ max: maxCallers });
  const denials = new LRUCache<string, Denial>({ max: maxCallers });
  return {
    find: ({ key }) => {
      const entry = entries.get(key);
      return entry !== undefined && now() < entry.endsAtMs ? entry : undefined;
    },
    keep: ({ key, caller }, credentials) => {
      const endsAtMs = Math.min(credentials.expiresAtMs, caller.expiresAtMs);
      const aheadMs = Math.min(refreshAheadMs, (endsAtMs - now()) / 5);
      entries.set(key, { credentials, endsAtMs, refreshAtMs: endsAtMs - aheadMs });
    },
    findDenial: (wish) => {
      const denial = denials.get(denialKey(wish));
      return denial !== undefined && now() < denial.untilMs ? denial.refusal : undefined;
    },
    deny: (wish, refusal) => {
      entries.delete(wish.key);
      denials.set(denialKey(wish), { refusal, untilMs: now() + DENIED_FOR_MS });
    },
  };
}

/** Everything that shapes a credential: source, role, session and the caller's digest, none of which holds a line break. */
export function wishOf(permit: Permit, caller: Caller): Wish {
  const session = permit.session === undefined ? "" : permit.session.digest;
  return { permit, caller, key: `${permit.source}\n${permit.role}\n${session}\n${caller.digest}` };
}

/** A denial is about one token: a caller may hold another that is as good as new. */
function denialKey({ key, caller }: Wish): string {
  return `${key}\n${caller.tokenDigest}`;
}
