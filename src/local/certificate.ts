import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { isIPv4 } from "node:net";
import { bitString, der, objectIdentifier, octetString, sequence, utcTime } from "./der.ts";

/** A certificate for this process only, and the authority that vouches for it; both are gone with it. */
export interface ThrowAwayCertificate {
  /** What a client has to trust. */
  readonly caPem: string;
  readonly certPem: string;
  readonly keyPem: string;
}

interface Party {
  readonly name: Buffer;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const ECDSA_SHA256 = sequence(objectIdentifier("1.2.840.10045.4.3.2"));
const TRUE = der(0x01, Buffer.from([0xff]));

/**
 * Makes new keys, an authority good for thirty days, and a server certificate for `localhost`, names before it and before
 * `s3.localhost`, and both loopback addresses.
 */
export function createThrowAwayCertificate(nowMs: number): ThrowAwayCertificate {
  const authority = createParty("Throw-away CA of the stand-in AWS");
  const server = createParty("localhost");
  const names = sequence(
    der(0x82, Buffer.from("localhost")),
    der(0x82, Buffer.from("*.localhost")),
    der(0x82, Buffer.from("*.s3.localhost")), // some take no wildcard before the last label
    ...["127.0.0.1", "::1"].map((address) => der(0x87, addressBytes(address))),
  );
  const ca = issue(authority, authority, nowMs, [
    extension("2.5.29.19", sequence(TRUE), "critical"),
    extension("2.5.29.15", bitString(Buffer.from([0x06]), 1), "critical"),
  ]);
  const certificate = issue(authority, server, nowMs, [
    extension("2.5.29.19", sequence(), "critical"),
    extension("2.5.29.15", bitString(Buffer.from([0x80]), 7), "critical"),
    extension("2.5.29.37", sequence(objectIdentifier("1.3.6.1.5.5.7.3.1"))),
    extension("2.5.29.17", names),
  ]);
  return {
    caPem: pem(ca),
    certPem: pem(certificate),
    keyPem: server.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

function createParty(commonName: string): Party {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const attribute = sequence(objectIdentifier("2.5.4.3"), der(0x0c, Buffer.from(commonName)));
  return { name: sequence(der(0x31, attribute)), publicKey, privateKey };
}

/** RFC 5280 section 4.1; keys are named by hash on both sides, which strict verifiers ask for. */
function issue(issuer: Party, subject: Party, nowMs: number, extensions: readonly Buffer[]): Buffer {
  const keyIds = [
    extension("2.5.29.14", octetString(keyId(subject))),
    extension("2.5.29.35", sequence(der(0x80, keyId(issuer)))),
  ];
  const content = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1]), randomBytes(15)),
    ECDSA_SHA256,
    issuer.name,
    sequence(utcTime(nowMs - DAY_MS), utcTime(nowMs + 30 * DAY_MS)),
    subject.name,
    subject.publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(...extensions, ...keyIds)),
  );
  return sequence(content, ECDSA_SHA256, bitString(sign("sha256", content, issuer.privateKey)));
}

function extension(id: string, value: Buffer, importance?: "critical"): Buffer {
  return sequence(objectIdentifier(id), ...(importance === undefined ? [] : [TRUE]), octetString(value));
}

function keyId({ publicKey }: Party): Buffer {
  return createHash("sha1")
    .update(publicKey.export({ type: "spki", format: "der" }))
    .digest();
}

/** Of IPv6 only the loopback address is needed. */
function addressBytes(address: string): Buffer {
  return isIPv4(address)
    ? Buffer.from(address.split(".").map(Number))
    : Buffer.from([...Array<number>(15).fill(0), 1]);
}

function pem(certificate: Buffer): string {
  const lines = certificate.toString("base64").match(/.{1,64}/g) ?? [];
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
}
