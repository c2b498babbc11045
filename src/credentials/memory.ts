import { LRUCache } from "lru-cache";
import type { Caller } from "../domain/caller.ts";
import type { Clock } from "../domain/clock.ts";
import type { Credentials } from "../domain/credentials.ts";
import type { Permit } from "../domain/decision.ts";
import type { Refusal } from "../domain/refusal.ts";
import { type Got, isSame, renewalSpan } from "./life.ts";

/** Credentials that a caller wants, with the key under which they are remembered. */
export interface Wish {
  readonly permit: Permit;
  readonly caller: Caller;
  readonly key: string;
}

/** For whom credentials were got, and as which role: by these they are found when one of them is gone. */
export interface Holder
  extends Pick<Caller, "kind" | "issuer" | "clientId" | "handles">, Pick<Permit, "role"> {}

/** Who holds what a wish brings. */
export function holderOf({ caller, permit }: Wish): Holder {
  const { kind, issuer, clientId, handles } = caller;
  return { kind, issuer, clientId, handles, role: permit.role };
}

/** Credentials at hand. */
export interface Entry extends Holder {
  readonly credentials: Credentials;
  readonly gotAtMs: number;
  /** The end of the credentials, or of the token they were got with: they cannot be revoked, so they end with it. */
  readonly endsAtMs: number;
  /** When renewal is due. Moved on when one begins. */
  refreshAtMs: number;
  usedAtMs: number;
}

/** Credentials at hand as they may be shown: whose they are and how long they last, and nothing that opens anything. */
export interface Listed extends Pick<
  Entry,
  "kind" | "issuer" | "role" | "gotAtMs" | "endsAtMs" | "usedAtMs"
> {
  /** {@link Caller.digest}, which is for nobody's eyes before it is keyed. */
  readonly callerDigest: string;
  /** As STS says; undefined where it was not asked. */
  readonly assumedRoleArn: string | undefined;
}

/** What a cache of credentials remembers: what was got, and for a short while what was denied or refused. */
export interface Memory {
  /** Credentials that may still be used. */
  readonly find: (wish: Wish) => Entry | undefined;
  /** Remembers what was got. The same credentials once more are no news: they are as old as they were. */
  readonly keep: (wish: Wish, got: Got) => void;
  /** The refusal that this very token met a moment ago. */
  readonly findDenial: (wish: Wish) => Refusal | undefined;
  /** Remembers a refusal and forgets the credentials: what was taken away is not used on. */
  readonly deny: (wish: Wish, refusal: Refusal) => void;
  /**
   * Forgets credentials that AWS did not take, unless they are so fresh, or others were forgotten so short a while ago,
   * that new ones would end the same way. Tells whether there are others, or soon may be.
   */
  readonly drop: (wish: Wish, credentials: Credentials) => boolean;
  /** What was dropped for this wish within the last minute. */
  readonly findDropped: (wish: Wish) => Credentials | undefined;
  readonly forget: (isGone: (holder: Holder) => boolean) => void;
  /** How many credentials there are. */
  readonly size: () => number;
  /** So many of them, those first that were used last. To be listed is no use. */
  readonly list: (max: number) => readonly Listed[];
  /** Forgets what has ended, and what nobody has used for an hour. */
  readonly sweep: () => void;
}

/** What {@link createMemory} needs. */
export interface MemoryOptions {
  readonly now: Clock;
  /** Entries of each kind. */
  readonly maxCallers: number;
  /** How long before their end credentials are renewed, more or less; at most a fifth of their life. */
  readonly refreshAheadMs: number;
  /** From 0 to 1: spreads the renewal of what was got at once. */
  readonly random: () => number;
}

/** Something that is remembered until its time is over. */
interface Fleeting<T> {
  readonly value: T;
  readonly endsAtMs: number;
}

const DENIED_FOR_MS = 5000;
const MINUTE_MS = 60_000;
const IDLE_MS = 60 * MINUTE_MS;

