import { generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { bitString, der, objectIdentifier, sequence, utcTime } from "../../src/local/der.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const ECDSA_SHA256 = sequence(objectIdentifier("1.2.840.10045.4.3.2"));

/** A certificate of a client, which vouches for itself: who trusts it trusts that client alone (RFC 5280 section 4.1). */
export function clientCertificate(nowMs: number): { readonly cert: string; readonly key: string } {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const name = sequence(
    der(0x31, sequence(objectIdentifier("2.5.4.3"), der(0x0c, Buffer.from("outer proxy")))),
  );
  const content = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1]), randomBytes(15)),
    ECDSA_SHA256,
    name,
    sequence(utcTime(nowMs - DAY_MS), utcTime(nowMs + DAY_MS)),
    name,
    publicKey.export({ type: "spki", format: "der" }),
  );
  const certificate = sequence(content, ECDSA_SHA256, bitString(sign("sha256", content, privateKey)));
  const body = certificate.toString("base64").replace(/.{64}/g, "$&\n").trimEnd();
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}
