import { createHmac, hash } from "node:crypto";
import type { Credentials } from "../domain/credentials.ts";
import { HmacKey } from "./hmac-key.ts";

/** The part of a caller's credentials that signs; long-lived keys have no session token. */
export type SigningCredentials = Pick<Credentials, "accessKeyId" | "secretAccessKey"> & {
  readonly sessionToken?: string | undefined;
};

/** A key that signs for one caller, day, region and service. */
export interface SigningKey {
  /** `yyyyMMdd`, UTC. */
  readonly day: string;
  readonly region: string;
  readonly service: string;
  /** `day/region/service/aws4_request`. */
  readonly scope: string;
  readonly key: HmacKey;
}

/** Finds or derives the signing key of some credentials. */
export type FindSigningKey = (
  credentials: SigningCredentials,
  day: string,
  region: string,
  service: string,
) => SigningKey;

/** More regions and services than one caller uses in a day; a full ring starts anew. */
const KEYS_PER_CREDENTIALS = 8;

/**
 * Keeps derived keys beside the credentials they came from.
 *
 * Each ring hangs on the credentials object itself: no other secret can ever meet its keys, nothing has to be compared
 * or evicted, and when the credential cache drops its entry the keys go with it.
 */
export function createKeyRings(): FindSigningKey {
  const rings = new WeakMap<SigningCredentials, SigningKey[]>();
  return (credentials, day, region, service) => {
    let ring = rings.get(credentials);
    if (ring === undefined) rings.set(credentials, (ring = []));
    for (const known of ring) {
      if (known.service === service && known.region === region && known.day === day) return known;
    }
    const key = deriveSigningKey(credentials, day, region, service);
    if (ring.length === KEYS_PER_CREDENTIALS) ring.length = 0;
    ring.push(key);
    return key;
  };
}

/** Derives a signing key by SigV4's chain of four HMACs. */
export const deriveSigningKey: FindSigningKey = (credentials, day, region, service) => {
  const dayKey = hmac(`AWS4${credentials.secretAccessKey}`, day);
  const key = new HmacKey(hmac(hmac(hmac(dayKey, region), service), "aws4_request"));
  return { day, region, service, scope: `${day}/${region}/${service}/aws4_request`, key };
};

/** The text that is signed: the moment, the scope and the hash of the canonical request. */
export function stringToSign(amzDate: string, scope: string, canonicalRequest: string): string {
  return `AWS4-HMAC-SHA256\n${amzDate}\n${scope}\n${hash("sha256", wireBytes(canonicalRequest), "hex")}`;
}

/** Signs a canonical request; 64 hex digits. */
export function signature({ key, scope }: SigningKey, amzDate: string, canonicalRequest: string): string {
  return key.sign(stringToSign(amzDate, scope, canonicalRequest));
}

/** Writes a moment as `yyyyMMddTHHmmssZ`, UTC; its first eight characters are the day of the scope. */
export function formatAmzDate(epochMs: number): string {
  const iso = new Date(epochMs).toISOString();
  return `${iso.slice(0, 4)}${iso.slice(5, 7)}${iso.slice(8, 13)}${iso.slice(14, 16)}${iso.slice(17, 19)}Z`;
}

/**
 * Node reads and writes header values as Latin-1, one character a byte; what is hashed must be those bytes. Text of ASCII
 * alone, which nearly all is, is hashed without a copy.
 */
function wireBytes(text: string): string | Buffer {
  return Buffer.byteLength(text) === text.length ? text : Buffer.from(text, "latin1");
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