/** Makes an empty memory, which forgets what was used longest ago. */
export function createMemory(options: MemoryOptions): Memory {
  const { now, maxCallers: max } = options;
  const entries = new LRUCache<string, Entry>({ max });
  const denials = new LRUCache<string, Fleeting<Refusal>>({ max });
  const drops = new LRUCache<string, Fleeting<Credentials>>({ max });

  /** Nothing fleeting has more than a minute left, unless the clock was set back: it is not kept until that has caught up. */
  const lasting = <T>(one: Fleeting<T> | undefined): T | undefined => {
    const leftMs = one === undefined ? 0 : one.endsAtMs - now();
    return leftMs > 0 && leftMs <= MINUTE_MS ? one?.value : undefined;
  };

  return {
    find: ({ key }) => {
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      const nowMs = now();
      if (nowMs >= entry.endsAtMs) return undefined;
      entry.usedAtMs = nowMs;
      return entry;
    },
    keep: (wish, got) => {
      const held = entries.get(wish.key);
      const isNews = held === undefined || now() >= held.endsAtMs || !isSame(held.credentials, got);
      if (isNews) entries.set(wish.key, entryOf(got, wish, options));
    },
    findDenial: (wish) => lasting(denials.get(denialKey(wish))),
    deny: (wish, refusal) => {
      entries.delete(wish.key);
      denials.set(denialKey(wish), { value: refusal, endsAtMs: now() + DENIED_FOR_MS });
    },
    drop: ({ key }, credentials) => {
      const entry = entries.get(key);
      const isRepeated = lasting(drops.get(key)) !== undefined;
      if (entry === undefined) return isRepeated; // whoever dropped it is asking for others
      if (!isSame(entry.credentials, credentials)) return true;
      if (isRepeated || now() - entry.gotAtMs <= MINUTE_MS) return false;
      entries.delete(key);
      drops.set(key, { value: credentials, endsAtMs: now() + MINUTE_MS });
      return true;
    },
    findDropped: ({ key }) => lasting(drops.get(key)),
    forget: (isGone) => removeWhere(entries, isGone),
    size: () => entries.size,
    list: (max) => listed(entries, max),
    sweep: () => {
      const nowMs = now();
      removeWhere(entries, ({ endsAtMs, usedAtMs }) => nowMs >= endsAtMs || nowMs - usedAtMs >= IDLE_MS);
      removeWhere(denials, ({ endsAtMs }) => nowMs >= endsAtMs);
      removeWhere(drops, ({ endsAtMs }) => nowMs >= endsAtMs);
    },
  };
}

function entryOf(got: Got, wish: Wish, options: MemoryOptions): Entry {
  const { expiresAtMs } = wish.caller;
  const { now, refreshAheadMs, random } = options;
  const usedAtMs = now();
  const gotAtMs = got.gotAtMs ?? usedAtMs;
  const endsAtMs = Math.min(got.expiresAtMs, expiresAtMs);
  const aheadMs = renewalSpan({ gotAtMs, endsAtMs }, refreshAheadMs, random());
  return {
    ...holderOf(wish),
    credentials: got,
    gotAtMs,
    endsAtMs,
    refreshAtMs: endsAtMs - aheadMs,
    usedAtMs,
  };
}

function listed(entries: LRUCache<string, Entry>, max: number): readonly Listed[] {
  const list: Listed[] = [];
  for (const [key, { kind, issuer, role, credentials, ...times }] of entries.entries()) {
    if (list.length >= max) break;
    const { gotAtMs, endsAtMs, usedAtMs } = times;
    const callerDigest = key.slice(key.lastIndexOf("\n") + 1);
    const { assumedRoleArn } = credentials;
    list.push({ kind, issuer, role, gotAtMs, endsAtMs, usedAtMs, callerDigest, assumedRoleArn });
  }
  return list;
}

/** Looks first and removes then, since a cache that is changed loses its place. */
function removeWhere<V extends object>(cache: LRUCache<string, V>, isGone: (value: V) => boolean): void {
  const gone = [...cache.entries()].flatMap(([key, value]) => (isGone(value) ? [key] : []));
  for (const key of gone) cache.delete(key);
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
