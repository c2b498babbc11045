import { generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { bitString, der, objectIdentifier, octetString, sequence, utcTime } from "../../src/local/der.ts";

/** A certificate and its key, as PEM. */
export interface Pair {
  readonly cert: string;
  readonly key: string;
}

/** What makes a client's certificate a bad one. */
export interface Flaw {
  /** It ended an hour ago. */
  readonly isExpired?: boolean;
  /** It is for servers alone. */
  readonly isForServers?: boolean;
}

/** An authority for the certificates of clients. */
export interface Authority {
  readonly pem: string;
  readonly issue: (flaw?: Flaw) => Pair;
}

interface Party {
  readonly name: Buffer;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;
const ECDSA_SHA256 = sequence(objectIdentifier("1.2.840.10045.4.3.2"));
const TRUE = der(0x01, Buffer.from([0xff]));
const IS_AUTHORITY = extension("2.5.29.19", sequence(TRUE));
/** Extended key usage (RFC 5280 section 4.2.1.12). */
const usage = (id: string): Buffer => extension("2.5.29.37", sequence(objectIdentifier(id)));
const FOR_SERVERS = usage("1.3.6.1.5.5.7.3.1");
const FOR_CLIENTS = usage("1.3.6.1.5.5.7.3.2");

/** Makes an authority of this name. */
export function createAuthority(name: string): Authority {
  const authority = createParty(name);
  const issue = (subject: Party, endMs: number, ...extensions: readonly Buffer[]): string =>
    certificate(authority, subject, endMs, extensions);
  return {
    pem: issue(authority, Date.now() + DAY_MS, IS_AUTHORITY),
    issue: ({ isExpired = false, isForServers = false } = {}) => {
      const client = createParty("client");
      const endMs = Date.now() + (isExpired ? -HOUR_MS : DAY_MS);
      return {
        cert: issue(client, endMs, isForServers ? FOR_SERVERS : FOR_CLIENTS),
        key: client.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
      };
    },
  };
}

function createParty(commonName: string): Party {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const attribute = sequence(objectIdentifier("2.5.4.3"), der(0x0c, Buffer.from(commonName)));
  return { name: sequence(der(0x31, attribute)), publicKey, privateKey };
}

/** RFC 5280 section 4.1. */
function certificate(issuer: Party, subject: Party, endMs: number, extensions: readonly Buffer[]): string {
  const content = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1]), randomBytes(15)),
    ECDSA_SHA256,
    issuer.name,
    sequence(utcTime(Date.now() - 2 * DAY_MS), utcTime(endMs)),
    subject.name,
    subject.publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(...extensions)),
  );
  const signed = sequence(content, ECDSA_SHA256, bitString(sign("sha256", content, issuer.privateKey)));
  const lines = signed.toString("base64").match(/.{1,64}/g) ?? [];
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
}

function extension(id: string, value: Buffer): Buffer {
  return sequence(objectIdentifier(id), octetString(value));
}
