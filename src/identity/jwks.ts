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
   * Fetches now, or joins the fetch under way. Never rejects: while fetching fails the last good keys stay.
   *
   * @param maxAgeMs does nothing when the last attempt is younger, so that bogus key ids cannot make calls
   */
  readonly refresh: (maxAgeMs?: number) => Promise<void>;
  /** Milliseconds since the keys were fetched; undefined before. */
  readonly ageMs: () => number | undefined;
  readonly stop: () => void;
}

/** What a {@link KeySource} needs. */
export interface KeySourceOptions {
  /** Brings the key set document as text. */
  readonly fetch: () => Promise<string>;
  readonly onChange: (keys: KeySet) => void;
  /** Told of each failed attempt, for the log. */
  readonly onFailure: (error: unknown) => void;
  readonly now: Clock;
  /** Default one hour. */
  readonly intervalMs?: number;
}

const MAX_KEYS = 20;
const MAX_BYTES = 64 * 1024;
const MIN_MODULUS_BITS = 2048;

/** Makes a key source; the first fetch is `refresh()`. */
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
  let underWay: Promise<void> | undefined;
  const attempt = async (): Promise<void> => {
    triedAtMs = now();
    try {
      keys = readKeySet(await fetch());
      fetchedAtMs = now();
      onChange(keys);
    } catch (error) {
      onFailure(error);
    } finally {
      underWay = undefined;
    }
  };
  const refresh = async (maxAgeMs = 0): Promise<void> => {
    if (underWay === undefined && now() - triedAtMs < maxAgeMs) return;
    underWay ??= attempt();
    await underWay;
  };
  // Until there are keys nothing can be verified, so the first fetch is tried again soon.
  const timer = setInterval(
    () => {
      if (keys === undefined || now() - fetchedAtMs >= intervalMs) void refresh(RETRY_MS);
    },
    Math.min(intervalMs, RETRY_MS),
  );
  timer.unref();
  return {
    current: () => keys,
    refresh,
    ageMs: () => (keys === undefined ? undefined : now() - fetchedAtMs),
    stop: () => clearInterval(timer),
  };
}

const RETRY_MS = 5000;

/**
 * Reads a JWK Set (RFC 7517 section 5), keeping what can verify an RS256 signature.
 *
 * @throws Refusal keys-unavailable
 */
export function readKeySet(text: string): KeySet {
  if (text.length > MAX_BYTES) throw unusable("the key set is too large");
  const document: unknown = JSON.parse(text);
  const found: unknown =
    typeof document === "object" && document !== null && "keys" in document ? document.keys : undefined;
  if (!Array.isArray(found) || found.length > MAX_KEYS) throw unusable("no list of at most 20 keys");
  const keys = found.filter(isSigningKey);
  if (keys.length === 0) throw unusable("no RS256 key of 2048 bits or more");
  const thumbprints = new Map(keys.map((key) => [key.kid, hash("sha256", `${key.n}.${key.e}`)]));
  if (thumbprints.size !== keys.length) throw unusable("a key id stands twice");
  return { keys, thumbprint: (kid) => thumbprints.get(kid) };
}

function isSigningKey(value: unknown): value is SigningKey {
  if (typeof value !== "object" || value === null) return false;
  const jwk = value as Record<string, unknown>;
  if (jwk["kty"] !== "RSA" || jwk["use"] !== "sig" || jwk["alg"] !== "RS256") return false;
  if (typeof jwk["kid"] !== "string" || typeof jwk["n"] !== "string" || typeof jwk["e"] !== "string")
    return false;
  try {
    const { asymmetricKeyDetails } = createPublicKey({ key: jwk as JsonWebKey, format: "jwk" });
    return (asymmetricKeyDetails?.modulusLength ?? 0) >= MIN_MODULUS_BITS;
  } catch {
    return false;
  }
}

function unusable(detail: string): Refusal {
  return new Refusal("keys-unavailable", { detail });
}
