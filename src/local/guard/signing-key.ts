import { createHash, createHmac } from "node:crypto";
import type { CredentialScope } from "./credential.ts";

const MAX_KEYS = 1000;

/** Gives the signing key of a secret and a scope. */
export type SigningKeys = (secret: string, scope: CredentialScope) => Buffer;

/** Keeps signing keys, which stay the same for a day; the oldest of a thousand goes first. */
export function createSigningKeys(): SigningKeys {
  const keys = new Map<string, Buffer>();
  return (secret, scope) => {
    const name = `${secret}/${scopeText(scope)}`;
    const known = keys.get(name);
    if (known !== undefined) return known;
    const key = deriveKey(secret, scope);
    const [oldest] = keys.keys();
    if (keys.size >= MAX_KEYS && oldest !== undefined) keys.delete(oldest);
    keys.set(name, key);
    return key;
  };
}

/** `20261121/us-east-1/s3/aws4_request`. */
export function scopeText({ date, region, service }: CredentialScope): string {
  return `${date}/${region}/${service}/aws4_request`;
}

/** Signs a string to sign; hexadecimal. */
export function sign(key: Buffer, stringToSign: string): string {
  return createHmac("sha256", key).update(stringToSign, "latin1").digest("hex");
}

/** SHA-256 of bytes, or of a text that holds one byte a character; hexadecimal. */
export function sha256(data: string | Buffer): string {
  const hash = createHash("sha256");
  return (typeof data === "string" ? hash.update(data, "latin1") : hash.update(data)).digest("hex");
}

function deriveKey(secret: string, { date, region, service }: CredentialScope): Buffer {
  let key: Buffer = Buffer.from(`AWS4${secret}`, "utf8");
  for (const part of [date, region, service, "aws4_request"]) {
    key = createHmac("sha256", key).update(part, "utf8").digest();
  }
  return key;
}
