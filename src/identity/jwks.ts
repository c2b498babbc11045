import { createPublicKey, hash, type JsonWebKey } from "node:crypto";
import type { Clock } from "../domain/clock.ts";
import { Refusal } from "../domain/refusal.ts";

/** A signing key of an issuer, checked. */
export interface SigningKey {
  readonly kid: string;
  readonly kty: "RSA";
  readonly alg: "RS256";
  readonly use: "sig";
  readonly n: string;
  readonly e: string;
}

/** The keys that an issuer publishes now. */
export interface KeySet {
  readonly keys: readonly SigningKey[];
  /** Digest of a key's public part; undefined when the key is not published. A `kid` used again for another key differs. */
  readonly thumbprint: (kid: string) => string | undefined;
}

/** Keeps an issuer's keys: fetched at start and on a schedule, the last good ones kept while the issuer is away. */
export interface KeySource {
  readonly current: () => KeySet | undefined;
  /**
   * Fetches now, or joins the fetch under way; the first call starts the schedule too. Never rejects: while fetching
   * fails the last good keys stay. Tells whether the last attempt brought keys.
   *
   * @param maxAgeMs does nothing when the last attempt is younger, so that bogus key ids cannot make calls
   */
  readonly refresh: (maxAgeMs?: number) => Promise<boolean>;
  /** Milliseconds since the keys were fetched; undefined before. */
  readonly ageMs: () => number | undefined;
  readonly stop: () => void;
}

/** What a {@link KeySource} needs. */
export interface KeySourceOptions {
  /** Brings the key set document as text. */
  readonly fetch: () => Promise<string>;
  /** Takes the new keys over before {@link KeySource.current} tells of them; keys that it throws at are not used. */
  readonly onChange: (keys: KeySet) => void;
  /** Told of each failed attempt, for the log. */
  readonly onFailure: (error: unknown) => void;
  readonly now: Clock;
  /** Default one hour. */
  readonly intervalMs?: number;
}

/** Between two attempts while there are no keys, or only old ones. */
const RETRY_MS = 5000;

const MAX_KEYS = 20;
const MAX_BYTES = 64 * 1024;
const MAX_KID_LENGTH = 128;
const MIN_MODULUS_BITS = 2048;

/** Makes a key source; nothing is fetched before the first `refresh()`. */
export function createKeySource({
  fetch,
  onChange,
  onFailure,
  now,
  intervalMs = 3_600_000,
}: KeySourceOptions): KeySource {
  let keys: KeySet | undefined;
  let fetchedAtMs = 0;
  let triedAtMs = Number.NEGATIVE_INFINITY;
  let succeeded = false;
  let underWay: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  const attempt = async (): Promise<void> => {
    triedAtMs = now();
    try {
      const fetched = readKeySet(await fetch());
      onChange(fetched);
      keys = fetched;
      fetchedAtMs = now();
      succeeded = true;
    } catch (error) {
      succeeded = false;
      onFailure(error);
    }
  };
  const refresh: KeySource["refresh"] = async (maxAgeMs = 0) => {
    if (!stopped) timer ??= setInterval(tick, Math.min(intervalMs, RETRY_MS)).unref();
    if (underWay === undefined && passedMs(triedAtMs, now()) < maxAgeMs) return succeeded;
    underWay ??= attempt().finally(() => {
      underWay = undefined;
    });
    await underWay;
    return succeeded;
  };
  const tick = (): void => {
    if (keys === undefined || passedMs(fetchedAtMs, now()) >= intervalMs) void refresh();
  };
  return {
    current: () => keys,
    refresh,
    ageMs: () => (keys === undefined ? undefined : Math.max(0, now() - fetchedAtMs)),
    stop: () => {
      stopped = true;
      clearInterval(timer);
    },
  };
}

/** A clock that was set back tells nothing of the time between: then it counts as long. */
function passedMs(sinceMs: number, nowMs: number): number {
  return nowMs < sinceMs ? Number.POSITIVE_INFINITY : nowMs - sinceMs;
}

/**
 * Reads a JWK Set (RFC 7517 section 5), keeping what can verify an RS256 signature.
 *
 * @throws Refusal keys-unavailable
 */
export function readKeySet(text: string): KeySet {
  if (Buffer.byteLength(text) > MAX_BYTES) throw unusable("the key set is too large");
  const found = readKeys(text);
  if (!Array.isArray(found) || found.length > MAX_KEYS) throw unusable(`no list of at most ${MAX_KEYS} keys`);
  const keys = found.map(toSigningKey).filter((key) => key !== undefined);
  if (keys.length === 0) throw unusable(`no RS256 key of ${MIN_MODULUS_BITS} bits or more`);
  const thumbprints = new Map(keys.map(({ kid, n, e }) => [kid, hash("sha256", `${n}.${e}`)]));
  if (thumbprints.size !== keys.length) throw unusable("a key id stands twice");
  return { keys, thumbprint: (kid) => thumbprints.get(kid) };
}

function readKeys(text: string): unknown {
  try {
    const document: unknown = JSON.parse(text);
    return typeof document === "object" && document !== null && "keys" in document
      ? document.keys
      : undefined;
  } catch (cause) {
    throw unusable("the key set is not JSON", cause);
  }
}

/** Only what is known of a key goes on: members such as `x5c` or `key_ops` are for others. */
function toSigningKey(value: unknown): SigningKey | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { kid, kty, alg, use, n, e } = value as Readonly<Record<string, unknown>>;
  if (kty !== "RSA" || use !== "sig" || alg !== "RS256") return undefined;
  if (typeof kid !== "string" || kid === "" || kid.length > MAX_KID_LENGTH) return undefined;
  if (typeof n !== "string" || typeof e !== "string") return undefined;
  const key: SigningKey = { kid, kty, alg, use, n, e };
  return modulusBits(key) >= MIN_MODULUS_BITS ? key : undefined;
}

function modulusBits(key: SigningKey): number {
  try {
    const jwk: JsonWebKey = { ...key };
    return createPublicKey({ key: jwk, format: "jwk" }).asymmetricKeyDetails?.modulusLength ?? 0;
  } catch {
    return 0;
  }
}

function unusable(detail: string, cause?: unknown): Refusal {
  return new Refusal("keys-unavailable", { detail, cause });
}
